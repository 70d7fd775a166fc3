import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditService } from '../audit/audit.service';
import { SETTINGS, type Settings } from '../kernel/config/settings';
import { IdentityDb, TenantDb } from '../kernel/database/tenant-db';
import type { Principal } from '../kernel/security/principal';
import { lastOwner, type Candidate } from './last-owner';
import { Membership } from './membership.entity';
import { Tenant } from './tenant.entity';
import { TenantView } from './tenants.dto';
import type { TenantOfUser } from './tenants.types';

@Injectable()
export class TenantsService {
  constructor(
    private readonly db: TenantDb,
    private readonly identity: IdentityDb,
    private readonly audit: AuditService,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Makes a tenant whose owner is the person of the caller's transaction. */
  async create(em: EntityManager, name: string): Promise<TenantOfUser> {
    const id = randomUUID();
    await em.query('SELECT ava.open_tenant($1, $2)', [id, name]);
    return { id, name, role: 'owner' };
  }

  /** All tenants of the person of the caller's transaction, the oldest membership first. */
  ofPerson(em: EntityManager): Promise<TenantOfUser[]> {
    return em.query<TenantOfUser[]>(
      'SELECT id, name, role FROM ava.my_tenants() ORDER BY joined_at, id',
    );
  }

  /** In the identity plane: who is in a suspended tenant sees the others. */
  mine({ userId }: Principal): Promise<TenantOfUser[]> {
    return this.identity.read(userId, (em) => this.ofPerson(em));
  }

  find(who: Principal): Promise<Tenant | null> {
    return this.db.read(who, (em) => em.findOneBy(Tenant, { id: who.tenantId }));
  }

  async view(who: Principal, tenant: Tenant): Promise<TenantView> {
    const count = await this.db.read(who, (em) =>
      em.countBy(Membership, { tenantId: who.tenantId }),
    );
    return TenantView.of(tenant, this.settings.tenancyMode, count);
  }

  async rename(who: Principal, tenant: Tenant, name: string): Promise<TenantView> {
    await this.db.run(who, async (em) => {
      await em.update(Tenant, { id: who.tenantId }, { name });
      await this.audit.record(em, who, { action: 'tenant.renamed' });
    });
    return this.view(who, Object.assign(tenant, { name }));
  }

  /**
   * Before the account of the person goes; a tenant with no one else goes with it.
   * @returns the tenants that stay, locked
   * @throws Problem `tenant.last_owner` with who could be made an owner first
   */
  async sharedTenants(em: EntityManager): Promise<TenantOfUser[]> {
    const shared: TenantOfUser[] = [];
    for (const tenant of await this.ofPerson(em)) {
      const others = await em.query<(Candidate & { role: string })[]>(
        'SELECT id, name, email, role FROM ava.others_in($1)',
        [tenant.id],
      );
      if (others.length === 0) continue;
      const ownerStays = tenant.role !== 'owner' || others.some(({ role }) => role === 'owner');
      if (!ownerStays) throw lastOwner(tenant, others);
      shared.push(tenant);
    }
    return shared;
  }

  /** Before the account goes: who stays behind reads that a member left, operators that a tenant went with its last one. */
  async recordDeparture(
    em: EntityManager,
    who: Principal,
    staying: readonly TenantOfUser[],
  ): Promise<void> {
    for (const { id } of await this.ofPerson(em)) {
      const stays = staying.some((tenant) => tenant.id === id);
      const action = stays ? 'member.left' : 'tenant.deleted';
      await this.audit.record(em, { ...who, tenantId: id }, { action, target: who.userId });
    }
  }
}
