import { planes } from '../kernel/database/planes';
import { POWERS } from '../kernel/database/database-check';
import type {
  CatalogueFacts,
  Grant,
  KeyFacts,
  PolicyFacts,
  QueueTableFacts,
  TableFacts,
} from './facts.types';

/** One statement to the database under audit, of any connection. */
export type Ask = <Row>(sql: string, parameters?: readonly unknown[]) => Promise<Row[]>;

const OURS = `n.nspname = 'public' AND c.relkind IN ('r', 'p')`;

// Without the last condition a login that policies hold back would count no rows, and find nothing wrong.
const TABLES = `
  SELECT c.relname AS name, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced,
         has_schema_privilege('public', 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
           AND (NOT row_security_active(c.oid) OR EXISTS (
             SELECT 1 FROM pg_policy p JOIN pg_roles r ON r.oid = ANY (p.polroles)
              WHERE p.polrelid = c.oid AND r.rolname = 'ava_owner' AND p.polpermissive
                AND pg_get_expr(p.polqual, p.polrelid) = 'true' AND pg_has_role(r.oid, 'USAGE'))
             AND NOT EXISTS (SELECT 1 FROM pg_policy WHERE polrelid = c.oid AND NOT polpermissive)) AS visible,
         (SELECT jsonb_agg(jsonb_build_object(
                   'name', a.attname, 'type', format_type(a.atttypid, NULL), 'required', a.attnotnull) ORDER BY a.attnum)
            FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${OURS} ORDER BY 1`;

const QUEUE = `
  SELECT n.nspname || '.' || c.relname AS name, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced,
         NOT EXISTS (
           SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid AND p.polroles <> ARRAY[to_regrole('ava_owner')::oid]
              AND (pg_get_expr(p.polqual, p.polrelid) <> '( SELECT ava.is_server() AS is_server)'
                   OR pg_get_expr(p.polwithcheck, p.polrelid) <> '( SELECT ava.is_server() AS is_server)')) AS guarded,
         (SELECT jsonb_agg(jsonb_build_object('name', a.attname) ORDER BY a.attnum)
            FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped) AS columns
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE n.nspname = 'pgboss' AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1`;

const KEYS = `
  SELECT c.relname AS table, k.conname AS name, k.contype AS kind, f.relname AS references,
         k.confdeltype = 'c' AS cascades, pg_get_constraintdef(k.oid) AS definition,
         ARRAY(SELECT a.attname::text FROM unnest(k.conkey) WITH ORDINALITY AS o(num, place)
                 JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = o.num ORDER BY o.place) AS columns,
         k.convalidated AND NOT EXISTS (
           SELECT 1 FROM pg_trigger t WHERE t.tgconstraint = k.oid AND t.tgenabled NOT IN ('O', 'A')) AS holds
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_class f ON f.oid = k.confrelid
   WHERE ${OURS} AND k.contype IN ('p', 'u', 'f') ORDER BY 1, 2`;

const POLICIES = `
  SELECT c.relname AS table, p.polname AS name, p.polpermissive AS permissive,
         ARRAY(SELECT coalesce(r.rolname::text, 'public') FROM unnest(p.polroles) AS o(role)
                 LEFT JOIN pg_roles r ON r.oid = o.role) AS roles,
         pg_get_expr(p.polqual, p.polrelid) AS reads, pg_get_expr(p.polwithcheck, p.polrelid) AS writes
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE ${OURS} ORDER BY 1, 2`;

const GRANTS = `
  WITH asked AS (
    SELECT 'public' AS role UNION ALL SELECT rolname::text FROM pg_roles WHERE rolname = ANY ($1)),
  relations AS (
    SELECT c.oid, c.oid::regclass::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname IN ('public', 'ava', 'pgboss') AND c.relkind IN ('r', 'p', 'v', 'm'))
  SELECT role, name || '.' || a.attname || ' ' || lower(verb) AS right
    FROM asked, relations r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped,
         unnest(ARRAY['SELECT', 'INSERT', 'UPDATE']) AS verb
   WHERE has_column_privilege(role, r.oid, a.attnum, verb)
  UNION ALL
  SELECT role, name || ' ' || lower(verb)
    FROM asked, relations r, unnest(ARRAY['DELETE', 'TRUNCATE']) AS verb
   WHERE has_table_privilege(role, r.oid, verb)`;

const LOOSE_FUNCTIONS = `
  SELECT p.oid::regprocedure::text AS name FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    JOIN pg_roles o ON o.oid = p.proowner
   WHERE n.nspname IN ('public', 'ava', 'pgboss') AND p.prosecdef
     AND (NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (p.proconfig), false)
          OR o.rolname <> 'ava_owner' OR has_function_privilege('public', p.oid, 'EXECUTE'))
   ORDER BY 1`;

/** Body, language, rights, settings and owner: the name says the arguments. */
export const FUNCTIONS = `
  SELECT p.oid::regprocedure::text AS name, encode(sha256(convert_to(jsonb_build_array(
           p.prosrc, pg_get_function_sqlbody(p.oid), l.lanname, p.prosecdef, p.provolatile, p.proconfig,
           pg_get_function_result(p.oid), o.rolname)::text, 'UTF8')), 'hex') AS hash
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
    JOIN pg_language l ON l.oid = p.prolang JOIN pg_roles o ON o.oid = p.proowner
   WHERE n.nspname = 'ava' OR p.oid IN (
     SELECT t.tgfoid FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
      WHERE NOT t.tgisinternal AND c.relnamespace IN (to_regnamespace('public'), to_regnamespace('ava')))
   ORDER BY 1`;

const SURROUNDINGS = `
  SELECT to_regnamespace('ava') IS NOT NULL OR to_regclass('public.audit_events') IS NOT NULL AS "planesExpected",
         (SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()) AS tls,
         coalesce(inet_server_addr() << '127.0.0.0/8' OR inet_server_addr() = '::1', true) AS local,
         coalesce($1, session_user) AS login`;

interface Surroundings {
  readonly planesExpected: boolean;
  readonly tls: boolean | null;
  readonly local: boolean;
  readonly login: string;
}

/** @param login what the server logs in as: a name, 'session' for the login that asks, or null when it is not known */
export async function readCatalogue(ask: Ask, login: string | null): Promise<CatalogueFacts> {
  const name = login === 'session' ? null : login;
  const [around] = await ask<Surroundings>(SURROUNDINGS, [name]);
  const { planesExpected = false, tls = null, local = false, login: asked = '' } = around ?? {};
  return {
    planesExpected,
    connection: { tls, local },
    tables: await ask<TableFacts>(TABLES),
    queue: await ask<QueueTableFacts>(QUEUE),
    keys: await ask<KeyFacts>(KEYS),
    policies: await ask<PolicyFacts>(POLICIES),
    grants: await ask<Grant>(GRANTS, [planes.map((plane) => `ava_${plane}`)]),
    looseFunctions: (await ask<{ name: string }>(LOOSE_FUNCTIONS)).map((row) => row.name),
    functionHashes: Object.fromEntries(
      (await ask<{ name: string; hash: string }>(FUNCTIONS)).map(({ name, hash }) => [name, hash]),
    ),
    login: await readLogin(ask, login === null ? null : asked),
  };
}

async function readLogin(ask: Ask, name: string | null): Promise<CatalogueFacts['login']> {
  if (name === null) return { name, exists: false, powers: [] };
  const [powers] = await ask<Record<string, boolean>>(POWERS, [name]);
  return {
    name,
    exists: powers !== undefined,
    powers: Object.entries(powers ?? {})
      .filter(([, has]) => has)
      .map(([power]) => power),
  };
}
