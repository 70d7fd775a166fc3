import type { QueryRunner } from 'typeorm';
import { ids, type Queryable, select } from './migration-tools';
import {
  callable,
  globalTables,
  planes,
  rightsOn,
  tables,
  type Columns,
  type Rights,
} from './planes';

const roles = planes.map((plane) => `ava_${plane}`);

/** Makes the roles that are missing. They belong to the whole database server, so another database may have made them. */
export async function ensurePlanes(q: Queryable): Promise<void> {
  for (const role of ['ava_owner', ...roles]) {
    await q.query(`DO $$ BEGIN
      IF to_regrole('${role}') IS NULL THEN CREATE ROLE ${role} NOLOGIN NOINHERIT; END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`);
  }
  const [admin] = await select<{ name: string; owns: boolean; version: number }>(
    q,
    `SELECT quote_ident(current_user) AS name, pg_has_role('ava_owner', 'USAGE') AS owns,
            current_setting('server_version_num')::int AS version`,
  );
  if (admin && !admin.owns) {
    // An admin who is no superuser goes on migrating as a member of the owner.
    const options = admin.version >= 160000 ? ' WITH INHERIT TRUE, SET TRUE' : '';
    await q.query(`GRANT ava_owner TO ${admin.name}${options}`);
  }
  await q.query('GRANT USAGE, CREATE ON SCHEMA public TO ava_owner');
}

/** What is ours belongs to ava_owner, as whom nobody logs in. */
export async function giveToOwner(q: QueryRunner): Promise<void> {
  await changeOwner(q, 'ava_owner');
}

export async function takeFromOwner(q: QueryRunner): Promise<void> {
  const [admin = ''] = await ids(q, 'SELECT quote_ident(current_user) AS id');
  await changeOwner(q, admin);
}

async function changeOwner(q: QueryRunner, owner: string): Promise<void> {
  const ours = [...Object.keys(tables), ...Object.keys(globalTables)];
  const statements = await ids(
    q,
    `SELECT format('ALTER %s %s OWNER TO %s', kind, name, $1::text) AS id FROM (
       SELECT 1 AS step, 'SCHEMA' AS kind, nspname::text AS name, nspowner AS owner FROM pg_namespace
        WHERE nspname IN ('ava', 'pgboss')
       UNION ALL
       SELECT 2, 'TABLE', oid::regclass::text, relowner FROM pg_class
        WHERE oid IN (SELECT to_regclass(name) FROM unnest($2::text[]) AS name)
           OR relnamespace = to_regnamespace('pgboss') AND relkind IN ('r', 'p')
       UNION ALL
       SELECT 3, 'FUNCTION', oid::regprocedure::text, proowner FROM pg_proc
        WHERE pronamespace IN (to_regnamespace('ava'), to_regnamespace('pgboss')) OR oid IN (
          SELECT tgfoid FROM pg_trigger WHERE NOT tgisinternal AND tgrelid IN (
            SELECT to_regclass(name) FROM unnest($2::text[]) AS name))
       UNION ALL
       SELECT 4, 'DOMAIN', oid::regtype::text, typowner FROM pg_type WHERE oid = to_regtype('sealed_credential')
       UNION ALL
       SELECT 4, 'TYPE', oid::regtype::text, typowner FROM pg_type WHERE oid = to_regtype('pgboss.job_state')) ours
      WHERE owner <> $1::regrole ORDER BY step, name`,
    [owner, ours],
  );
  for (const statement of statements) await q.query(statement);
}

/** Exactly the rights that `planes.ts` declares: what was granted otherwise is taken away. */
export async function grantPlanes(q: QueryRunner): Promise<void> {
  const everybody = roles.join(', ');
  await q.query(`
    REVOKE ALL ON ${Object.keys(tables).join(', ')}, ${Object.keys(globalTables).join(', ')} FROM PUBLIC, ${everybody};
    REVOKE ALL ON ALL TABLES IN SCHEMA pgboss FROM PUBLIC, ${everybody};
    REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ava, pgboss FROM PUBLIC, ${everybody};
    GRANT USAGE ON SCHEMA public, ava TO ${everybody};
    GRANT USAGE ON SCHEMA pgboss TO ava_queue;
    ${executes(callable.policies, everybody)}`);
  for (const plane of planes) {
    const role = `ava_${plane}`;
    for (const [table, rights] of rightsOn(plane)) {
      for (const right of rightsOf(rights)) await q.query(`GRANT ${right} ON ${table} TO ${role}`);
    }
    if (callable[plane].length > 0) await q.query(executes(callable[plane], role));
  }
}

/** The statement that lets a role call functions of schema `ava`. */
export function executes(names: readonly string[], role: string): string {
  return `GRANT EXECUTE ON FUNCTION ${names.map((name) => `ava.${name}`).join(', ')} TO ${role}`;
}

function rightsOf(rights: Rights): string[] {
  return Object.entries(rights).map(([verb, columns]: [string, Columns | true]) => {
    const named = Array.isArray(columns) ? ` (${columns.join(', ')})` : '';
    return `${verb.toUpperCase()}${named}`;
  });
}
