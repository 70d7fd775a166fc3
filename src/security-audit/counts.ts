import type { TableFacts } from './facts.types';

/** Days after which a provider key should have been exchanged, and an operator have been seen. */
export const OLD_DAYS = 365;
export const IDLE_DAYS = 90;

const TOKEN = 'gAAAA[A-Za-z0-9_-]+={0,2}$';
const SEALED = `v ~ '^v1\\.[0-9a-f]{8}\\.${TOKEN}' AND length(v) >= 112 AND length(v) % 4 = 0`;
const FERNET = `v ~ '^${TOKEN}' AND length(v) >= 100 AND length(v) % 4 = 0`;
// A token begins with its version and the second in which it was made: 12 characters are 9 bytes.
const SECONDS = `('x' || encode(substr(decode(translate(substr(v, 13, 12), '-_', '+/'), 'base64'), 2), 'hex'))::bit(64)::bigint`;

const secrets = {
  vapi_api_key: 'vapi_updated_at',
  twilio_account_sid: null,
  twilio_auth_token: 'twilio_updated_at',
} as const;

/** Children whose parent must exist. */
const relations: readonly [table: string, column: string, parent: string][] = [
  ['users', 'tenant_id', 'tenants'],
  ['calls', 'tenant_id', 'tenants'],
  ['ava_profiles', 'tenant_id', 'tenants'],
  ['phone_numbers', 'tenant_id', 'tenants'],
  ['phone_numbers', 'org_id', 'users'],
  ['memberships', 'tenant_id', 'tenants'],
  ['memberships', 'user_id', 'users'],
  ['sessions', 'user_id', 'users'],
];

/**
 * One statement that counts what the checks need in the tables there are, migrated or not. It answers with numbers and
 * never with a value. `ava.security_counts` is the same for the operator plane; a test holds the two together.
 */
export function countsSql(tables: readonly TableFacts[]): string {
  const has = (table: string, column: string) =>
    tables.some((t) => t.name === table && t.columns.some(({ name }) => name === column));
  const orphans = relations.filter(([table, column]) => has(table, column)).map(orphanCount);
  const memberships = has('memberships', 'role');
  const operators = has('users', 'operator') && has('sessions', 'last_seen_at');
  return `
    SELECT jsonb_build_object(
      'users', (SELECT count(*) FROM public.users),
      'tenants', (SELECT count(*) FROM public.tenants),
      ${credentialCounts((column) => has('users', column))},
      'orphans', jsonb_build_object(${orphans.join(', ')}),
      'users_without_tenant', ${memberships ? USERS_WITHOUT_TENANT : 'NULL'},
      'tenants_without_owner', ${memberships ? TENANTS_WITHOUT_OWNER : 'NULL'},
      'operators', ${operators ? '(SELECT count(*) FROM public.users WHERE operator)' : 'NULL'},
      'operators_idle', ${operators ? OPERATORS_IDLE : 'NULL'},
      'backup_verified', ${has('audit_events', 'action') ? BACKUP_VERIFIED : 'NULL'}) AS counts`;
}

const USERS_WITHOUT_TENANT = `(SELECT count(*) FROM public.users u WHERE NOT EXISTS (
        SELECT 1 FROM public.memberships m WHERE m.user_id = u.id))`;
const TENANTS_WITHOUT_OWNER = `(SELECT count(*) FROM public.tenants t WHERE NOT EXISTS (
        SELECT 1 FROM public.memberships m WHERE m.tenant_id = t.id AND m.role = 'owner'))`;
const OPERATORS_IDLE = `(SELECT count(*) FROM public.users u WHERE u.operator AND NOT EXISTS (
        SELECT 1 FROM public.sessions s
         WHERE s.user_id = u.id AND s.last_seen_at > now() - make_interval(days => ${IDLE_DAYS})))`;
const BACKUP_VERIFIED = `(SELECT to_char(max(at) AT TIME ZONE 'UTC', 'YYYY-MM-DD') FROM public.audit_events
        WHERE action = 'backup.verify')`;

function orphanCount([table, column, parent]: readonly [string, string, string]): string {
  return `'${table}.${column}', (SELECT count(*) FROM public.${table} c WHERE c.${column} IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM public.${parent} p WHERE p.id = c.${column}))`;
}

function credentialCounts(has: (column: string) => boolean): string {
  const columns = Object.keys(secrets).filter(has);
  const at = Object.entries(secrets).filter(([column, since]) => since !== null && has(column));
  const age = at.map(([column, since]) => {
    const time = since !== null && has(since) ? `u.${since}` : 'NULL::timestamptz';
    return `(nullif(u.${column}::text, ''), ${time})`;
  });
  const values = columns.map((column) => `('${column}', nullif(u.${column}::text, ''))`);
  const counted =
    columns.length > 0 ? `public.users u, LATERAL (VALUES ${values.join(', ')})` : EMPTY;
  const aged = age.length > 0 ? `public.users u, LATERAL (VALUES ${age.join(', ')})` : EMPTY_AGE;
  return `
      'credentials', (SELECT coalesce(jsonb_agg(c ORDER BY c."column"), '[]') FROM (
        SELECT k AS "column", count(v) AS stored, count(*) FILTER (WHERE ${SEALED}) AS sealed,
               count(*) FILTER (WHERE ${FERNET}) AS fernet
          FROM ${counted} AS c(k, v) GROUP BY k) c),
      'sealing_keys', (SELECT coalesce(jsonb_agg(s ORDER BY s.id), '[]') FROM (
        SELECT split_part(v, '.', 2) AS id, count(*) AS "values",
               to_char(to_timestamp(min(${SECONDS})) AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS oldest,
               to_char(to_timestamp(max(${SECONDS})) AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS newest
          FROM ${counted} AS c(k, v) WHERE ${SEALED} GROUP BY 1) s),
      'credentials_old', (SELECT count(*) FROM ${aged} AS c(v, since)
        WHERE v IS NOT NULL AND since < now() - make_interval(days => ${OLD_DAYS})),
      'credentials_of_unknown_age', (SELECT count(*) FROM ${aged} AS c(v, since)
        WHERE v IS NOT NULL AND since IS NULL)`;
}

const EMPTY = '(SELECT NULL::text, NULL::text WHERE false)';
const EMPTY_AGE = '(SELECT NULL::text, NULL::timestamptz WHERE false)';
