import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { SETTINGS, type Settings } from '../kernel/config/settings';
import { TenantDb } from '../kernel/database/tenant-db';
import { Problem } from '../kernel/http/problem';
import { PasswordConfirmation } from '../kernel/security/password-confirmation';
import type { Principal } from '../kernel/security/principal';
import { Membership } from './membership.entity';
import { Tenant } from './tenant.entity';
import { TenantView, type DeleteTenant } from './tenants.dto';
import type { TenantOfUser } from './tenants.types';

/** Someone who could be made an owner before the last one goes. */
interface Candidate {
  id: string;
  name: string | null;
  email: string;
}

@Injectable()
export class TenantsService {
  constructor(
    private readonly db: TenantDb,
    private readonly confirmation: PasswordConfirmation,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** Makes a tenant with its owner, in the caller's transaction. */
  async create(em: EntityManager, owner: string, name: string): Promise<TenantOfUser> {
    const id = randomUUID();
    await em.insert(Tenant, { id, name });
    await em.insert(Membership, { tenantId: id, userId: owner, role: 'owner' });
    return { id, name, role: 'owner' };
  }

  /** The tenants of a user, the oldest membership first. */
  ofUser(em: EntityManager, userId: string): Promise<TenantOfUser[]> {
    return em.query<TenantOfUser[]>(
      `SELECT t.id, t.name, m.role FROM memberships m JOIN tenants t ON t.id = m.tenant_id
       WHERE m.user_id = $1 ORDER BY m.created_at, t.id`,
      [userId],
    );
  }

  mine(who: Principal): Promise<TenantOfUser[]> {
    return this.db.run(who, (em) => this.ofUser(em, who.userId));
  }

  find(who: Principal): Promise<Tenant | null> {
    return this.db.run(who, (em) => em.findOneBy(Tenant, { id: who.tenantId }));
  }

  async view(who: Principal, tenant: Tenant): Promise<TenantView> {
    const count = await this.db.run(who, (em) =>
      em.countBy(Membership, { tenantId: who.tenantId }),
    );
    return TenantView.of(tenant, this.settings.tenancyMode, count);
  }

  async rename(who: Principal, tenant: Tenant, name: string): Promise<TenantView> {
    await this.db.run(who, (em) => em.update(Tenant, { id: who.tenantId }, { name }));
    return this.view(who, Object.assign(tenant, { name }));
  }

  /** @throws Problem 403 on a wrong password, 400 when the name does not match */
  async remove(who: Principal, tenant: Tenant, { password, confirm }: DeleteTenant): Promise<void> {
    await this.confirmation.require(who, password);
    if (confirm !== tenant.name) {
      throw Problem.invalid({ field: 'confirm', code: 'tenant.name_mismatch' });
    }
    await this.db.run(who, (em) => em.delete(Tenant, { id: who.tenantId }));
  }

  /**
   * Takes a user out of every tenant before the account goes: tenants with no one else are deleted.
   * @returns the tenants that stay
   * @throws Problem `tenant.last_owner` with who could be made an owner first
   */
  async leaveAll(em: EntityManager, userId: string): Promise<TenantOfUser[]> {
    const tenants = await this.ofUser(em, userId);
    const shared: TenantOfUser[] = [];
    for (const tenant of tenants) {
      // The same lock as the owner rule of the database: two owners cannot leave at the same moment.
      await em.query('SELECT 1 FROM tenants WHERE id = $1 FOR UPDATE', [tenant.id]);
      const others = await this.others(em, tenant.id, userId);
      if (others.length === 0) await em.delete(Tenant, { id: tenant.id });
      else if (others.some(({ role }) => role === 'owner')) shared.push(tenant);
      else if (tenant.role !== 'owner') shared.push(tenant);
      else throw lastOwner(tenant, others);
    }
    return shared;
  }

  private others(em: EntityManager, tenantId: string, userId: string) {
    return em.query<(Candidate & { role: string })[]>(
      `SELECT u.id, u.name, u.email, m.role FROM memberships m JOIN users u ON u.id = m.user_id
       WHERE m.tenant_id = $1 AND m.user_id <> $2 ORDER BY m.created_at, u.id LIMIT 100`,
      [tenantId, userId],
    );
  }
}

function lastOwner({ id, name }: TenantOfUser, others: Candidate[]): Problem {
  const candidates = others.map((other) => ({
    id: other.id,
    name: other.name,
    email: other.email,
  }));
  return new Problem('tenant.last_owner', { members: { tenant: { id, name }, candidates } });
}
