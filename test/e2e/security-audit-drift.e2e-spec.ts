import { createDatabase, query, type TestDatabase } from '../support/database';
import { audit, findings, missing } from '../support/security-audit';
import { tenantWith } from '../support/tenants-in-sql';

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const change = (sql: string, values: unknown[] = []) => query(database.adminUrl, sql, values);
/** As it comes in when triggers do not look: a restore gone wrong, a bulk load. */
const unchecked = (sql: string) =>
  change(`SET session_replication_role = replica; ${sql}; SET session_replication_role = origin`);
const owner = async () => (await tenantWith(database.adminUrl, 'owner')).people[0] ?? '';

describe('what was protected and is no more', () => {
  it.each([
    [
      'the foreign key of numbers is dropped',
      'ALTER TABLE phone_numbers DROP CONSTRAINT fk_phone_numbers_org',
      { 'foreign-key': 'phone_numbers has no FOREIGN KEY (org_id)' },
      95,
    ],
    [
      'the foreign key of numbers no longer cascades',
      `ALTER TABLE phone_numbers DROP CONSTRAINT fk_phone_numbers_org,
         ADD CONSTRAINT fk_phone_numbers_org FOREIGN KEY (org_id) REFERENCES users(id)`,
      { 'foreign-key': 'ON DELETE CASCADE' },
      95,
    ],
    [
      'the foreign key of numbers is not validated',
      `ALTER TABLE phone_numbers DROP CONSTRAINT fk_phone_numbers_org,
         ADD CONSTRAINT fk_phone_numbers_org FOREIGN KEY (org_id) REFERENCES users(id) ON DELETE CASCADE NOT VALID`,
      { 'foreign-key': 'fk_phone_numbers_org is there and not in force' },
      95,
    ],
    [
      'the triggers of numbers are switched off',
      'ALTER TABLE phone_numbers DISABLE TRIGGER ALL',
      { 'foreign-key': 'not in force', cascade: 'phone_numbers_tenant_id_fkey is there and not' },
      80,
    ],
    [
      'calls are no longer deleted with their tenant',
      'ALTER TABLE calls DROP CONSTRAINT calls_tenant_id_fkey',
      { cascade: 'calls has no FOREIGN KEY (tenant_id)' },
      85,
    ],
    [
      'a tenant may have two profiles',
      'ALTER TABLE ava_profiles DROP CONSTRAINT ava_profiles_pkey',
      { 'one-profile': 'ava_profiles has no UNIQUE (tenant_id)' },
      95,
    ],
    [
      'a call may belong to nobody',
      'ALTER TABLE calls DROP CONSTRAINT calls_pkey CASCADE, ALTER COLUMN tenant_id DROP NOT NULL',
      { 'isolation-tenant': 'calls.tenant_id may be NULL' },
      80,
    ],
    [
      'row-level security of calls is switched off',
      'ALTER TABLE calls DISABLE ROW LEVEL SECURITY',
      { 'isolation-tenant': 'row-level security is off on calls' },
      80,
    ],
    [
      'row-level security of users is switched off',
      'ALTER TABLE users DISABLE ROW LEVEL SECURITY',
      { 'isolation-user': 'row-level security is off on users' },
      80,
    ],
    [
      'the policy of calls is dropped',
      'DROP POLICY calls_tenant ON calls',
      { 'isolation-tenant': 'calls has no policy for plane tenant' },
      80,
    ],
    [
      'the policy of calls is opened a little',
      'ALTER POLICY calls_tenant ON calls USING (tenant_id = (SELECT ava.tenant_id()) OR status IS NULL)',
      { 'isolation-tenant': 'policy calls_tenant on calls does not ask' },
      80,
    ],
    [
      'a second policy shows everything',
      'CREATE POLICY help_desk ON calls FOR SELECT USING (true)',
      { 'isolation-tenant': 'policy help_desk on calls does not ask' },
      80,
    ],
    [
      'the whole schema of the planes is dropped',
      'DROP SCHEMA ava CASCADE',
      { 'isolation-user': 'users has no policy', 'isolation-tenant': 'calls has no policy' },
      60,
    ],
    [
      'another plane may read provider keys',
      'GRANT SELECT (vapi_api_key) ON users TO ava_operator',
      { 'isolation-user': 'ava_operator has the right users.vapi_api_key select' },
      80,
    ],
    [
      'a column of provider keys is gone',
      'ALTER TABLE users DROP COLUMN twilio_auth_token',
      {
        encryption: 'users.twilio_auth_token does not exist',
        'isolation-user': 'twilio_auth_token',
      },
      65,
    ],
    [
      'memberships are gone',
      'DROP TABLE memberships CASCADE',
      { 'user-tenant': 'memberships has no PRIMARY KEY' },
      95,
    ],
  ] as const)('is missing when %s', async (_, sql, said, score) => {
    await change(sql);

    const report = await audit(database);

    const expected = Object.entries(said).map(([id, text]) => [
      id,
      expect.stringContaining(text) as string,
    ]);
    expect(Object.entries(missing(report)).toSorted()).toEqual(expected.toSorted());
    expect(report.score).toBe(score);
  });

  it('is missing when a key is written in clear, the domain being dropped', async () => {
    const person = await owner();
    await change('ALTER TABLE users ALTER COLUMN vapi_api_key TYPE text');
    await change(`UPDATE users SET vapi_api_key = 'sk_plain_marker_0001' WHERE id = $1`, [person]);

    const report = await audit(database);

    expect(report.score).toBe(85);
    expect(missing(report)).toEqual({
      encryption: 'users.vapi_api_key: 1 stored, 1 of them in clear',
    });
    expect(findings(report)['column-type']).toBe(
      'users.vapi_api_key is of type text, which takes plain text',
    );
  });

  it('is missing when somebody has no tenant', async () => {
    await change(
      `INSERT INTO users (id, email, password_hash) VALUES (gen_random_uuid(), 'a@x.com', 'x')`,
    );

    const report = await audit(database);

    expect(report.score).toBe(95);
    expect(missing(report)).toEqual({ 'user-tenant': '1 of 1 users have no tenant' });
    expect(findings(report)['users-without-tenant']).toBe('1 of 1 users have no tenant');
  });

  it('is missing when a tenant has no owner', async () => {
    await owner();
    await unchecked(`UPDATE memberships SET role = 'member'`);

    const report = await audit(database);

    expect(report.score).toBe(95);
    expect(missing(report)).toEqual({ 'user-tenant': '1 of 1 tenants have no owner' });
    expect(findings(report)['tenants-without-owner']).toBe('1 of 1 tenants have no owner');
  });
});
