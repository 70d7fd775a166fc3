import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { requireOwn } from '../kernel/security/owned-resource';
import { TenantsService } from './tenants.service';

/** Lets the routes of `/tenant` reach the tenant of the token and no other; no id is taken from the request. */
@Injectable()
export class TenantGuard implements CanActivate {
  constructor(private readonly tenants: TenantsService) {}

  canActivate(context: ExecutionContext): Promise<true> {
    return requireOwn(context, (who) => this.tenants.find(who), 'tenant.not_found');
  }
}
