import { adminDataSource } from '../../src/kernel/database/data-source';
import { migrate } from '../../src/kernel/database/migrate';
import { removePlainTextTraces } from '../../src/kernel/database/plain-text-traces';
import { createDatabase, query, type TestDatabase } from '../support/database';
import { earlierDatabase, newVault } from '../support/earlier-database';
import { filesWith } from '../support/table-files';
import { session } from '../support/tenants-in-sql';

const KEY = 'sk_shared_by_many_0123456789';
const databases: TestDatabase[] = [];

afterAll(async () => {
  for (const database of databases) await database.drop();
});

async function databaseWithTraces(): Promise<TestDatabase> {
  const database = await earlierDatabase(
    `INSERT INTO users (id, email, hashed_password, vapi_api_key)
     SELECT gen_random_uuid(), i || '@x.com', 'x', '${KEY}' FROM generate_series(1, 500) i;
     ANALYZE users`,
  );
  databases.push(database);
  return database;
}

/** A transaction that keeps seeing the statistics as they are now. */
async function lookingAt(database: TestDatabase) {
  const other = await session(database.adminUrl);
  await other.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
  return other;
}

async function afterVacuum(database: TestDatabase): Promise<void> {
  for (;;) {
    const [statistics] = await query<{ vacuumed: boolean }>(
      database.adminUrl,
      `SELECT pg_stat_get_vacuum_count('pg_statistic'::regclass) > 0 AS vacuumed`,
    );
    if (statistics?.vacuumed) return;
  }
}

it('leaves no credential in the planner statistics, and waits for who still sees them', async () => {
  const database = await databaseWithTraces();
  const found = await filesWith(database, KEY);
  const other = await lookingAt(database);
  const said: string[] = [];
  const { adminUrl } = database;

  const migrating = migrate({ adminUrl, vault: newVault(), say: (line) => said.push(line) });
  await afterVacuum(database);
  const whileSeen = [...said];
  await other.end();
  await migrating;

  expect(found).toEqual(expect.arrayContaining(['users', 'pg_statistic']));
  expect(whileSeen.join('\n')).not.toContain('Traces of');
  expect(await filesWith(database, KEY)).toEqual([]);
  expect(said.join('\n')).toContain('Traces of the plain-text credentials removed');
});

it('does not mind who writes in another database', async () => {
  const elsewhere = await createDatabase('template0');
  databases.push(elsewhere);
  const writer = await session(elsewhere.adminUrl);
  await writer.query('BEGIN; SELECT pg_current_xact_id()');
  const database = await databaseWithTraces();

  await migrate({ adminUrl: database.adminUrl, vault: newVault() });
  await writer.end();

  expect(await filesWith(database, KEY)).toEqual([]);
});

it('does not wait for ever, and says what is left and what to do', async () => {
  const database = await databaseWithTraces();
  const other = await lookingAt(database);
  await query(database.adminUrl, 'DROP TABLE users CASCADE');
  const said: string[] = [];
  const dataSource = await adminDataSource(database.adminUrl, newVault()).initialize();

  const patience = { times: 2, everyMs: 1 };
  await removePlainTextTraces(dataSource.createQueryRunner(), (line) => said.push(line), patience);

  expect(await filesWith(database, KEY)).toContain('pg_statistic');
  expect(said.join('\n')).toContain(
    'may still be found in: old planner statistics. When no other transaction is open',
  );
  await dataSource.destroy();
  await other.end();
});
