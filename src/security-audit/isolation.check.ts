import { tables as declared } from '../kernel/database/planes';
import type { Evidence } from './check.types';
import { bad, columnOf, good, requireKey, uniqueBy } from './evidence';
import type { CatalogueFacts, Facts, PolicyFacts, RouteFacts } from './facts.types';

const SECRETS = ['vapi_api_key', 'twilio_account_sid', 'twilio_auth_token'];
const OWN = ['/vapi-settings', '/twilio-settings', '/me', '/onboarding'];
// As PostgreSQL writes a policy that compares one column with what the database has checked itself.
const CHECKED = /^\(\w+ = \( SELECT ava\.(tenant_id|user_id)\(\) AS \w+\)\)$/;

/** Each row of users is one person; keys and flags lie in it, and nobody else's way leads there. */
export function isolationOfUsers({ catalogue, routes }: Facts): Evidence[] {
  return [
    requireKey(catalogue, uniqueBy('users', 'id')),
    ...[...SECRETS, 'onboarding_flags'].map((column) => columnIn(catalogue, 'users', column)),
    ...ownRoutes(routes),
    ...secretGrants(catalogue),
    ...(catalogue.planesExpected
      ? policiesOf(catalogue, 'users')
      : [good('policy.earlier', { table: 'users' })]),
  ];
}

/** Each call and profile belongs to one tenant, and only that tenant is shown it. */
export function isolationOfTenants({ catalogue }: Facts): Evidence[] {
  const tables = tenantTables(catalogue);
  const must = ['calls', 'ava_profiles'].filter((table) => !tables.includes(table));
  return [
    ...must.map((table) => bad('column.absent', { table, column: 'tenant_id' })),
    ...tables.map((table) => columnIn(catalogue, table, 'tenant_id')),
    ...(catalogue.planesExpected
      ? [...tables, 'tenants'].flatMap((table) => policiesOf(catalogue, table))
      : tables.map((table) => good('policy.earlier', { table }))),
  ];
}

export function oneProfile({ catalogue }: Facts): Evidence[] {
  return [requireKey(catalogue, uniqueBy('ava_profiles', 'tenant_id'))];
}

/** Declared as a tenant's, and there. In the earlier database a phone number has no tenant yet. */
export function tenantTables(catalogue: CatalogueFacts): string[] {
  return Object.entries(declared)
    .filter(
      ([name, { kind }]) =>
        kind === 'tenant' && columnOf(catalogue, name, 'tenant_id') !== undefined,
    )
    .map(([name]) => name)
    .toSorted();
}

function columnIn(catalogue: CatalogueFacts, table: string, column: string): Evidence {
  const found = columnOf(catalogue, table, column);
  if (!found) return bad('column.absent', { table, column });
  const optional = column === 'tenant_id' && !found.required;
  return (optional ? bad : good)(optional ? 'column.optional' : 'column.there', { table, column });
}

/** The routes to what is a person's own take no id and need a token: there is nobody else to name. */
function ownRoutes({ routes, closedByDefault }: RouteFacts): Evidence[] {
  const own = routes.filter(({ path }) =>
    OWN.some((one) => path === one || path.startsWith(`${one}/`)),
  );
  if (!closedByDefault) return [bad('route.no_default')];
  const wrong = own.filter(({ path, token }) => !token || path.includes(':'));
  if (own.length === 0 || wrong.length > 0)
    return [
      bad('route.public', {
        routes: wrong.map(({ method, path }) => `${method} ${path}`).join(', '),
      }),
    ];
  return [good('route.own', { count: own.length, paths: OWN.join(', ') })];
}

/** Only the tenant plane, which shows a person his own row, may read a provider key. */
function secretGrants({ grants }: CatalogueFacts): Evidence[] {
  const open = grants.filter(
    ({ role, right }) =>
      role !== 'ava_tenant' && SECRETS.some((column) => right === `users.${column} select`),
  );
  if (open.length === 0) return [good('grant.secrets_closed')];
  return open.map(({ role, right }) => bad('grant.secret', { role, right }));
}

/** Row-level security is on, and every policy for the tenant plane asks the database's own check. */
export function policiesOf({ tables, policies }: CatalogueFacts, table: string): Evidence[] {
  if (tables.find(({ name }) => name === table)?.enabled !== true)
    return [bad('policy.off', { table })];
  const open = policies.filter(
    (policy) => policy.table === table && policy.permissive && policy.roles.some(reachesTenants),
  );
  if (open.length === 0) return [bad('policy.absent', { table, plane: 'tenant' })];
  return open.map((policy) => {
    const { name, reads } = policy;
    return isChecked(policy)
      ? good('policy.there', { table, name, rows: reads ?? '' })
      : bad('policy.loose', { table, name });
  });
}

const reachesTenants = (role: string) => role === 'ava_tenant' || role === 'public';

function isChecked({ reads, writes }: PolicyFacts): boolean {
  return reads !== null && CHECKED.test(reads) && (writes === null || writes === reads);
}
