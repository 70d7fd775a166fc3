import { randomBytes } from 'node:crypto';
import { readOnly } from '../../src/commands/read-only';
import { catalogueOf, rowsOf } from '../support/catalogue';
import { createDatabase, query, type TestDatabase } from '../support/database';
import { earlierDatabase } from '../support/earlier-database';
import { audit, auditEnv, findings, missing, printAudit } from '../support/security-audit';
import { tenantWith } from '../support/tenants-in-sql';

let database: TestDatabase;
const logins: string[] = [];

afterEach(async () => {
  for (const login of logins.splice(0)) {
    await query(
      database.adminUrl,
      `REASSIGN OWNED BY ${login} TO current_user; DROP OWNED BY ${login}; DROP ROLE ${login}`,
    );
  }
  await database.drop();
});

/** The same database for somebody who is no superuser. */
async function asLogin(grants: (login: string) => string): Promise<TestDatabase> {
  const login = `auditor_${randomBytes(6).toString('hex')}`;
  await query(database.adminUrl, `CREATE ROLE ${login} LOGIN PASSWORD 'only-in-tests'`);
  logins.push(login);
  await query(database.adminUrl, grants(login));
  const url = new URL(database.adminUrl);
  url.username = login;
  url.password = 'only-in-tests';
  return { ...database, adminUrl: url.href };
}

describe('the audit', () => {
  it.each([
    ['the earlier database', () => earlierDatabase()],
    ['a migrated one', () => createDatabase()],
  ])('leaves %s as it is', async (_, make) => {
    database = await make();
    const before = [await rowsOf(database.adminUrl), await catalogueOf(database.adminUrl)];

    await audit(database);

    expect([await rowsOf(database.adminUrl), await catalogueOf(database.adminUrl)]).toEqual(before);
  });

  it('is kept from writing by PostgreSQL itself', async () => {
    database = await createDatabase();

    const writing = readOnly(database.adminUrl, (ask) => ask('DELETE FROM tenants'));

    await expect(writing).rejects.toMatchObject({ code: '25006' });
  });

  it('gives up on a statement that takes too long', async () => {
    database = await createDatabase();

    const [set] = await readOnly(database.adminUrl, (ask) =>
      ask<{ timeout: string }>(`SELECT current_setting('statement_timeout') AS timeout`),
    );

    expect(set?.timeout).toBe('1min');
  });

  it('shows nothing of anybody, in no form and no language', async () => {
    database = await earlierDatabase();
    const secrets = await query<{ text: string }>(
      database.adminUrl,
      `SELECT DISTINCT btrim(x.text) AS text FROM (
         SELECT unnest(ARRAY[id::text, email, hashed_password, vapi_api_key, twilio_account_sid, twilio_auth_token]) FROM users
         UNION ALL SELECT unnest(ARRAY[id::text, name]) FROM tenants
         UNION ALL SELECT unnest(ARRAY[id::text, customer] || string_to_array(transcript, chr(10))) FROM calls
         UNION ALL SELECT unnest(ARRAY[id::text, org_id::text, number, label]) FROM phone_numbers) AS x(text)
        WHERE length(x.text) > 4 AND x.text <> 'orphelin'`,
    );
    const env = auditEnv(database);

    const forms = [
      (await printAudit(env, { lang: 'fr' })).text,
      (await printAudit(env, { lang: 'en' })).text,
      (await printAudit(env, { json: true })).text,
    ].join('\n');

    expect(secrets.length).toBeGreaterThan(100);
    expect(secrets.filter(({ text }) => forms.includes(text))).toEqual([]);
    expect(forms).not.toContain(env.encryptionKey);
  });
});

describe('a login that is no superuser', () => {
  it('gives the same score when it owns the tables of the earlier system', async () => {
    database = await earlierDatabase();
    const tables = ['tenants', 'users', 'calls', 'ava_profiles', 'phone_numbers'];
    const owner = await asLogin((login) =>
      tables.map((table) => `ALTER TABLE ${table} OWNER TO ${login}`).join(';'),
    );

    expect((await audit(owner)).score).toBe(75);
  });

  it('gives the same report when it is a member of the owner of a migrated one', async () => {
    database = await createDatabase();
    await tenantWith(database.adminUrl, 'owner', 'member');
    await query(
      database.adminUrl,
      `INSERT INTO users (id, email, password_hash) VALUES (gen_random_uuid(), 'a@x.com', 'x')`,
    );
    const member = await asLogin((login) => `GRANT ava_owner TO ${login}`);

    const [seen, all] = [await audit(member), await audit(database)];

    expect({ ...seen, checkedAt: '' }).toEqual({ ...all, checkedAt: '' });
    expect(missing(seen)).toEqual({ 'user-tenant': '1 of 3 users have no tenant' });
  });

  it.each([
    ['may read nothing', () => 'SELECT 1'],
    [
      'is held back by policies',
      (login: string) => `GRANT SELECT ON ALL TABLES IN SCHEMA public TO ${login}`,
    ],
    [
      'owns the table and is held back all the same',
      (login: string) => `ALTER TABLE users OWNER TO ${login}`,
    ],
    [
      'is the owner’s member and held back by a policy that restricts',
      (login: string) => `GRANT ava_owner TO ${login};
        CREATE POLICY hidden ON users AS RESTRICTIVE TO ava_owner USING (false)`,
    ],
  ])('is given no points for what it cannot count when it %s', async (_, grants) => {
    database = await createDatabase();
    await tenantWith(database.adminUrl, 'owner');

    const report = await audit(await asLogin(grants));

    expect(missing(report)).toMatchObject({
      encryption: expect.stringContaining('this login cannot count the rows') as string,
      'user-tenant': expect.stringContaining('this login cannot count the rows') as string,
    });
    expect(findings(report).orphans).toContain('this login cannot count the rows');
    expect(report.score).toBe(80);
  });
});
