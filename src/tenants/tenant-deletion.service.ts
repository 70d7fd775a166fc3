import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service';
import { TenantDb } from '../kernel/database/tenant-db';
import { Problem } from '../kernel/http/problem';
import { PasswordConfirmation } from '../kernel/security/password-confirmation';
import type { Principal } from '../kernel/security/principal';
import { Tenant } from './tenant.entity';
import type { DeleteTenant } from './tenants.dto';

@Injectable()
export class TenantDeletionService {
  constructor(
    private readonly db: TenantDb,
    private readonly confirmation: PasswordConfirmation,
    private readonly audit: AuditService,
  ) {}

  /** @throws Problem 403 on a wrong password, 400 when the name does not match */
  async remove(who: Principal, tenant: Tenant, { password, confirm }: DeleteTenant): Promise<void> {
    await this.confirmation.require(who, password);
    if (confirm !== tenant.name) {
      throw Problem.invalid({ field: 'confirm', code: 'tenant.name_mismatch' });
    }
    await this.db.run(who, async (em) => {
      // First, as there is no tenant to write for afterwards.
      await this.audit.record(em, who, { action: 'tenant.deleted' });
      await em.delete(Tenant, { id: who.tenantId });
    });
  }
}
