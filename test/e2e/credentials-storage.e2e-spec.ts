import { DatabaseError } from 'pg';
import { decryptFernet } from '../../src/kernel/security/fernet';
import { parseKeyring, UnreadableCredential, Vault } from '../../src/kernel/security/vault';
import { encryptionKey, startApp, type TestApp } from '../support/app';
import { rowsOf } from '../support/catalogue';
import { register, type Person } from '../support/people';

const COLUMNS = ['vapi_api_key', 'twilio_account_sid', 'twilio_auth_token'] as const;
type Stored = Record<(typeof COLUMNS)[number], string>;

const vault = new Vault(parseKeyring(encryptionKey));
const sid = `AC${'b2'.repeat(16)}`;
const token = '0b'.repeat(16);

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const keyOf = (name: string) => `sk_of_${name}_000000_key`;

/** Somebody with all three credentials saved. */
async function furnished(name: string): Promise<Person> {
  const person = await register(app, name);
  await person.client.post('/vapi-settings', { apiKey: keyOf(name) });
  await person.client.post('/twilio-settings', { accountSid: sid, authToken: token });
  return person;
}

async function storedOf({ userId }: Person): Promise<Stored> {
  const [row] = await app.sql<Stored>(`SELECT ${COLUMNS.join(', ')} FROM users WHERE id = $1`, [
    userId,
  ]);
  if (!row) throw new Error('no such user');
  return row;
}

const store = ({ userId }: Person, column: string, value: string) =>
  app.sql(`UPDATE users SET ${column} = $2 WHERE id = $1`, [userId, value]);
type Settings = Record<string, unknown>;
const vapi = async ({ client }: Person) => (await client.get('/vapi-settings')).body as Settings;
const twilio = async ({ client }: Person) =>
  (await client.get('/twilio-settings')).body as Settings;

describe('the stored credentials', () => {
  it('are sealed: version, key id and a Fernet token', async () => {
    const stored = await storedOf(await furnished('alice'));

    for (const column of COLUMNS) {
      const [version, keyId, fernet = ''] = stored[column].split('.');
      expect([version, keyId]).toEqual(['v1', vault.currentKeyId]);
      expect(fernet).toMatch(/^gAAAA[\w-]{95,}={0,2}$/);
      expect(Buffer.from(fernet, 'base64url')[0]).toBe(0x80);
    }
  });

  it('open with the key of the installation for this row and column', async () => {
    const alice = await furnished('alice');
    const stored = await storedOf(alice);

    const opened = COLUMNS.map((column) =>
      vault.open(`users.${column}`, alice.userId, stored[column]),
    );

    expect(opened).toEqual([keyOf('alice'), sid, token]);
  });

  it('stand in clear in no row of any table', async () => {
    await furnished('alice');

    const everything = JSON.stringify(await rowsOf(app.database.adminUrl));

    expect(everything).toContain('v1.');
    for (const value of [keyOf('alice'), sid, token]) {
      const bytes = Buffer.from(value);
      for (const form of [value, bytes.toString('hex'), bytes.toString('base64').slice(0, -4)]) {
        expect(everything).not.toContain(form);
      }
    }
  });

  it('differ each time, also for the same value', async () => {
    const [alice, bob] = [await furnished('alice'), await furnished('alice')];
    const first = await storedOf(alice);

    await alice.client.post('/vapi-settings', { apiKey: keyOf('alice') });

    const values = [first.vapi_api_key, (await storedOf(alice)).vapi_api_key];
    expect(new Set([...values, (await storedOf(bob)).vapi_api_key]).size).toBe(3);
  });
});

describe('the database', () => {
  const clear = 'sk_in_clear_text_000000000000000';

  it.each(COLUMNS.flatMap((column) => [`UPDATE ${column}`, `INSERT ${column}`]))(
    'refuses clear text, without printing it: %s',
    async (statement) => {
      const alice = await furnished('alice');
      const before = await rowsOf(app.database.adminUrl);
      const [verb, column] = statement.split(' ');
      const sql =
        verb === 'UPDATE'
          ? `UPDATE users SET ${column} = $1`
          : `INSERT INTO users (id, email, password_hash, ${column}) VALUES (gen_random_uuid(), 'x', 'x', $1)`;

      const error = await app.sql(sql, [clear]).catch((thrown: unknown) => thrown);

      expect(error).toBeInstanceOf(DatabaseError);
      expect(error).toMatchObject({ code: '23514', constraint: 'sealed_credential_form' });
      const told = Object.getOwnPropertyNames(error).map((name) => (error as never)[name]);
      expect(String(told.filter((value) => typeof value !== 'object'))).not.toContain(clear);
      expect(await rowsOf(app.database.adminUrl)).toEqual(before);
      expect(await vapi(alice)).toMatchObject({ status: 'unverified' });
    },
  );

  it.each([
    ['empty', ''],
    ['only the version', 'v1.'],
    ['a plain Fernet token', `gAAAA${'A'.repeat(95)}`],
    ['another version', `v2.00000000.gAAAA${'A'.repeat(95)}`],
    ['a key id in upper case', `v1.ABCDEF00.gAAAA${'A'.repeat(95)}`],
    ['clear text after it', `v1.00000000.gAAAA${'A'.repeat(95)}\nsk_clear`],
    ['clear text before it', `sk_clear v1.00000000.gAAAA${'A'.repeat(95)}`],
    ['too short', 'v1.00000000.gAAAAsk_clear'],
  ])('refuses what only looks sealed: %s', async (_, value) => {
    const alice = await furnished('alice');

    const storing = store(alice, 'vapi_api_key', value);

    await expect(storing).rejects.toMatchObject({ constraint: 'sealed_credential_form' });
  });
});

describe('a sealed value that was moved', () => {
  it('to another row does not open there; the rest works, and saving heals', async () => {
    const [alice, bob] = [await furnished('alice'), await furnished('bob')];
    const [ofAlice, ofBob] = [await storedOf(alice), await storedOf(bob)];

    await store(alice, 'vapi_api_key', ofBob.vapi_api_key);
    await store(bob, 'vapi_api_key', ofAlice.vapi_api_key);

    for (const person of [alice, bob]) {
      const seen = await person.client.get('/vapi-settings');
      expect(seen.status).toBe(200);
      expect(seen.body).toMatchObject({ configured: true, apiKey: null, status: 'unreadable' });
      expect(await twilio(person)).toMatchObject({ accountSid: sid, status: 'unverified' });
      expect((await person.client.get('/onboarding')).status).toBe(200);
      const saved = await person.client.post('/vapi-settings', { apiKey: 'sk_healed_0000001' });
      expect(saved.body).toMatchObject({ apiKey: 'sk_h…0001', status: 'unverified' });
      expect(await vapi(person)).toEqual(saved.body);
    }
  });

  it('to another column of its row does not open there', async () => {
    const alice = await furnished('alice');

    await store(alice, 'twilio_auth_token', (await storedOf(alice)).vapi_api_key);

    expect(await twilio(alice)).toMatchObject({
      configured: true,
      accountSid: sid,
      authToken: null,
      status: 'unreadable',
    });
    expect((await vapi(alice)).status).toBe('unverified');
  });

  it('can be removed like any other', async () => {
    const [alice, bob] = [await furnished('alice'), await furnished('bob')];
    await store(alice, 'vapi_api_key', (await storedOf(bob)).vapi_api_key);

    const removed = await alice.client.delete('/vapi-settings');

    expect(removed.status).toBe(204);
    expect(await vapi(alice)).toMatchObject({ configured: false, status: 'unverified' });
  });
});

describe('an empty value of the earlier system', () => {
  it('is told as not configured, and stays as it is', async () => {
    const alice = await register(app, 'alice');
    const sealed = vault.seal('users.vapi_api_key', alice.userId, '');
    await store(alice, 'vapi_api_key', sealed);
    await store(
      alice,
      'twilio_auth_token',
      vault.seal('users.twilio_auth_token', alice.userId, ''),
    );

    const [seen, other] = [await vapi(alice), await twilio(alice)];

    expect(seen).toMatchObject({ configured: false, apiKey: null, status: 'unverified' });
    expect(other).toMatchObject({ configured: false, authToken: null, status: 'unverified' });
    expect((await storedOf(alice)).vapi_api_key).toBe(sealed);
  });
});

describe('a thief with the database and the source, but no key', () => {
  it('opens nothing, also under a key id that he makes his own', async () => {
    const alice = await furnished('alice');
    const stored = await storedOf(alice);
    const his = new Vault(parseKeyring(Vault.generateKey()));

    for (const column of COLUMNS) {
      const open = (value: string) => () => his.open(`users.${column}`, alice.userId, value);
      const renamed = stored[column].replace(vault.currentKeyId, his.currentKeyId);
      expect(open(stored[column])).toThrow(UnreadableCredential);
      expect(open(renamed)).toThrow(UnreadableCredential);
    }
  });

  it('opens nothing either with the key itself as a plain Fernet key: it is derived for each value', async () => {
    const { vapi_api_key: stored } = await storedOf(await furnished('alice'));
    const master = Buffer.from(encryptionKey, 'base64url');

    const opening = () => decryptFernet(master, stored.split('.')[2] ?? '');

    expect(opening).toThrow('not a Fernet token of this key');
  });
});
