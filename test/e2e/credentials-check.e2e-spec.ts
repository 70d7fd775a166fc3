import { CREDENTIAL_COLUMNS } from '../../src/kernel/database/credential-rows';
import { Vault } from '../../src/kernel/security/vault';
import { createDatabase, query, type TestDatabase } from '../support/database';
import { earlierDatabase } from '../support/earlier-database';
import { encryptionKey } from '../support/keys';
import { build } from '../support/server-process';
import { addUsers, ava, MARKER, store, storedIn, vaultOf } from '../support/stored-credentials';

const OTHER = Vault.generateKey();
const [keyId, otherId] = [encryptionKey, OTHER].map((key) => vaultOf(key).currentKeyId);
const vault = vaultOf(encryptionKey);

let database: TestDatabase;

beforeAll(build, 120_000);
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const check = (...options: string[]) =>
  ava(database, encryptionKey, 'credentials:check', ...options);

/** Four users, and what is wrong with the credentials of three of them. */
async function withUnreadableOnes() {
  const [alice = '', bob = '', carol = '', dora = ''] = await addUsers(database, vault, 4);
  await store(
    database,
    alice,
    'vapi_api_key',
    vaultOf(OTHER).seal('users.vapi_api_key', alice, MARKER),
  );
  const rows = await storedIn(database);
  const ofBob = rows.find(({ id }) => id === bob)?.twilio_auth_token ?? '';
  await store(
    database,
    bob,
    'twilio_auth_token',
    ofBob.replace(/.(={0,2})$/, (last) => (last.startsWith('A') ? 'B' : 'A') + last.slice(1)),
  );
  const ofDora = rows.find(({ id }) => id === dora)?.vapi_api_key ?? '';
  await store(database, carol, 'vapi_api_key', ofDora);
  return { alice, bob, carol };
}

describe('credentials:check', () => {
  it('ends with 0 when everything opens, counted by key and column over many batches', async () => {
    await addUsers(database, vault, 1203);

    const { status, stdout, stderr } = check();

    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout.split('\n').slice(0, 2)).toEqual([
      `key ${keyId} (first): vapi_api_key 1203, twilio_account_sid 1203, twilio_auth_token 1203`,
      'All 3609 stored credentials open.',
    ]);
  });

  it('counts what another configured key has sealed apart', async () => {
    await addUsers(database, vaultOf(OTHER), 2);
    await addUsers(database, vault, 1);

    const { status, stdout } = ava(
      database,
      `${encryptionKey},${OTHER}`,
      'credentials:check',
      '--json',
    );

    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ credentials: 9, ok: true, unreadable: [] });
    expect((JSON.parse(stdout) as { keys: unknown[] }).keys).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: keyId, standing: 'first', total: 3 }),
        expect.objectContaining({ id: otherId, standing: 'configured', total: 6 }),
      ]),
    );
  });

  it('ends with 1 and names user, column and reason of what does not open', async () => {
    const { alice, bob, carol } = await withUnreadableOnes();

    const { status, stdout, said } = check();

    expect(status).toBe(1);
    const lines = stdout.split('\n').filter((line) => line.startsWith('unreadable'));
    expect(lines.sort()).toEqual(
      [
        `unreadable: user ${alice} vapi_api_key unknown_key (key ${otherId})`,
        `unreadable: user ${bob} twilio_auth_token damaged (key ${keyId})`,
        `unreadable: user ${carol} vapi_api_key damaged (key ${keyId})`,
      ].sort(),
    );
    expect(stdout).toContain(`key ${otherId} (not configured): vapi_api_key 1,`);
    expect(stdout).toContain('3 of 12 stored credentials do not open.');
    expect(said).not.toMatch(new RegExp(`${MARKER}|gAAAA`));
  });

  it('tells the same as one JSON document', async () => {
    const { alice, bob, carol } = await withUnreadableOnes();

    const { status, stdout } = check('--json');

    const told = JSON.parse(stdout) as { unreadable: { userId: string }[] };
    expect(status).toBe(1);
    expect(told).toMatchObject({ credentials: 12, ok: false });
    expect(told.unreadable.map(({ userId }) => userId).sort()).toEqual([alice, bob, carol].sort());
    expect(told.unreadable).toContainEqual({
      userId: alice,
      column: 'vapi_api_key',
      reason: 'unknown_key',
      keyId: otherId,
    });
    expect(stdout).not.toMatch(new RegExp(`${MARKER}|gAAAA`));
  });

  it('changes nothing', async () => {
    await withUnreadableOnes();
    const before = await storedIn(database);

    check();

    expect(await storedIn(database)).toEqual(before);
  });

  it('looks at every column that the schema declares as sealed', async () => {
    const rows = await query<{ name: string }>(
      database.adminUrl,
      `SELECT attrelid::regclass || '.' || attname AS name FROM pg_attribute
        WHERE atttypid = 'sealed_credential'::regtype ORDER BY attnum`,
    );

    expect(rows.map(({ name }) => name).sort()).toEqual(
      CREDENTIAL_COLUMNS.map((column) => `users.${column}`).sort(),
    );
  });

  it('says that the admin’s login is needed, given that of the server', async () => {
    await addUsers(database, vault, 1);
    const asServer = { ...database, adminUrl: database.serverUrl };

    const { status, stderr } = ava(asServer, encryptionKey, 'credentials:check');

    expect(status).toBe(1);
    expect(stderr).toBe(
      'This login may not read the credentials: set DATABASE_ADMIN_URL to the one that migrates.\n',
    );
  });
});

describe('credentials:check on the earlier database', () => {
  it('says to migrate first', async () => {
    const earlier = await earlierDatabase();

    const { status, stderr } = ava(earlier, encryptionKey, 'credentials:check');
    await earlier.drop();

    expect(status).toBe(1);
    expect(stderr).toContain('run `npm run migrate` first');
  });
});
