import type { Evidence } from './check.types';
import { bad, cascadesFrom, good, requireKey, unseen } from './evidence';
import type { Facts } from './facts.types';
import { tenantTables } from './isolation.check';

/** A deleted tenant takes everything of it along. */
export function cascade({ catalogue }: Facts): Evidence[] {
  const tables = [...new Set(['calls', 'ava_profiles', ...tenantTables(catalogue)])];
  return tables.map((table) => requireKey(catalogue, cascadesFrom(table, 'tenant_id', 'tenants')));
}

export function foreignKeyOfNumbers({ catalogue }: Facts): Evidence[] {
  return [requireKey(catalogue, cascadesFrom('phone_numbers', 'org_id', 'users'))];
}

/** Who works where is told by memberships, for everybody, and every tenant has an owner. */
export function userAndTenant({ catalogue, counts }: Facts): Evidence[] {
  const membership = {
    table: 'memberships',
    wanted: 'PRIMARY KEY (tenant_id, user_id)',
    is: ({ kind, columns }: { kind: string; columns: readonly string[] }) =>
      kind === 'p' && columns.join() === 'tenant_id,user_id',
  };
  return [
    requireKey(catalogue, membership),
    requireKey(catalogue, cascadesFrom('memberships', 'tenant_id', 'tenants')),
    requireKey(catalogue, cascadesFrom('memberships', 'user_id', 'users')),
    ...(counts
      ? [...usersWithoutTenant({ counts }), ...tenantsWithoutOwner({ counts })]
      : [unseen('count.hidden')]),
  ];
}

type Counted = Pick<Facts, 'counts'>;

export function usersWithoutTenant({ counts }: Counted): Evidence[] {
  const found = counts?.users_without_tenant ?? null;
  if (!counts || found === null) return [unseen('count.hidden')];
  const evidence = { found, all: counts.users };
  return [(found > 0 ? bad : good)('count.users_without_tenant', evidence)];
}

export function tenantsWithoutOwner({ counts }: Counted): Evidence[] {
  const found = counts?.tenants_without_owner ?? null;
  if (!counts || found === null) return [unseen('count.hidden')];
  const evidence = { found, all: counts.tenants };
  return [(found > 0 ? bad : good)('count.tenants_without_owner', evidence)];
}

export function orphans({ counts }: Counted): Evidence[] {
  if (!counts) return [unseen('count.hidden')];
  const found = Object.entries(counts.orphans).filter(([, rows]) => rows > 0);
  if (found.length === 0)
    return [good('count.no_orphans', { relations: Object.keys(counts.orphans).join(', ') })];
  return found.map(([column, rows]) => bad('count.orphans', { column, rows }));
}
