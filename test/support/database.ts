import { randomBytes } from 'node:crypto';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, DatabaseError, type QueryResultRow } from 'pg';

/** A database of one test file, on the server that global-setup started. */
export interface TestDatabase {
  readonly adminUrl: string;
  readonly serverUrl: string;
  drop(): Promise<void>;
}

const SOURCE_IN_USE = '55006';

/** `ava_template` holds every migration; `template0` nothing at all. */
export async function createDatabase(
  template: 'ava_template' | 'template0' = 'ava_template',
): Promise<TestDatabase> {
  const admin = fromSetup('AVA_TEST_ADMIN_URL');
  const name = `t_${randomBytes(8).toString('hex')}`;
  await createFrom(template, name, admin);
  // The rights to a database are no part of its template; migrations take this one away.
  if (template === 'ava_template')
    await query(admin, `REVOKE TEMPORARY ON DATABASE ${name} FROM PUBLIC`);
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
  const client = new Client({ connectionString: url });
  // A server that goes away rejects the statement; unheard, the event would end the test process as well.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(sql, params)).rows;
  } finally {
    await client.end();
  }
}

/** The same server and login, another database. */
export function onDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}

async function createFrom(template: string, name: string, admin: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await query(admin, `CREATE DATABASE ${name} TEMPLATE ${template}`);
      return;
    } catch (error) {
      const busy = error instanceof DatabaseError && error.code === SOURCE_IN_USE;
      if (!busy || attempt === 200) throw error;
      await sleep(50);
    }
  }
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
