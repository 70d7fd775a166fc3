import { migrate } from '../../src/kernel/database/migrate';
import { parseKeyring, Vault } from '../../src/kernel/security/vault';
import { startApp, type TestApp } from '../support/app';
import { createDatabase, query, type TestDatabase } from '../support/database';
import { login, register, type Person } from '../support/people';
import { build } from '../support/server-process';
import { auditOf, ava } from '../support/stored-credentials';

const OLD = Vault.generateKey();
const NEW = Vault.generateKey();
const LATER = Vault.generateKey();
const idOf = (key: string) => new Vault(parseKeyring(key)).currentKeyId;

let database: TestDatabase;

beforeAll(async () => {
  build();
  database = await createDatabase();
}, 120_000);
afterAll(() => database.drop());

const migrateWith = (keys: string) =>
  migrate({ adminUrl: database.adminUrl, vault: new Vault(parseKeyring(keys)) });

/** The installation while it runs with these keys, the others being lost; one after another, as restarts are. */
async function runningWith<T>(keys: string, work: (app: TestApp) => Promise<T>): Promise<T> {
  await query(database.adminUrl, 'DELETE FROM ava.server_proofs');
  await migrateWith(keys);
  const app = await startApp({ ENCRYPTION_KEY: keys }, database);
  try {
    return await work(app);
  } finally {
    await app.app.close();
  }
}

const withKeyOf = (keys: string, name: string) =>
  runningWith(keys, async (app) => {
    const person = await register(app, name);
    await person.client.post('/vapi-settings', { apiKey: `sk_of_${name}_000001` });
    return person;
  });

const seenWith = (keys: string, { email }: Person) =>
  runningWith(keys, async (app) => (await login(app, email)).client.get('/vapi-settings'));

const savedWith = (keys: string, { email }: Person, apiKey: string) =>
  runningWith(keys, async (app) =>
    (await login(app, email)).client.post('/vapi-settings', { apiKey }),
  );

async function storedKeyIdOf({ userId }: Person): Promise<string | undefined> {
  const [row] = await query<{ value: string }>(
    database.adminUrl,
    'SELECT vapi_api_key AS value FROM users WHERE id = $1',
    [userId],
  );
  return row?.value.split('.')[1];
}

describe('an ENCRYPTION_KEY that this database does not know', () => {
  it('stops the start and the migrations before anything is written with it', async () => {
    const alice = await withKeyOf(OLD, 'alice');
    const known = await query(database.adminUrl, 'SELECT * FROM ava.server_proofs');

    await expect(startApp({ ENCRYPTION_KEY: NEW }, database)).rejects.toThrow(
      'This database knows another ENCRYPTION_KEY',
    );
    await expect(migrateWith(NEW)).rejects.toThrow('This database knows another ENCRYPTION_KEY');
    for (const refused of [startApp({ ENCRYPTION_KEY: NEW }, database), migrateWith(NEW)])
      await expect(refused).rejects.toThrow('npm run ava -- key:replace-lost');

    expect(await query(database.adminUrl, 'SELECT * FROM ava.server_proofs')).toEqual(known);
    expect((await seenWith(OLD, alice)).body.status).toBe('unverified');
  });

  it('is taken beside one that is known', async () => {
    await withKeyOf(OLD, 'alice');
    await migrateWith(`${NEW},${OLD}`);

    const app = await startApp({ ENCRYPTION_KEY: NEW }, database);
    await app.app.close();

    expect(await query(database.adminUrl, 'SELECT * FROM ava.server_proofs')).toHaveLength(2);
  });
});

describe('an ENCRYPTION_KEY that is not the one the credentials were sealed with', () => {
  it('makes them unreadable, and nothing worse', async () => {
    const alice = await withKeyOf(OLD, 'alice');

    const seen = await seenWith(NEW, alice);

    expect(seen.status).toBe(200);
    expect(seen.body).toMatchObject({
      configured: true,
      apiKey: null,
      updatedAt: expect.any(String),
      status: 'unreadable',
    });
    expect((await seenWith(OLD, alice)).body.status).toBe('unverified');
  });

  it('does not stop a new value from being saved and read', async () => {
    const alice = await withKeyOf(OLD, 'alice');

    const saved = await savedWith(NEW, alice, 'sk_saved_anew_0002');

    expect(saved.body).toMatchObject({ apiKey: 'sk_s…0002', status: 'unverified' });
    expect((await seenWith(NEW, alice)).body).toEqual(saved.body);
    expect(await storedKeyIdOf(alice)).toBe(idOf(NEW));
  });
});

describe('ENCRYPTION_KEY with a new key before the old one', () => {
  const both = `${NEW},${OLD}`;

  it('opens what either has sealed', async () => {
    const [alice, bob] = [await withKeyOf(OLD, 'alice'), await withKeyOf(NEW, 'bob')];

    const seen = [await seenWith(both, alice), await seenWith(both, bob)];

    expect(seen.map(({ body }) => body.apiKey as string)).toEqual(['sk_o…0001', 'sk_o…0001']);
    expect(seen.map(({ body }) => body.status as string)).toEqual(['unverified', 'unverified']);
  });

  it('seals with the first, and leaves alone what is only read', async () => {
    const [alice, bob] = [await withKeyOf(OLD, 'alice'), await withKeyOf(OLD, 'bob')];

    await seenWith(both, bob);
    await savedWith(both, alice, 'sk_saved_anew_0002');

    expect([await storedKeyIdOf(alice), await storedKeyIdOf(bob)]).toEqual([idOf(NEW), idOf(OLD)]);
    expect((await seenWith(NEW, alice)).body.apiKey).toBe('sk_s…0002');
    expect((await seenWith(OLD, alice)).body.status).toBe('unreadable');
  });
});

describe('key:replace-lost, when ENCRYPTION_KEY is lost for good', () => {
  const replace = (keys: string, ...options: string[]) =>
    ava(database, keys, 'key:replace-lost', ...options);
  const proofs = () => query(database.adminUrl, 'SELECT hash FROM ava.server_proofs ORDER BY 1');
  const stored = () => query(database.adminUrl, 'SELECT id, vapi_api_key FROM users ORDER BY id');

  it('only says what stays unreadable, unless told --yes', async () => {
    await withKeyOf(OLD, 'alice');
    const before = [await proofs(), await stored()];

    const { status, stdout } = replace(LATER);

    expect(status).toBe(1);
    expect(stdout).toMatch(/ (\d+) of \1 stored credentials stay unreadable/);
    expect(stdout).toContain('can save new ones');
    expect(stdout).toContain('Nothing was changed.');
    expect([await proofs(), await stored()]).toEqual(before);
    await expect(startApp({ ENCRYPTION_KEY: LATER }, database)).rejects.toThrow('another');
  });

  it('lets the server start with the new key; owners see what is lost and save again', async () => {
    const alice = await withKeyOf(OLD, 'alice');
    const before = await stored();

    const { status, stdout } = replace(LATER, '--yes');

    expect(status).toBe(0);
    expect(stdout).toContain('the server starts with it');
    expect(await stored()).toEqual(before);
    const app = await startApp({ ENCRYPTION_KEY: LATER }, database);
    const { client } = await login(app, alice.email);
    expect((await client.get('/vapi-settings')).body.status).toBe('unreadable');
    const saved = await client.post('/vapi-settings', { apiKey: 'sk_saved_anew_0003' });
    expect(saved.body).toMatchObject({ apiKey: 'sk_s…0003', status: 'unverified' });
    await app.app.close();
    expect(await auditOf(database, 'credential.replace_lost_key')).toEqual([
      expect.objectContaining({
        tenant_id: null,
        actor_id: null,
        details: expect.objectContaining({ keys: [idOf(LATER)] }),
      }),
    ]);
  });

  it('does nothing with a key that is known', async () => {
    await withKeyOf(OLD, 'alice');
    const before = await proofs();

    const { status, stdout } = replace(`${LATER},${OLD}`, '--yes');

    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: 'This database knows this ENCRYPTION_KEY: nothing is lost, nothing was changed.\n',
    });
    expect(await proofs()).toEqual(before);
  });
});
