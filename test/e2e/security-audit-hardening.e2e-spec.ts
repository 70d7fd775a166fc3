import { parseKeyring, Vault } from '../../src/kernel/security/vault';
import { createDatabase, query, type TestDatabase } from '../support/database';
import { audit, findings } from '../support/security-audit';
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

describe('hardening', () => {
  it.each([
    [
      'orphans',
      'an orphan slips in',
      () =>
        unchecked(
          'INSERT INTO calls (tenant_id, id) VALUES (gen_random_uuid(), gen_random_uuid())',
        ),
      'calls.tenant_id: 1 rows whose parent does not exist',
    ],
    [
      'grants',
      'a right is revoked',
      () => change('REVOKE SELECT ON calls FROM ava_tenant'),
      /^ava_tenant lacks \d+ rights: calls\.\w+ select/,
    ],
    [
      'grants',
      'everybody may read transcripts',
      () => change('GRANT SELECT (transcript) ON calls TO PUBLIC'),
      /public has 1 rights too many: calls\.transcript select/,
    ],
    [
      'policies',
      'the owner is let past the policies',
      () => change('ALTER TABLE calls NO FORCE ROW LEVEL SECURITY'),
      'row-level security is not forced on calls',
    ],
    [
      'functions',
      'a function with the owner’s rights loses its search path',
      () => change('ALTER FUNCTION ava.tenant_id() RESET search_path'),
      'ava.tenant_id() runs with the owner’s rights and is not fenced in',
    ],
    [
      'login',
      'the server’s login may make tables',
      () => change('GRANT CREATE ON SCHEMA public TO PUBLIC'),
      /may make tables in schema public/,
    ],
    [
      'credential-age',
      'a key has not been exchanged for years',
      async () => {
        const [person, sealed] = [await owner(), await sealedFor('vapi_api_key')];
        await change(
          `UPDATE users SET vapi_api_key = $2, vapi_updated_at = now() - interval '2 years' WHERE id = $1`,
          [person, sealed],
        );
      },
      '1 were set more than 365 days ago, of 0 it is not known',
    ],
    [
      'operators',
      'an operator was never seen',
      async () => change('UPDATE users SET operator = true WHERE id = $1', [await owner()]),
      '1 of them not seen for 90 days',
    ],
    [
      'operators',
      'there are more operators than anybody can know',
      async () => {
        await tenantWith(database.adminUrl, 'owner', 'member', 'member', 'member');
        await change('UPDATE users SET operator = true');
      },
      /^4 operators \(3 at most\)/,
    ],
  ] as const)('names %s when %s, without touching the score', async (id, _, happen, said) => {
    expect(findings(await audit(database))[id]).toBeUndefined();
    await happen();

    const report = await audit(database);

    expect(findings(report)[id]).toMatch(said);
    expect(report.score).toBe(100);
  });

  it('names values that are sealed with an old key, and with which', async () => {
    const sealed = await sealedFor('vapi_api_key');
    await change('UPDATE users SET vapi_api_key = $2, vapi_updated_at = now() WHERE id = $1', [
      await owner(),
      sealed,
    ]);
    const today = new Date().toISOString().slice(0, 10);

    const found = findings(await audit(database))['sealing-keys'];

    expect(found).toBe(
      `key ${sealed.slice(3, 11)}, not today’s: 1 values, sealed from ${today} to ${today}`,
    );
  });

  it('tells that pages are open, and that the login of the server is not known', async () => {
    const report = await audit(database, { DOCS: 'on', DATABASE_URL: '' });

    expect(findings(report)).toMatchObject({
      'open-pages': 'open to everybody: /docs, /openapi.json',
      login: 'DATABASE_URL is not set: what the server logs in as is not known',
    });
  });

  it('knows of a restored backup when somebody has written it down', async () => {
    expect(findings(await audit(database)).backups).toContain('no restored backup is known');
    await change(
      `INSERT INTO audit_events (id, action) VALUES (gen_random_uuid(), 'backup.verify')`,
    );

    expect(findings(await audit(database)).backups).toBeUndefined();
  });
});

/** With a key that is not the one of the audit. */
async function sealedFor(column: string): Promise<string> {
  const [user] = await query<{ id: string }>(database.adminUrl, 'SELECT gen_random_uuid() AS id');
  return new Vault(parseKeyring(Vault.generateKey())).seal(
    `users.${column}`,
    user?.id ?? '',
    'sk_x',
  );
}
