import type { TestDatabase } from '../support/database';
import { credentialsOf, earlierDatabase, newVault, up } from '../support/earlier-database';
import { filesWith } from '../support/table-files';

const SHARED = 'sk_shared_by_many_0123456789';
const USERS = 10_000;

const many = `
  INSERT INTO users (id, email, hashed_password, vapi_api_key, twilio_account_sid, twilio_auth_token)
  SELECT gen_random_uuid(), 'user' || i || '@many.com', 'x',
         CASE WHEN i % 3 = 0 THEN '${SHARED}' ELSE 'sk_plain_' || i END,
         CASE WHEN i % 3 = 1 THEN 'AC_plain_' || i END, CASE WHEN i % 3 = 1 THEN 'tok_plain_' || i END
    FROM generate_series(1, ${USERS}) i;
  INSERT INTO calls (id, tenant_id, customer, transcript, started_at)
  SELECT gen_random_uuid(), (SELECT id FROM tenants WHERE name = 'Atelier Alice'), '+331' || i, repeat('Bonjour ', 40),
         now() - i * interval '1 minute'
    FROM generate_series(1, 100000) i;
  ANALYZE users`;

describe('A large earlier database', () => {
  const vault = newVault();
  let database: TestDatabase;
  let grew: number;
  let foundBefore: string[];

  beforeAll(async () => {
    database = await earlierDatabase(many);
    foundBefore = await filesWith(database, SHARED);
    const stop = watchMemory();
    await up(database, vault);
    grew = stop();
  }, 300_000);

  afterAll(() => database.drop());

  it('is migrated in little memory', () => {
    expect(grew).toBeLessThan(300);
  });

  it('has every credential sealed', async () => {
    const credentials = await credentialsOf(database, vault);

    expect(credentials).toHaveLength(USERS + 2 * Math.ceil(USERS / 3) + 12);
    expect(credentials.filter((it) => it.endsWith(SHARED))).toHaveLength(Math.floor(USERS / 3));
  }, 120_000);

  it('has no plain credential in any file, where there were some', async () => {
    expect(foundBefore).toEqual(expect.arrayContaining(['users', 'pg_statistic']));
    for (const text of [
      SHARED,
      'sk_plain_1',
      'AC_plain_76',
      'tok_plain_100',
      'sk_alice_xxx',
      '0b0b0b0b0b0b',
      'sk_emma_',
    ]) {
      expect([text, ...(await filesWith(database, text))]).toEqual([text]);
    }
  }, 120_000);
});

/** Megabytes of resident memory that came on top, at most. */
function watchMemory(): () => number {
  const before = process.memoryUsage.rss();
  let most = before;
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 20);
  return () => {
    clearInterval(timer);
    return Math.round((most - before) / 1_000_000);
  };
}
