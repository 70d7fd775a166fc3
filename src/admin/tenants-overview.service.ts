import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { sqlstateOf } from '../kernel/database/database-errors';
import { OperatorDb } from '../kernel/database/tenant-db';
import { Keyset, type Page, type Position } from '../kernel/http/keyset';
import { Problem } from '../kernel/http/problem';
import type { Principal } from '../kernel/security/principal';
import { OperatorTrail } from './operator-trail.service';
import {
  TenantDetails,
  TenantOverview,
  type SearchTenants,
  type TenantOwner,
  type TenantRow,
} from './tenants.dto';

/** Counting a tenant's calls reads them, if only in an index: of a page of tenants so many each, of a single one more. */
const MOST_COUNTED = { inList: 10_000, ofOne: 1_000_000 };

/**
 * Counts are those of the tenants found, which are a page at most. Calls are counted in the order of an index: without one
 * the limit makes reading the whole table look cheap.
 */
export const TENANTS_FOUND = `
  SELECT t.id, t.name, t.created_at AS "createdAt", t.suspended_at AS "suspendedAt", t.suspended_reason AS "suspendedReason",
         (SELECT count(*)::int FROM memberships m WHERE m.tenant_id = t.id) AS "memberCount",
         (SELECT count(*)::int FROM phone_numbers n WHERE n.tenant_id = t.id) AS "phoneNumberCount",
         (SELECT count(*)::int FROM (SELECT 1 FROM calls c WHERE c.tenant_id = t.id
           ORDER BY c.sorted_at DESC, c.id DESC LIMIT $8) counted) AS "callCount",
         (SELECT c.sorted_at FROM calls c WHERE c.tenant_id = t.id
           ORDER BY c.sorted_at DESC, c.id DESC LIMIT 1) AS "lastCallAt",
         (extract(epoch FROM t.created_at) * 1000000)::bigint::text AS at
    FROM ava.find_tenants($1, $2, $3, $4, timestamptz 'epoch' + $5::bigint * interval '1 microsecond', $6, $7) t
   ORDER BY t.created_at DESC, t.id DESC`;

const OWNERS = `
  SELECT u.id, u.name, u.email FROM memberships m JOIN users u ON u.id = m.user_id
   WHERE m.tenant_id = $1 AND m.role = 'owner' ORDER BY m.created_at, u.id LIMIT 100`;

const OWN_TENANT = 'AVA09';

/** The tenants as operators see them, and what these may do to one: who, when and how much, and never what was said. */
@Injectable()
export class TenantsOverview {
  constructor(
    private readonly db: OperatorDb,
    private readonly keyset: Keyset,
    private readonly trail: OperatorTrail,
  ) {}

  async search(who: Principal, query: SearchTenants): Promise<Page<TenantOverview>> {
    const { id, name, memberEmail, state, limit, cursor } = query;
    const scope = [
      'operator',
      'tenants',
      ...[id, name, memberEmail, state].map((one) => one ?? ''),
    ];
    const after = cursor === undefined ? null : this.keyset.read(scope, cursor);
    const suspended = state === undefined ? null : state === 'suspended';
    // What is not given is sent as NULL.
    const terms = [id, name, memberEmail, suspended];
    const place = [after?.at, after?.id, limit + 1];
    const rows = await this.db.read(who, (em) =>
      em.query<(TenantRow & Position)[]>(TENANTS_FOUND, [...terms, ...place, MOST_COUNTED.inList]),
    );
    return this.keyset.page(rows, limit, { scope, view: (row) => TenantOverview.of(row) });
  }

  /** Leaves a trace in the tenant. @throws Problem 404 `tenant.not_found` */
  get(who: Principal, id: string): Promise<TenantDetails> {
    return this.db.run(who, async (em) => {
      const tenant = await details(em, id);
      await this.trail.record(em, who, { action: 'operator.tenant_viewed', ...about(id) });
      return tenant;
    });
  }

  /** Again with another reason, it is the reason that changes. @throws Problem 404, 409 `operator.own_tenant` */
  async suspend(who: Principal, id: string, reason: string): Promise<TenantDetails> {
    try {
      return await this.db.run(who, async (em) => {
        const changed = await tells(em, 'SELECT ava.suspend_tenant($1, $2) AS it', [id, reason]);
        const event = { action: 'operator.tenant_suspended', ...about(id) } as const;
        if (changed) await this.trail.record(em, who, { ...event, details: { reason } });
        return details(em, id);
      });
    } catch (error) {
      throw sqlstateOf(error) === OWN_TENANT ? new Problem('operator.own_tenant') : error;
    }
  }

  /** @throws Problem 404 `tenant.not_found` */
  resume(who: Principal, id: string): Promise<TenantDetails> {
    return this.db.run(who, async (em) => {
      const changed = await tells(em, 'SELECT ava.resume_tenant($1) AS it', [id]);
      const event = { action: 'operator.tenant_resumed', ...about(id) } as const;
      if (changed) await this.trail.record(em, who, event);
      return details(em, id);
    });
  }
}

const about = (id: string) => ({ tenantId: id, target: id });

async function details(em: EntityManager, id: string): Promise<TenantDetails> {
  const terms = [id, null, null, null, null, null, 1, MOST_COUNTED.ofOne];
  const [row] = await em.query<TenantRow[]>(TENANTS_FOUND, terms);
  if (!row) throw new Problem('tenant.not_found');
  return TenantDetails.with(row, await em.query<TenantOwner[]>(OWNERS, [id]));
}

async function tells(em: EntityManager, sql: string, values: unknown[]): Promise<boolean> {
  const [row] = await em.query<{ it: boolean }[]>(sql, values);
  return row?.it === true;
}
