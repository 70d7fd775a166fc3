import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../kernel/http/operation';
import { Own } from '../kernel/security/permissions';
import { CurrentPrincipal, type Principal } from '../kernel/security/principal';
import { CredentialUsageList } from './credential-usage.dto';
import { CredentialUsageService } from './credential-usage.service';

@ApiTags('Credentials')
@Controller('credentials')
@Own()
export class CredentialUsageController {
  constructor(private readonly usage: CredentialUsageService) {}

  @Get('usage')
  @Operation({
    summary: 'Show when each of your credentials was last set, verified, revealed or used',
    ok: CredentialUsageList,
  })
  async list(@CurrentPrincipal() who: Principal): Promise<CredentialUsageList> {
    return { items: await this.usage.list(who), nextCursor: null };
  }
}
