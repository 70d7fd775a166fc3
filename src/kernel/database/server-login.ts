import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import type { QueryRunner } from 'typeorm';
import { MIGRATIONS_TABLE } from './data-source';
import { ids, type Queryable, select } from './migration-tools';
import { executes } from './plane-roles';
import { callable, planes } from './planes';

type Say = (line: string) => void;

/** Makes the server's login when it is missing, and gives it the rights that it needs and no others. */
export async function ensureServerLogin(
  q: QueryRunner,
  serverUrl: string,
  say: Say,
): Promise<void> {
  const { name } = loginOf(serverUrl);
  const [admin] = await ids(q, 'SELECT current_user AS id');
  if (name === admin) {
    say(
      `The server logs in as ${name}, who owns the tables. Give it a login of its own: see DATABASE_ADMIN_URL.`,
    );
    return;
  }
  await makeServerLogin(q, serverUrl, say);
  await takeOwnership(q, name, say);
  await grant(q, name);
  for (const power of await powersOf(q, name)) say(`Warning: ${name} ${power}`);
}

function loginOf(serverUrl: string): { name: string; password: string } {
  const url = new URL(serverUrl);
  const name = decodeURIComponent(url.username) || (url.searchParams.get('user') ?? '');
  const password = decodeURIComponent(url.password) || (url.searchParams.get('password') ?? '');
  if (name === '') throw new Error('DATABASE_URL names no user for the server to log in as.');
  return { name, password };
}

/** The login alone, without any right: a restore needs it before there is anything to have a right to. */
export async function makeServerLogin(q: Queryable, serverUrl: string, say: Say): Promise<void> {
  const { name, password } = loginOf(serverUrl);
  if (await makeRole(q, name, password)) say(`Login ${name} made for the server.`);
}

/** @returns whether it was missing. The password of a login that exists stays what it is. */
async function makeRole(q: Queryable, name: string, password: string): Promise<boolean> {
  const found = await ids(q, 'SELECT rolname AS id FROM pg_roles WHERE rolname = $1', [name]);
  if (found.length > 0) return false;
  if (password === '') {
    throw new Error(
      `The login ${name} does not exist, and DATABASE_URL has no password to make it with.`,
    );
  }
  await q.query('SAVEPOINT make_role');
  try {
    await q.query(
      `CREATE ROLE ${identifier(name)} LOGIN PASSWORD ${literal(scramVerifier(password))}
         NOINHERIT NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS`,
    );
    return true;
  } catch (error) {
    await q.query('ROLLBACK TO SAVEPOINT make_role');
    // A login belongs to the whole server: migrations of another database may have made it at this moment.
    const now = await ids(q, 'SELECT rolname AS id FROM pg_roles WHERE rolname = $1', [name]);
    if (now.length > 0) return false;
    throw error;
  } finally {
    await q.query('RELEASE SAVEPOINT make_role');
  }
}

/** Who owns a table can give himself every right to it, so the earlier system's login must not keep its tables. */
async function takeOwnership(q: QueryRunner, name: string, say: Say): Promise<void> {
  const owned = await ids(
    q,
    `SELECT oid::regclass::text AS id FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')
        AND relowner = (SELECT oid FROM pg_roles WHERE rolname = $1) ORDER BY 1`,
    [name],
  );
  for (const table of owned) await q.query(`ALTER TABLE ${table} OWNER TO CURRENT_USER`);
  if (owned.length > 0) say(`Taken from ${name}, who must not own tables: ${owned.join(', ')}.`);
}

/** The login itself reads no table of anybody: it may enter a plane, and see which migrations are pending. */
async function grant(q: QueryRunner, name: string): Promise<void> {
  const [database = ''] = await ids(q, 'SELECT quote_ident(current_database()) AS id');
  const role = identifier(name);
  await q.query(`
    REVOKE CREATE ON SCHEMA public FROM PUBLIC;
    REVOKE TEMPORARY ON DATABASE ${database} FROM PUBLIC;
    REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ${role};
    REVOKE ALL ON SCHEMA public FROM ${role};
    GRANT CONNECT ON DATABASE ${database} TO ${role};
    GRANT USAGE ON SCHEMA public, ava TO ${role};
    ${executes(callable.login, role)};
    GRANT SELECT ON ${MIGRATIONS_TABLE} TO ${role}`);
  await letEnterPlanes(q, name);
}

/** NOINHERIT: the login has the rights of a plane inside it only. */
async function letEnterPlanes(q: QueryRunner, name: string): Promise<void> {
  const [login] = await select<{ inherits: boolean; version: number }>(
    q,
    `SELECT rolinherit AS inherits, current_setting('server_version_num')::int AS version
       FROM pg_roles WHERE rolname = $1`,
    [name],
  );
  if (login?.inherits) await q.query(`ALTER ROLE ${identifier(name)} NOINHERIT`);
  const options = login && login.version >= 160000 ? ' WITH INHERIT FALSE, SET TRUE' : '';
  for (const plane of planes) {
    const [member] = await ids(
      q,
      `SELECT roleid AS id FROM pg_auth_members
        WHERE roleid = $1::regrole AND member = (SELECT oid FROM pg_roles WHERE rolname = $2)`,
      [`ava_${plane}`, name],
    );
    if (member === undefined) await q.query(`GRANT ava_${plane} TO ${identifier(name)}${options}`);
  }
}

/** What a login that was there before can do and should not. */
async function powersOf(q: QueryRunner, name: string): Promise<string[]> {
  const [role] = await select<Record<string, boolean>>(
    q,
    `SELECT rolsuper AS "is a superuser: nothing in the database holds it back.",
            rolbypassrls AS "may bypass row-level security.",
            rolcreaterole AS "may make logins.",
            has_schema_privilege(rolname, 'public', 'CREATE') AS "may still make tables in schema public.",
            (SELECT datdba = r.oid FROM pg_database WHERE datname = current_database()) AS "owns the database."
       FROM pg_roles r WHERE rolname = $1`,
    [name],
  );
  return Object.entries(role ?? {})
    .filter(([, has]) => has)
    .map(([power]) => power);
}

/** PostgreSQL stores this form; sent in place of the password, no statement log gets to see that one. */
function scramVerifier(password: string): string {
  const [salt, rounds] = [randomBytes(16), 4096];
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, rounds, 32, 'sha256');
  const hmac = (label: string) => createHmac('sha256', salted).update(label).digest();
  const stored = createHash('sha256').update(hmac('Client Key')).digest('base64');
  const server = hmac('Server Key').toString('base64');
  return `SCRAM-SHA-256$${rounds}:${salt.toString('base64')}$${stored}:${server}`;
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
