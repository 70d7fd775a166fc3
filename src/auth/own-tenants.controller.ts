import { Body, Controller, Get, Post } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../kernel/http/operation';
import { EvenWhenSuspended } from '../kernel/security/auth.guard';
import { Own } from '../kernel/security/permissions';
import { CurrentPrincipal, type Principal } from '../kernel/security/principal';
import { TenantsService } from '../tenants/tenants.service';
import { TenantList, TenantOfUser } from '../tenants/tenants.types';
import { OpenTenant } from './auth.dto';
import { TenantOpeningService } from './tenant-opening.service';

/** The tenants of a person, whatever the one at hand. */
@ApiTags('Tenants')
@Controller('tenants')
@Own()
export class OwnTenantsController {
  constructor(
    private readonly tenants: TenantsService,
    private readonly opening: TenantOpeningService,
  ) {}

  @Get()
  @EvenWhenSuspended()
  @Operation({ summary: 'List your tenants with your role in each', ok: TenantList })
  async list(@CurrentPrincipal() who: Principal): Promise<TenantList> {
    return { items: await this.tenants.mine(who), nextCursor: null };
  }

  @Post()
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
