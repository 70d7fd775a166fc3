import { Controller, Get, StreamableFile } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { NDJSON } from '../kernel/http/ndjson';
import { Operation } from '../kernel/http/operation';
import { Needs } from '../kernel/security/permissions';
import { CurrentPrincipal, type Principal } from '../kernel/security/principal';
import { TenantExportService } from './tenant-export.service';

@ApiTags('Tenants')
@Controller('tenant')
export class TenantExportController {
  constructor(private readonly exports: TenantExportService) {}

  @Get('export')
  @Needs('tenant.export')
  @Operation({
    summary: 'Download everything of the tenant, one JSON object a line',
    description:
      'Each line has a `type`: tenant, member, ava_profile, phone_number, call (with its transcript), retention, erasure_receipt, audit_event. The last one is `end` with the number of rows of each type; without it the download broke off. Credentials are the members’ own and not in it.',
    media: NDJSON,
    problems: ['tenant.export_busy'],
  })
  async download(@CurrentPrincipal() who: Principal): Promise<StreamableFile> {
    const lines = await this.exports.open(who);
    const name = `ava-${who.tenantId}.ndjson`;
    return new StreamableFile(lines, {
      type: NDJSON,
      disposition: `attachment; filename="${name}"`,
    });
  }
}
