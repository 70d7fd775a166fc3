import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { prepareRestore } from '../../src/commands/backup-prepare';
import { AdminSession } from '../../src/kernel/database/admin-session';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../../src/kernel/database/embedded-postgres';
import { migrate } from '../../src/kernel/database/migrate';
import { parseKeyring, Vault } from '../../src/kernel/security/vault';
import { onDatabase, query, type TestDatabase } from './database';
import { session } from './tenants-in-sql';

/**
 * What `pg_dump --inserts` of PostgreSQL 15 wrote of an installation that had not run the last migrations yet, sealed with
 * the key of the tests. Alice and Bob have a Vapi key, a number and a call each.
 */
const dump = readFileSync(join(__dirname, '../fixtures/backup.sql'), 'utf8');

/** The dump up to the first entry of this kind, as an interruption leaves it. */
export function dumpBefore(entry: string): string {
  const [before = '', ...rest] = dump.split(entry);
  if (rest.length === 0) throw new Error(`the dump has no ${entry}`);
  return before;
}

/** A database server of its own that has never seen Ava: none of the roles is there. */
export class Elsewhere {
  private count = 0;

  private constructor(private readonly postgres: EmbeddedPostgres) {}

  static async start(folder: string): Promise<Elsewhere> {
    return new Elsewhere(await startEmbeddedPostgres(folder, { settings: { fsync: 'off' } }));
  }

  /** An empty database. @param owner a login that is no superuser, made for it */
  async database(owner?: string): Promise<TestDatabase> {
    this.count += 1;
    const name = `restored_${this.count}`;
    await query(this.postgres.adminUrl, `CREATE DATABASE ${name}`);
    const adminUrl = new URL(onDatabase(this.postgres.adminUrl, name));
    if (owner !== undefined) {
      await query(
        adminUrl.href,
        `CREATE ROLE ${owner} LOGIN CREATEROLE PASSWORD 'of-this-test'; ALTER DATABASE ${name} OWNER TO ${owner}`,
      );
      adminUrl.username = owner;
      adminUrl.password = 'of-this-test';
    }
    return {
      adminUrl: adminUrl.href,
      serverUrl: onDatabase(this.postgres.serverUrl, name),
      drop: () => Promise.resolve(),
    };
  }

  stop(): Promise<void> {
    return this.postgres.stop();
  }
}

export async function prepare({ adminUrl, serverUrl }: TestDatabase): Promise<void> {
  const admin = await AdminSession.open(adminUrl);
  try {
    await prepareRestore({ session: admin, serverUrl, say: () => undefined });
  } finally {
    await admin.close();
  }
}

/** As `pg_restore --single-transaction --exit-on-error` does it. */
export async function restore({ adminUrl }: TestDatabase, text = dump): Promise<void> {
  await query(adminUrl, text);
}

/** An owner is a statement of its own: what is refused one stays with whoever restores. */
const STATEMENTS = /^(?=-- (?:Data for )?Name: )|^(?=ALTER .* OWNER TO )/m;

/** As pg_restore does it without those: one after the other, whatever fails. @returns how many failed */
export async function restoreWhatGoes({ adminUrl }: TestDatabase): Promise<number> {
  const client = await session(adminUrl);
  let failed = 0;
  try {
    for (const entry of dump.split(STATEMENTS)) {
      await client.query(entry).catch(() => (failed += 1));
    }
  } finally {
    await client.end();
  }
  return failed;
}

export function migrateWith(keys: string, database: TestDatabase): Promise<void> {
  return migrate({ ...database, vault: new Vault(parseKeyring(keys)) });
}
