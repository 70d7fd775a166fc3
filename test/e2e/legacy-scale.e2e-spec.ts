import { Client } from 'pg';
import type { TestDatabase } from '../support/database';
import { credentialsOf, earlierDatabase, newVault, up } from '../support/earlier-database';

const SHARED = 'sk_shared_by_many_0123456789';
const USERS = 100_000;

const many = `
  INSERT INTO users (id, email, hashed_password, vapi_api_key, twilio_account_sid, twilio_auth_token)
  SELECT gen_random_uuid(), 'user' || i || '@many.com', 'x',
         CASE WHEN i % 3 = 0 THEN '${SHARED}' ELSE 'sk_plain_' || i END, 'AC_plain_' || i, 'tok_plain_' || i
    FROM generate_series(1, ${USERS}) i;
  INSERT INTO calls (id, tenant_id, customer, transcript, started_at)
  SELECT gen_random_uuid(), (SELECT id FROM tenants WHERE name = 'Atelier Alice'), '+331' || i, repeat('Bonjour ', 40),
         now() - i * interval '1 minute'
    FROM generate_series(1, 100000) i;
  ANALYZE users`;

describe('A large earlier database', () => {
  const vault = newVault();
  let database: TestDatabase;
  let took: number;
  let grew: number;

  beforeAll(async () => {
    database = await earlierDatabase(many);
    expect(await filesWith(database, SHARED)).toContain('pg_statistic');
    const start = Date.now();
    const stop = watchMemory();
    await up(database, vault);
    grew = stop();
    took = Date.now() - start;
    process.stdout.write(
      `${USERS} users and 100,000 calls migrated in ${took} ms, +${grew} MB at most\n`,
    );
  }, 300_000);

  afterAll(() => database.drop());

  it('is migrated in well under a minute and little memory', () => {
    expect(took).toBeLessThan(60_000);
    expect(grew).toBeLessThan(300);
  });

  it('has every credential sealed', async () => {
    const credentials = await credentialsOf(database, vault);

    expect(credentials).toHaveLength(3 * USERS + 12);
    expect(credentials.filter((it) => it.endsWith(SHARED))).toHaveLength(Math.floor(USERS / 3));
  }, 120_000);

  it('has no plain credential in any file', async () => {
    for (const text of [
      SHARED,
      'sk_plain_1',
      'AC_plain_77',
      'tok_plain_99',
      'sk_alice_xxx',
      '0b0b0b0b0b0b',
      'sk_emma_',
    ]) {
      expect([text, ...(await filesWith(database, text))]).toEqual([text]);
    }
  }, 120_000);
});

/** Names of the files of this database, table or number, in which the text occurs. Reads what is on disk. */
async function filesWith(database: TestDatabase, text: string): Promise<string[]> {
  const client = new Client({ connectionString: database.adminUrl });
  await client.connect();
  try {
    await client.query('CHECKPOINT');
    const { rows } = await client.query<{ name: string }>(
      `SELECT DISTINCT coalesce(c.relname, file) AS name
         FROM (SELECT 'base/' || oid AS dir FROM pg_database WHERE datname = current_database()) d,
              LATERAL pg_ls_dir(dir) AS file
              LEFT JOIN pg_class c ON pg_relation_filenode(c.oid)::text = split_part(split_part(file, '.', 1), '_', 1)
        WHERE position(convert_to($1, 'UTF8') IN pg_read_binary_file(dir || '/' || file)) > 0`,
      [text],
    );
    return rows.map((row) => row.name);
  } finally {
    await client.end();
  }
}

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
