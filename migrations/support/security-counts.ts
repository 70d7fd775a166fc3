const SEALED = `v ~ '^v1\\.[0-9a-f]{8}\\.gAAAA[A-Za-z0-9_-]+={0,2}$' AND length(v) >= 112 AND length(v) % 4 = 0`;
const FERNET = `v ~ '^gAAAA[A-Za-z0-9_-]+={0,2}$' AND length(v) >= 100 AND length(v) % 4 = 0`;
const SECONDS = `('x' || encode(substr(decode(translate(substr(v, 13, 12), '-_', '+/'), 'base64'), 2), 'hex'))::bit(64)::bigint`;
const DAY = `AT TIME ZONE 'UTC', 'YYYY-MM-DD'`;

const orphans = [
  ['calls', 'tenant_id', 'tenants'],
  ['ava_profiles', 'tenant_id', 'tenants'],
  ['phone_numbers', 'tenant_id', 'tenants'],
  ['phone_numbers', 'org_id', 'users'],
  ['memberships', 'tenant_id', 'tenants'],
  ['memberships', 'user_id', 'users'],
  ['sessions', 'user_id', 'users'],
].map(
  ([table, column, parent]) =>
    `'${table}.${column}', (SELECT count(*) FROM public.${table} c
        WHERE NOT EXISTS (SELECT 1 FROM public.${parent} p WHERE p.id = c.${column}))`,
);

const CREDENTIALS = `public.users u, LATERAL (VALUES
  ('vapi_api_key', nullif(u.vapi_api_key::text, '')), ('twilio_account_sid', nullif(u.twilio_account_sid::text, '')),
  ('twilio_auth_token', nullif(u.twilio_auth_token::text, ''))) AS c(k, v)`;
const AGES = `public.users u, LATERAL (VALUES
  (nullif(u.vapi_api_key::text, ''), u.vapi_updated_at),
  (nullif(u.twilio_auth_token::text, ''), u.twilio_updated_at)) AS c(v, since)`;

/** For operators: numbers about everybody's rows, and never a value of one. */
export const SECURITY_COUNTS = `
  CREATE FUNCTION ava.security_counts(old_days int, idle_days int) RETURNS jsonb
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    IF ava.operator_id() IS NULL THEN RETURN NULL; END IF;
    RETURN jsonb_build_object(
      'users', (SELECT count(*) FROM public.users),
      'tenants', (SELECT count(*) FROM public.tenants),
      'credentials', (SELECT coalesce(jsonb_agg(c ORDER BY c."column"), '[]') FROM (
        SELECT k AS "column", count(v) AS stored, count(*) FILTER (WHERE ${SEALED}) AS sealed,
               count(*) FILTER (WHERE ${FERNET}) AS fernet
          FROM ${CREDENTIALS} GROUP BY k) c),
      'sealing_keys', (SELECT coalesce(jsonb_agg(s ORDER BY s.id), '[]') FROM (
        SELECT split_part(v, '.', 2) AS id, count(*) AS "values",
               to_char(to_timestamp(min(${SECONDS})) ${DAY}) AS oldest,
               to_char(to_timestamp(max(${SECONDS})) ${DAY}) AS newest
          FROM ${CREDENTIALS} WHERE ${SEALED} GROUP BY 1) s),
      'credentials_old', (SELECT count(*) FROM ${AGES}
        WHERE v IS NOT NULL AND since < now() - make_interval(days => old_days)),
      'credentials_of_unknown_age', (SELECT count(*) FROM ${AGES} WHERE v IS NOT NULL AND since IS NULL),
      'orphans', jsonb_build_object(${orphans.join(', ')}),
      'users_without_tenant', (SELECT count(*) FROM public.users u WHERE NOT EXISTS (
        SELECT 1 FROM public.memberships m WHERE m.user_id = u.id)),
      'tenants_without_owner', (SELECT count(*) FROM public.tenants t WHERE NOT EXISTS (
        SELECT 1 FROM public.memberships m WHERE m.tenant_id = t.id AND m.role = 'owner')),
      'operators', (SELECT count(*) FROM public.users WHERE operator),
      'operators_idle', (SELECT count(*) FROM public.users u WHERE u.operator AND NOT EXISTS (
        SELECT 1 FROM public.sessions s
         WHERE s.user_id = u.id AND s.last_seen_at > now() - make_interval(days => idle_days))),
      'backup_verified', (SELECT to_char(max(at) ${DAY}) FROM public.audit_events WHERE action = 'backup.verify'));
  END $$`;
