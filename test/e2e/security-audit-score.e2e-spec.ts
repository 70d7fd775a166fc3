import { migrationNames } from '../../src/kernel/database/data-source';
import { parseKeyring, Vault } from '../../src/kernel/security/vault';
import { createDatabase, query, type TestDatabase } from '../support/database';
import { down, earlierDatabase, up } from '../support/earlier-database';
import { encryptionKey } from '../support/keys';
import { audit, findings, missing } from '../support/security-audit';

const vault = new Vault(parseKeyring(encryptionKey));
const databases: TestDatabase[] = [];

async function use(database: Promise<TestDatabase>): Promise<TestDatabase> {
  databases.push(await database);
  return database;
}
afterAll(async () => {
  for (const database of databases) await database.drop();
});

/** As somebody would who seals the two keys that the brief names and leaves the rest as it is. */
async function sealByHand({ adminUrl }: TestDatabase): Promise<void> {
  for (const column of ['vapi_api_key', 'twilio_auth_token']) {
    const rows = await query<{ id: string; value: string }>(
      adminUrl,
      `SELECT id, ${column} AS value FROM users WHERE ${column} <> ''`,
    );
    for (const { id, value } of rows) {
      const sealed = vault.seal(`users.${column}`, id, value);
      await query(adminUrl, `UPDATE users SET ${column} = $2 WHERE id = $1`, [id, sealed]);
    }
  }
}

describe('the score of the brief', () => {
  it('is 75 for the earlier database as it was dumped', async () => {
    const database = await use(earlierDatabase());

    const report = await audit(database);

    expect(report.score).toBe(75);
    expect(report.max).toBe(100);
    expect(report.good.map(({ id, points }) => [id, points])).toEqual([
      ['isolation-user', 20],
      ['isolation-tenant', 20],
      ['one-profile', 5],
      ['routes', 15],
      ['cascade', 15],
    ]);
    expect(report.actions.map(({ id, scoreAfter }) => [id, scoreAfter])).toEqual([
      ['encryption', 90],
      ['foreign-key', 95],
      ['user-tenant', 100],
    ]);
    expect(missing(report).encryption).toContain(
      'users.vapi_api_key: 5 stored, 5 of them in clear',
    );
    expect(findings(report)).toMatchObject({
      policies: expect.stringContaining('row-level security is off on calls') as string,
      orphans: 'phone_numbers.org_id: 2 rows whose parent does not exist',
    });
  });

  it('is 90 with its keys sealed', async () => {
    const database = await use(earlierDatabase());
    await sealByHand(database);

    const report = await audit(database);

    expect(report.score).toBe(90);
    expect(Object.keys(missing(report))).toEqual(['foreign-key', 'user-tenant']);
    expect(findings(report)['column-type']).toContain('character varying');
  });

  it('is 95 with the foreign key as well', async () => {
    const database = await use(earlierDatabase());
    await up(database, vault);
    await down(database, vault, migrationNames.length - 3);

    const report = await audit(database);

    expect(report.score).toBe(95);
    expect(Object.keys(missing(report))).toEqual(['user-tenant']);
    expect(Object.keys(findings(report))).not.toContain('column-type');
  });

  it('is 100 once everybody has a membership and every tenant an owner', async () => {
    const database = await use(earlierDatabase());
    await up(database, vault);

    const report = await audit(database);

    expect(missing(report)).toEqual({});
    expect(report.score).toBe(100);
    expect(findings(report)).toEqual({
      'credential-age': expect.stringContaining('of 9 it is not known') as string,
      backups: expect.stringContaining('no restored backup is known') as string,
    });
  });

  it('is 100 for a new database, and 15 for an empty one, of which only the routes can be said', async () => {
    const migrated = await use(createDatabase());
    const empty = await use(createDatabase('template0'));

    expect((await audit(migrated)).score).toBe(100);
    expect((await audit(empty)).score).toBe(15);
  });
});
