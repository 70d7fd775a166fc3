import { Body, Controller, Delete, Get, HttpCode, Patch, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { Operation } from '../kernel/http/operation';
import { OwnedResource } from '../kernel/security/owned-resource';
import { Needs } from '../kernel/security/permissions';
import { CurrentPrincipal, type Principal } from '../kernel/security/principal';
import { Tenant } from './tenant.entity';
import { TenantDeletionService } from './tenant-deletion.service';
import { TenantGuard } from './tenant.guard';
import { DeleteTenant, RenameTenant, TenantView } from './tenants.dto';
import { TenantsService } from './tenants.service';

@ApiTags('Tenants')
@Controller('tenant')
@UseGuards(TenantGuard)
export class TenantsController {
  constructor(
    private readonly tenants: TenantsService,
    private readonly deletion: TenantDeletionService,
  ) {}

  @Get()
  @Needs('tenant.read')
  @Operation({
    summary: 'Show the tenant of your token',
    ok: TenantView,
    problems: ['tenant.not_found'],
  })
  get(@CurrentPrincipal() who: Principal, @OwnedResource() tenant: Tenant): Promise<TenantView> {
    return this.tenants.view(who, tenant);
  }

  @Patch()
  @Needs('tenant.rename')
  @Operation({
    summary: 'Rename the tenant',
    ok: TenantView,
    problems: ['tenant.not_found'],
  })
  rename(
    @CurrentPrincipal() who: Principal,
    @OwnedResource() tenant: Tenant,
    @Body() { name }: RenameTenant,
  ): Promise<TenantView> {
    return this.tenants.rename(who, tenant, name);
  }

  @Delete()
  @HttpCode(204)
  @Needs('tenant.delete')
  @Operation({
    summary: 'Delete the tenant with its calls, numbers and profile',
    description:
      'Needs the password and the exact name. Members keep their accounts; who has no tenant left gets a new one at the next login.',
    problems: ['auth.password_wrong', 'rate.limited', 'tenant.not_found'],
  })
  remove(
    @CurrentPrincipal() who: Principal,
    @OwnedResource() tenant: Tenant,
    @Body() body: DeleteTenant,
  ): Promise<void> {
    return this.deletion.remove(who, tenant, body);
  }
}
