import { MigrationExecutor, QueryFailedError, type QueryRunner } from 'typeorm';
import type { Vault } from '../security/vault';
import { adminDataSource, MIGRATIONS_TABLE, migrationNames } from './data-source';
import { lastReportId, readable, reportsSince } from './migration-report';
import { type Queryable, select } from './migration-tools';
import { giveToOwner, grantPlanes } from './plane-roles';
import { removePlainTextTraces } from './plain-text-traces';
import { ensureServerLogin } from './server-login';
import { registerServer } from './server-proof';
import { refuseInPart } from './wholeness';

type Say = (line: string) => void;

interface MigrateOptions {
  /** Login that owns the database. */
  readonly adminUrl: string;
  /** Login of the server: made when missing, and given the rights it needs. */
  readonly serverUrl?: string;
  readonly vault: Vault;
  readonly say?: Say;
}

/** "ava-api" in ASCII. Replicas that start together wait for each other here. */
const LOCK = '27433232486199401';

/** Brings the database up to date, all or nothing. Never says or throws a credential. */
export async function migrate(options: MigrateOptions): Promise<void> {
  const say = options.say ?? (() => undefined);
  const dataSource = adminDataSource(options.adminUrl, options.vault);
  try {
    await dataSource.initialize();
    const q = dataSource.createQueryRunner();
    try {
      await waitForOthers(q, say);
      await migrateAlone(q, options, say);
    } finally {
      await q.release();
    }
  } catch (error) {
    throw withoutValues(error);
  } finally {
    // Ends the session, and with it the advisory lock.
    if (dataSource.isInitialized) await dataSource.destroy();
  }
}

async function waitForOthers(q: QueryRunner, say: Say): Promise<void> {
  const [free] = await select<{ got: boolean }>(q, 'SELECT pg_try_advisory_lock($1) AS got', [
    LOCK,
  ]);
  if (free?.got) return;
  say('Another process is migrating this database: waiting for it.');
  await q.query('SET statement_timeout = 0');
  await q.query('SELECT pg_advisory_lock($1)', [LOCK]);
}

async function migrateAlone(q: QueryRunner, options: MigrateOptions, say: Say): Promise<void> {
  await q.startTransaction();
  let done: Awaited<ReturnType<typeof runPending>>;
  try {
    done = await runPending(q);
    await refuseInPart(q);
    await giveToOwner(q);
    await grantPlanes(q);
    await registerServer(q, options.vault);
    if (options.serverUrl !== undefined) await ensureServerLogin(q, options.serverUrl, say);
    await q.commitTransaction();
  } catch (error) {
    await q.rollbackTransaction().catch(() => undefined);
    throw error;
  }
  if (done.names.length === 0) {
    say('The database is up to date.');
    return;
  }
  say(`Migrations run: ${done.names.join(', ')}.`);
  for (const line of done.reports.flatMap(readable)) say(line);
  if (done.reports.some(({ report }) => Number(report.sealed) > 0))
    await removePlainTextTraces(q, say);
}

async function runPending(q: QueryRunner) {
  await q.query(`
    SET LOCAL search_path = public;
    SET LOCAL statement_timeout = 0;
    SET LOCAL idle_in_transaction_session_timeout = 0;
    SET LOCAL lock_timeout = '60s'`);
  const since = await lastReportId(q);
  const executor = new MigrationExecutor(q.dataSource, q);
  const run = await executor.executePendingMigrations();
  return {
    names: run.map(({ name }) => name),
    reports: run.length > 0 ? await reportsSince(q, since) : [],
  };
}

/** TypeORM's error carries statement and parameters, that of the driver rows: what is thrown here gets printed. */
function withoutValues(error: unknown): unknown {
  if (!(error instanceof QueryFailedError)) return error;
  const { code, table, constraint } = error.driverError as Record<string, string | undefined>;
  const hint =
    code === '55P03' ? ' Another program is using the tables: stop the earlier system first.' : '';
  const where = [code, table, constraint].filter((it) => it !== undefined).join(', ');
  return new Error(`Nothing was changed: ${error.message} (${where}).${hint}`);
}

/** Names of the migrations that this program has and the database has not. Works with the server's login. */
export async function pendingMigrations(db: Queryable): Promise<string[]> {
  const tables = await db.query(`SELECT to_regclass($1) IS NOT NULL AS made`, [MIGRATIONS_TABLE]);
  const [table] = tables as { made: boolean }[];
  if (!table?.made) return [...migrationNames];
  const rows = (await db.query(`SELECT name FROM ${MIGRATIONS_TABLE}`)) as { name: string }[];
  const done = new Set(rows.map((row) => row.name));
  return migrationNames.filter((name) => !done.has(name));
}
