import { Body, Controller, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../kernel/http/operation';
import { Own } from '../kernel/security/permissions';
import { CurrentPrincipal, type Principal } from '../kernel/security/principal';
import { TenantOfUser } from '../tenants/tenants.types';
import { OpenTenant } from './auth.dto';
import { TenantOpeningService } from './tenant-opening.service';

@ApiTags('Tenants')
@Controller('tenants')
export class TenantOpeningController {
  constructor(private readonly opening: TenantOpeningService) {}

  @Post()
  @Own()
  @Operation({
    summary: 'Make another tenant, with you as its owner and the default profile',
    description:
      'For installations in team mode. Your token stays for the tenant at hand; open a session in the new one with POST /auth/tenant.',
    ok: TenantOfUser,
    status: 201,
    problems: ['tenancy.solo', 'tenant.too_many'],
  })
  open(@CurrentPrincipal() who: Principal, @Body() { name }: OpenTenant): Promise<TenantOfUser> {
    return this.opening.open(who, name);
  }
}
