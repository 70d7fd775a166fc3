import { Inject, Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service';
import { SETTINGS, type Settings } from '../kernel/config/settings';
import { IdentityDb } from '../kernel/database/tenant-db';
import { Problem } from '../kernel/http/problem';
import type { Principal } from '../kernel/security/principal';
import type { TenantOfUser } from '../tenants/tenants.types';
import { AccountsService } from './accounts.service';

/** Tenants that one person may own when another is made. */
const MOST_OWNED = 20;

/** One more tenant for somebody who has an account: work of the identity plane, as no session is for it yet. */
@Injectable()
export class TenantOpeningService {
  constructor(
    private readonly identity: IdentityDb,
    private readonly accounts: AccountsService,
    private readonly audit: AuditService,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** @throws Problem 409 `tenancy.solo` or `tenant.too_many` */
  async open(who: Principal, name: string): Promise<TenantOfUser> {
    if (this.settings.tenancyMode === 'solo') throw new Problem('tenancy.solo');
    return this.identity.run(who.userId, async (em) => {
      // One after another, or two requests at once would pass the limit together.
      await em.query('SELECT 1 FROM users WHERE id = $1 FOR UPDATE', [who.userId]);
      const tenant = await this.accounts.openAnother(em, who.userId, { name, most: MOST_OWNED });
      await this.audit.record(em, { ...who, tenantId: tenant.id }, { action: 'tenant.created' });
      return tenant;
    });
  }
}
