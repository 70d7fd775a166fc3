import { randomUUID } from 'node:crypto';
import { query, type TestDatabase } from '../support/database';
import {
  credentialsOf,
  down,
  earlierDatabase,
  newVault,
  reportOf,
  up,
  userSql,
} from '../support/earlier-database';

const vault = newVault();
const databases: TestDatabase[] = [];

async function earlier(changes: string): Promise<TestDatabase> {
  const database = await earlierDatabase(changes);
  databases.push(database);
  return database;
}

afterAll(async () => {
  for (const database of databases) await database.drop();
});

describe('Credentials of the earlier database', () => {
  it.each([
    ['255 characters', 'k'.repeat(255)],
    ['255 characters of four bytes', '😀'.repeat(255)],
    ['quotes, backslashes and line ends', `'"\\\\\n\r\t;--$1 {}`],
    ['spaces only', '   '],
    ['a Fernet token of the earlier system', `gAAAA${'A'.repeat(115)}=`],
  ])('of %s are sealed, and come back when the migrations go down', async (_, key) => {
    const id = randomUUID();
    const database = await earlier(userSql(id, { key }));

    await up(database, vault);
    const sealed = await credentialsOf(database, vault);
    await down(database, vault);

    expect(sealed).toContain(`${id} vapi_api_key ${key}`);
    expect(
      await query(database.adminUrl, 'SELECT vapi_api_key AS key FROM users WHERE id = $1', [id]),
    ).toEqual([{ key }]);
  });

  it('that are sealed already are kept if they open, and sealed as text if they do not', async () => {
    const [good, moved, foreign] = [randomUUID(), randomUUID(), randomUUID()];
    const values = {
      good: vault.seal('users.vapi_api_key', good, 'sk_good'),
      moved: vault.seal('users.vapi_api_key', good, 'sk_moved'),
      foreign: newVault().seal('users.vapi_api_key', foreign, 'sk_foreign'),
    };
    const database = await earlier(
      userSql(good, { key: values.good }) +
        userSql(moved, { key: values.moved }) +
        userSql(foreign, { key: values.foreign }),
    );

    const said = (await up(database, vault)).join('\n');

    expect(await credentialsOf(database, vault)).toEqual(
      expect.arrayContaining([
        `${good} vapi_api_key sk_good`,
        `${moved} vapi_api_key ${values.moved}`,
        `${foreign} vapi_api_key ${values.foreign}`,
      ]),
    );
    const report = await reportOf<{ sealed_looking: unknown[] }>(database, 'credential-columns');
    expect(report).toMatchObject({ already_sealed: [{ id: good, column: 'vapi_api_key' }] });
    expect(report.sealed_looking).toHaveLength(2);
    expect(said).toContain(`${moved} vapi_api_key`);
    expect(said + JSON.stringify(report)).not.toMatch(/gAAAA/);
  });
});
