import { Controller, Get, Headers } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { IncomingHttpHeaders } from 'node:http';
import { Operation } from '../kernel/http/operation';
import { localeOf } from '../kernel/http/request-locale';
import { CurrentPrincipal, type Principal } from '../kernel/security/principal';
import { SecurityAuditService } from '../security-audit/security-audit.service';
import { SecurityReport } from './admin.dto';
import { ForOperators } from './operator.guard';

@ApiTags('Operators')
@Controller('admin')
@ForOperators()
export class AdminController {
  constructor(private readonly audit: SecurityAuditService) {}

  @Get('security-report')
  @Operation({
    summary: 'Show the security report of this installation',
    description:
      'Computed now from the catalogue, counts and the routes that run; holds no row of anybody. Texts follow Accept-Language (en, fr); keys and ids are stable.',
    ok: SecurityReport,
    problems: ['operator.required'],
  })
  securityReport(
    @CurrentPrincipal() who: Principal,
    @Headers() headers: IncomingHttpHeaders,
  ): Promise<SecurityReport> {
    return this.audit.report(who, localeOf(headers));
  }
}
