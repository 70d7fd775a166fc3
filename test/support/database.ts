import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Pool, type QueryResultRow } from 'pg';

/** A database of one test file, on the server that global-setup started. */
export interface TestDatabase {
  readonly adminUrl: string;
  readonly serverUrl: string;
  drop(): Promise<void>;
}

/** @param template `ava_template` holds every migration, `template0` nothing at all; or one that nobody is connected to */
export async function createDatabase(template = 'ava_template'): Promise<TestDatabase> {
  const admin = fromSetup('AVA_TEST_ADMIN_URL');
  const name = `t_${randomBytes(8).toString('hex')}`;
  await connected(admin, async (client) => {
    // Copying files takes half the time of writing them through the log.
    await client.query(`CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY file_copy`);
    // The rights to a database are no part of its template; migrations take this one away.
    if (template !== 'template0')
      await client.query(`REVOKE TEMPORARY ON DATABASE ${name} FROM PUBLIC`);
  });
  return {
    adminUrl: onDatabase(admin, name),
    serverUrl: onDatabase(fromSetup('AVA_TEST_SERVER_URL'), name),
    drop: async () => {
      await query(admin, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    },
  };
}

/** One statement on a connection of its own. */
export async function query<Row extends QueryResultRow = QueryResultRow>(
  url: string,
  sql: string,
  params: unknown[] = [],
): Promise<Row[]> {
  return connected(url, async (client) => (await client.query<Row>(sql, params)).rows);
}

/** Several statements on one connection: to open it costs more than most of them. */
export async function connected<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  // A server that goes away rejects the statement; unheard, the event would end the test process as well.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** Connections that are opened when they are needed and kept; those that are lost in between are not missed. */
export function poolOf(url: string): Pool {
  const pool = new Pool({ connectionString: url });
  pool.on('error', () => undefined);
  return pool;
}

export const nameOf = ({ adminUrl }: TestDatabase) => new URL(adminUrl).pathname.slice(1);

/** The same server and login, another database. */
export function onDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

/** A fresh folder, that goes when the tests end, however they end. */
export function temporaryFolder(): string {
  return mkdtempSync(join(fromSetup('AVA_TEST_FOLDER'), 'tmp-'));
}

function fromSetup(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run this through jest --selectProjects e2e.`);
  return value;
}
