import { setTimeout as sleep } from 'node:timers/promises';
import { migrate } from '../../src/kernel/database/migrate';
import { createDatabase, type TestDatabase } from '../support/database';
import { earlierDatabase, newVault } from '../support/earlier-database';
import { filesWith } from '../support/table-files';
import { session } from '../support/tenants-in-sql';

jest.setTimeout(60_000);

const KEY = 'sk_shared_by_many_0123456789';
const databases: TestDatabase[] = [];

afterAll(async () => {
  for (const database of databases) await database.drop();
});

/** Migrates while another transaction keeps seeing the old statistics, until `end` after the migrations are in. */
async function migrateBeside(endAfterMs: number) {
  const database = await earlierDatabase(
    `INSERT INTO users (id, email, hashed_password, vapi_api_key)
     SELECT gen_random_uuid(), i || '@x.com', 'x', '${KEY}' FROM generate_series(1, 500) i;
     ANALYZE users`,
  );
  databases.push(database);
  const found = await filesWith(database, KEY);
  const other = await session(database.adminUrl);
  await other.query('BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1');
  const said: string[] = [];
  let ended: Promise<unknown> = Promise.resolve();
  await migrate({
    adminUrl: database.adminUrl,
    vault: newVault(),
    say: (line) => {
      said.push(line);
      if (line.startsWith('Migrations run')) ended = sleep(endAfterMs).then(() => other.end());
    },
  });
  const left = await filesWith(database, KEY);
  await ended;
  return { found, left, said: said.join('\n') };
}

it('leaves no credential in the planner statistics, and waits for who still sees them', async () => {
  const { found, left, said } = await migrateBeside(1_000);

  expect(found).toEqual(expect.arrayContaining(['users', 'pg_statistic']));
  expect(left).toEqual([]);
  expect(said).toContain('Traces of the plain-text credentials removed');
});

it('does not mind who writes in another database', async () => {
  const elsewhere = await createDatabase('template0');
  databases.push(elsewhere);
  const writer = await session(elsewhere.adminUrl);
  await writer.query('BEGIN; SELECT pg_current_xact_id()');

  const { left } = await migrateBeside(0);
  await writer.end();

  expect(left).toEqual([]);
});

it('does not wait for ever, and says what is left and what to do', async () => {
  const { left, said } = await migrateBeside(20_000);

  expect(left).toEqual(['pg_statistic']);
  expect(said).toContain(
    'may still be found in: old planner statistics. When no other transaction is open',
  );
});
