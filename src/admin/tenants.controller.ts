import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import { Operation } from '../kernel/http/operation';
import { UuidParam } from '../kernel/http/uuid-param';
import { CurrentPrincipal, type Principal } from '../kernel/security/principal';
import { ForOperators } from './operator.guard';
import { SearchTenants, SuspendTenant, TenantDetails, TenantOverviewPage } from './tenants.dto';
import { TenantsOverview } from './tenants-overview.service';

const Id = ApiParam({ name: 'id', format: 'uuid', description: 'Id of the tenant.' });

@ApiTags('Operators')
@Controller('admin/tenants')
@ForOperators()
export class AdminTenantsController {
  constructor(private readonly tenants: TenantsOverview) {}

  @Get()
  @Operation({
    summary: 'Search the tenants, the newest first',
    description: 'Who, when and how much; never what was said, a number or a credential.',
    ok: TenantOverviewPage,
    problems: ['request.invalid', 'cursor.invalid', 'operator.required'],
  })
  search(
    @CurrentPrincipal() who: Principal,
    @Query() query: SearchTenants,
  ): Promise<TenantOverviewPage> {
    return this.tenants.search(who, query);
  }

  @Get(':id')
  @Id
  @Operation({
    summary: 'Show a tenant and who owns it',
    description: 'The tenant finds in its audit trail that an operator has looked.',
    ok: TenantDetails,
    problems: ['request.invalid', 'operator.required', 'tenant.not_found'],
  })
  get(@CurrentPrincipal() who: Principal, @UuidParam('id') id: string): Promise<TenantDetails> {
    return this.tenants.get(who, id);
  }

  @Post(':id/suspend')
  @HttpCode(200)
  @Id
  @Operation({
    summary: 'Suspend a tenant',
    description:
      'At its next request everybody in it is answered 403 `tenant.suspended` with the reason; they can still switch tenant, log out or delete their account. Again with another reason changes the reason. Not for the tenant you act from.',
    ok: TenantDetails,
    problems: ['operator.required', 'tenant.not_found', 'operator.own_tenant'],
  })
  suspend(
    @CurrentPrincipal() who: Principal,
    @UuidParam('id') id: string,
    @Body() { reason }: SuspendTenant,
  ): Promise<TenantDetails> {
    return this.tenants.suspend(who, id, reason);
  }

  @Post(':id/resume')
  @HttpCode(200)
  @Id
  @Operation({
    summary: 'End the suspension of a tenant',
    description: 'Sessions go on where they were. Nothing changes when it is not suspended.',
    ok: TenantDetails,
    problems: ['request.invalid', 'operator.required', 'tenant.not_found'],
  })
  resume(@CurrentPrincipal() who: Principal, @UuidParam('id') id: string): Promise<TenantDetails> {
    return this.tenants.resume(who, id);
  }
}
