import { Client } from 'pg';
import { rowsOf } from '../support/catalogue';
import { query, type TestDatabase } from '../support/database';
import {
  credentialsOf,
  earlierDatabase,
  newVault,
  reportOf,
  up,
} from '../support/earlier-database';

const ALICE = '2bd806c9-7f0e-40af-9a1f-c3328fa763a9';
const BOB = '81b637d8-fcd2-46da-a359-e6963113a117';
const CHLOE = 'ec5c41c1-27a4-44eb-89cc-0b3ca2942546';
const DRISS = '5499b5e7-7047-4ec8-b4bb-ea4339f3e9ab';
const EMMA = 'f4aa0655-cdb8-44fc-b6f7-19c7a786de10';
const FARID = '9b563ac1-74cf-4399-8256-a983f7ec2fcb';
const GINA = '03092389-3f54-43d0-8b0b-c141bad644e6';
const ORPHANS = ['2d8e452e-1634-4ae4-ae17-cc9ec974afed', '4a8456f1-0e37-4897-b8ce-f532ab6a7374'];

describe('The earlier database, migrated', () => {
  const vault = newVault();
  let database: TestDatabase;
  let before: Record<string, string[]>;
  let said: string[];
  const sql = (text: string, params: unknown[] = []) => query(database.adminUrl, text, params);

  beforeAll(async () => {
    database = await earlierDatabase();
    before = await rowsOf(database.adminUrl);
    said = await up(database, vault);
  });

  afterAll(() => database.drop());

  it('seals every credential for its row and column, and loses none', async () => {
    const credentials = await credentialsOf(database, vault);

    expect(credentials).toEqual(
      [
        `${ALICE} vapi_api_key sk_alice_xxx`,
        `${ALICE} twilio_account_sid ACa1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1`,
        `${ALICE} twilio_auth_token 0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a`,
        `${BOB} vapi_api_key sk_bob_yyy`,
        `${BOB} twilio_account_sid ACb2b2b2b2b2b2b2b2b2b2b2b2b2b2b2b2`,
        `${BOB} twilio_auth_token 0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b`,
        `${CHLOE} vapi_api_key sk_chloe_zzz`,
        `${DRISS} twilio_account_sid ACd4d4d4d4d4d4d4d4d4d4d4d4d4d4d4d4`,
        `${DRISS} twilio_auth_token 0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d0d`,
        `${EMMA} vapi_api_key sk_emma_é_€`,
        `${FARID} vapi_api_key `,
        `${GINA} vapi_api_key sk_gina`,
      ].toSorted(),
    );
  });

  it('has the foreign key of the brief, word for word', async () => {
    const [key] = await sql(
      `SELECT pg_get_constraintdef(oid) AS def, conrelid::regclass::text AS "table", convalidated AS valid
         FROM pg_constraint WHERE conname = 'fk_phone_numbers_org'`,
    );

    expect(key).toEqual({
      def: 'FOREIGN KEY (org_id) REFERENCES users(id) ON DELETE CASCADE',
      table: 'phone_numbers',
      valid: true,
    });
  });

  it('refuses a number of a user that does not exist', async () => {
    const inserting = sql(
      `INSERT INTO phone_numbers (tenant_id, id, org_id, number)
       SELECT id, gen_random_uuid(), gen_random_uuid(), '+33100000000' FROM tenants LIMIT 1`,
    );

    await expect(inserting).rejects.toMatchObject({
      code: '23503',
      constraint: 'fk_phone_numbers_org',
    });
  });

  it('deletes calls and profile with their tenant', async () => {
    const keys = await sql(
      `SELECT conname, confdeltype FROM pg_constraint
        WHERE conname IN ('calls_tenant_id_fkey', 'ava_profiles_tenant_id_fkey', 'phone_numbers_tenant_id_fkey')`,
    );

    expect(keys.map((key) => key.confdeltype as string)).toEqual(['c', 'c', 'c']);
  });

  it('keeps the orphans aside and lists them', async () => {
    const rows = await sql(
      'SELECT id, number, label, reason FROM phone_numbers_quarantine ORDER BY id',
    );

    expect(rows).toEqual([
      { id: ORPHANS[0], number: '+33700000002', label: 'orphelin', reason: 'orphan' },
      { id: ORPHANS[1], number: '+33700000001', label: 'orphelin', reason: 'orphan' },
    ]);
    expect(await reportOf(database, 'fk-phone-numbers-org')).toMatchObject({ orphans: ORPHANS });
    expect(said.join('\n')).toContain(
      `moved to phone_numbers_quarantine (2): ${ORPHANS.join(', ')}`,
    );
  });

  it('keeps every call and number as it was', async () => {
    const calls = await sql(
      `SELECT ROW(created_at, customer, duration_seconds, id, started_at, status, tenant_id, transcript)::text AS row
         FROM calls ORDER BY 1`,
    );
    const numbers = await sql(
      `SELECT ROW(created_at, id, label, number, org_id)::text AS row FROM (
         SELECT created_at, id, label, number, org_id FROM phone_numbers
         UNION SELECT created_at, id, label, number, org_id FROM phone_numbers_quarantine) n ORDER BY 1`,
    );

    expect(calls.map(({ row }) => row as string)).toEqual(before.calls);
    expect(numbers.map(({ row }) => row as string)).toEqual(before.phone_numbers);
    expect(calls).toHaveLength(44);
  });

  it('keeps passwords and flags, however odd', async () => {
    const users = await sql('SELECT id, password_hash, onboarding_flags AS flags FROM users');

    expect(users.every((user) => (user.password_hash as string).startsWith('$2b$12$'))).toBe(true);
    expect(users.find((user) => user.id === FARID)?.flags).toEqual({
      vapi_skipped: true,
      custom: { nested: [1, 2] },
    });
  });

  it('leaves an address to its oldest account and reports who lost it', async () => {
    const users = await sql(
      'SELECT id, email FROM users WHERE id IN ($1, $2, $3) ORDER BY lower(email)',
      [ALICE, CHLOE, GINA],
    );

    expect(users.map((user) => user.email as string)).toEqual([
      `${GINA}@duplicate.invalid`,
      'alice@x.com',
      'Chloe@Horizon.fr',
    ]);
    expect(await reportOf(database, 'accounts')).toMatchObject({
      duplicates: [{ id: GINA, email: 'alice@X.com' }],
    });
    expect(said.join('\n')).toContain(`${GINA} alice@X.com`);
    await expect(
      sql(`UPDATE users SET email = 'ALICE@x.com' WHERE id = $1`, [BOB]),
    ).rejects.toMatchObject({
      code: '23505',
      constraint: 'users_email_key',
    });
  });

  it('makes everybody a member of exactly one tenant, and the oldest its owner', async () => {
    const members = await sql(
      `SELECT u.id, t.name, m.role FROM memberships m JOIN users u ON u.id = m.user_id JOIN tenants t ON t.id = m.tenant_id`,
    );
    const of = (id: string) =>
      members.filter((it) => it.id === id).map((it) => `${it.name} ${it.role}`);

    expect(of(ALICE)).toEqual(['Atelier Alice owner']);
    expect(of(BOB)).toEqual(['Bob & Fils owner']);
    expect([of(DRISS), of(CHLOE)]).toEqual([['Équipe Horizon owner'], ['Équipe Horizon member']]);
    expect([of(EMMA), of(FARID), of(GINA)]).toEqual([
      ['emma owner'],
      ['farid owner'],
      ['alice owner'],
    ]);
    expect(members).toHaveLength(7);
  });

  it('gives every tenant one profile, and keeps those that were there', async () => {
    const profiles = await sql(
      `SELECT t.name AS tenant, p.name, p.voice, p.tone, p.language, p.version FROM tenants t
         LEFT JOIN ava_profiles p ON p.tenant_id = t.id ORDER BY t.created_at, t.name`,
    );
    const fallback = { name: 'Ava', voice: 'alloy', tone: 'calm', language: 'en', version: 1 };

    expect(profiles).toEqual([
      { tenant: 'Atelier Alice', ...fallback },
      { tenant: 'Bob & Fils', ...fallback, name: 'Emma', voice: 'nova', tone: 'warm' },
      { tenant: 'Équipe Horizon', ...fallback },
      { tenant: 'alice', ...fallback },
      { tenant: 'emma', ...fallback },
      { tenant: 'farid', ...fallback },
    ]);
  });

  it('says what it did without a credential', () => {
    const text = said.join('\n');

    expect(text).toContain('calls: 44 rows before, 44 after');
    expect(text).toContain('Tenants made for users without one (3)');
    expect(text).toContain('Tenants that got the default profile (4)');
    expect(text).not.toMatch(/sk_|ACa1|0a0a0a|gAAAA/);
  });

  it('takes no plain text in a credential column and does not repeat it', async () => {
    const client = new Client({ connectionString: database.adminUrl });
    await client.connect();
    const writes = ['vapi_api_key', 'twilio_account_sid', 'twilio_auth_token'].flatMap((column) => [
      `UPDATE users SET ${column} = 'sk_plain_secret'`,
      `INSERT INTO users (id, email, password_hash, ${column}) VALUES (gen_random_uuid(), 'x@x', 'x', 'sk_plain_secret')`,
      `UPDATE users SET ${column} = ''`,
      `UPDATE users SET ${column} = 'v1.00000000.gAAAA'`,
      `UPDATE users SET ${column} = ${column} || E'\\n' WHERE ${column} IS NOT NULL`,
    ]);

    for (const write of writes) {
      const error: unknown = await client.query(write).catch((it: unknown) => it);
      expect(error).toMatchObject({ code: '23514', constraint: 'sealed_credential_form' });
      expect(JSON.stringify(error) + String(error)).not.toMatch(/sk_plain_secret|gAAAA/);
    }
    await client.end();
  });

  it('removes everything of a tenant that is deleted by hand', async () => {
    const [tenant] = await sql(`SELECT id FROM tenants WHERE name = 'Bob & Fils'`);
    await sql('DELETE FROM tenants WHERE id = $1', [tenant?.id]);

    for (const table of ['calls', 'ava_profiles', 'phone_numbers', 'memberships', 'sessions']) {
      expect(await sql(`SELECT 1 FROM ${table} WHERE tenant_id = $1`, [tenant?.id])).toEqual([]);
      expect(
        await sql(
          `SELECT 1 FROM ${table} x WHERE NOT EXISTS (SELECT 1 FROM tenants t WHERE t.id = x.tenant_id)`,
        ),
      ).toEqual([]);
    }
    expect(await sql('SELECT 1 FROM users WHERE id = $1', [BOB])).toHaveLength(1);
  });
});
