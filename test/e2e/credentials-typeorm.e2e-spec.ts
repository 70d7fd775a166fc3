import { randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import type { DataSource, EntityManager } from 'typeorm';
import { UserCredentials } from '../../src/credentials/credentials.entity';
import { Secret } from '../../src/kernel/security/secret';
import { startApp, type TestApp } from '../support/app';
import { rowsOf } from '../support/catalogue';
import { credentialsSource } from '../support/credentials-source';
import { register, type Person } from '../support/people';

/** What is easily done wrong with TypeORM, done: none of it may lose a credential or store one in clear. */
const PLAIN = 'sk_never_in_clear_0001';
const KEY = 'sk_first_key_00000001';
const SID = `AC${'c3'.repeat(16)}`;
const TOKEN = '0c'.repeat(16);

let app: TestApp;
let db: DataSource;
let em: EntityManager;

beforeAll(async () => {
  app = await startApp();
  db = await credentialsSource(app.database);
  em = db.manager;
  // So that rows can be made through this entity alone, and an insert is not refused for another reason.
  await app.sql(
    `ALTER TABLE users ALTER email SET DEFAULT gen_random_uuid(), ALTER password_hash SET DEFAULT 'x'`,
  );
});
afterEach(async () => {
  const everything = JSON.stringify(await rowsOf(app.database.adminUrl));
  if (everything.includes(PLAIN)) throw new Error('A credential stands in clear in the database.');
});
afterAll(async () => {
  await db.destroy();
  await app.close();
});

async function furnished(name: string): Promise<Person> {
  const person = await register(app, name);
  await person.client.post('/vapi-settings', { apiKey: KEY });
  await person.client.post('/twilio-settings', { accountSid: SID, authToken: TOKEN });
  return person;
}

const load = ({ userId }: Person) => em.findOneByOrFail(UserCredentials, { id: userId });
const revealed = async (person: Person) => {
  const { vapiApiKey, twilioAccountSid, twilioAuthToken } = await load(person);
  return [vapiApiKey, twilioAccountSid, twilioAuthToken].map((secret) => secret?.reveal());
};
const storedOf = ({ userId }: Person) =>
  app.sql('SELECT vapi_api_key, twilio_account_sid, twilio_auth_token FROM users WHERE id = $1', [
    userId,
  ]);

/** The error of a write that must not succeed; however it is printed, it may not show the value. */
async function refusalOf(writing: Promise<unknown>): Promise<unknown> {
  const error = await writing.then(
    () => 'it was written',
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Error);
  const shown = [inspect(error, { depth: 9, showHidden: true }), JSON.stringify(error)].join();
  expect(shown).not.toContain(PLAIN);
  return error;
}

describe('save()', () => {
  it('of a partly loaded row does not erase the credentials', async () => {
    const alice = await furnished('alice');
    const before = await storedOf(alice);
    const row = await em.findOneOrFail(UserCredentials, {
      where: { id: alice.userId },
      select: { id: true, vapiStatus: true },
    });

    await em.save(Object.assign(row, { vapiStatus: 'valid' }));

    expect(await storedOf(alice)).toEqual(before);
    expect((await load(alice)).vapiStatus).toBe('valid');
  });

  it('of a row that was never loaded does not erase them either', async () => {
    const alice = await furnished('alice');
    const before = await storedOf(alice);

    await em.save(em.create(UserCredentials, { id: alice.userId, twilioStatus: 'invalid' }));

    expect(await storedOf(alice)).toEqual(before);
    expect((await load(alice)).twilioStatus).toBe('invalid');
  });

  it('twice does not seal twice, and writes nothing when nothing changed', async () => {
    const alice = await furnished('alice');
    const before = await storedOf(alice);
    const row = await load(alice);

    await em.save(row);
    await em.save(await em.save(Object.assign(row, { vapiStatus: 'invalid' })));

    expect(await storedOf(alice)).toEqual(before);
    expect(await revealed(alice)).toEqual([KEY, SID, TOKEN]);
  });

  it('twice keeps the value that the first one sealed', async () => {
    const alice = await furnished('alice');
    const row = Object.assign(await load(alice), { vapiApiKey: Secret.of(PLAIN) });

    await em.save(row);
    const once = await storedOf(alice);
    await em.save(row);

    expect(await storedOf(alice)).toEqual(once);
    expect(await revealed(alice)).toEqual([PLAIN, SID, TOKEN]);
  });

  it('seals a new row', async () => {
    const id = randomUUID();

    await em.save(em.create(UserCredentials, { id, vapiApiKey: Secret.of(PLAIN) }));

    const row = await em.findOneByOrFail(UserCredentials, { id });
    expect(row.vapiApiKey?.reveal()).toBe(PLAIN);
    expect(row.twilioAuthToken).toBeNull();
  });

  it.each(['loaded', 'new'])('refuses text in the place of a Secret: %s row', async (kind) => {
    const alice = await furnished('alice');
    const before = await storedOf(alice);
    const text = PLAIN as unknown as Secret;
    const row =
      kind === 'loaded' ? await load(alice) : em.create(UserCredentials, { id: randomUUID() });

    const error = await refusalOf(em.save(Object.assign(row, { vapiApiKey: text })));

    expect(error).toBeInstanceOf(TypeError);
    expect(await storedOf(alice)).toEqual(before);
  });
});

describe('a Secret that is used in two places', () => {
  it('opens in the row it was moved to, and still in the one it came from', async () => {
    const [alice, bob] = [await furnished('alice'), await furnished('bob')];
    const [from, to] = [await load(alice), await load(bob)];
    await em.save(Object.assign(from, { vapiApiKey: Secret.of(PLAIN) }));

    await em.save(Object.assign(to, { vapiApiKey: from.vapiApiKey }));

    expect(await revealed(bob)).toEqual([PLAIN, SID, TOKEN]);
    expect(await revealed(alice)).toEqual([PLAIN, SID, TOKEN]);
  });

  it('opens in both rows when both are saved at once', async () => {
    const [alice, bob] = [await furnished('alice'), await furnished('bob')];
    const [from, to] = [await load(alice), await load(bob)];
    Object.assign(from, { vapiStatus: 'valid' });
    Object.assign(to, { vapiApiKey: from.vapiApiKey, vapiStatus: 'invalid' });

    await em.save([from, to]);

    expect(await revealed(alice)).toEqual([KEY, SID, TOKEN]);
    expect(await revealed(bob)).toEqual([KEY, SID, TOKEN]);
    expect((await load(alice)).vapiStatus).toBe('valid');
  });

  it('opens in both columns of one row', async () => {
    const alice = await furnished('alice');
    const row = await load(alice);

    await em.save(Object.assign(row, { twilioAuthToken: row.vapiApiKey }));

    expect(await revealed(alice)).toEqual([KEY, SID, KEY]);
  });
});

describe('a Secret that was loaded without the id of its row', () => {
  it('is not stored in another row, where it would not open', async () => {
    const [alice, bob] = [await furnished('alice'), await furnished('bob')];
    const before = await storedOf(bob);
    const { vapiApiKey } = await em.findOneOrFail(UserCredentials, {
      where: { id: alice.userId },
      select: { vapiApiKey: true },
    });

    await refusalOf(em.save(Object.assign(await load(bob), { vapiApiKey })));

    expect(await storedOf(bob)).toEqual(before);
  });
});

describe('writes that bring no loaded row', () => {
  const where = ({ userId }: Person) => ({ id: userId });
  const updated = (listeners: boolean) => (person: Person, value: unknown) =>
    em
      .createQueryBuilder()
      .update(UserCredentials)
      .set({ vapiApiKey: value as Secret })
      .where(where(person))
      .callListeners(listeners)
      .execute();
  const inserted = (listeners: boolean) => (_: Person, value: unknown) =>
    em
      .createQueryBuilder()
      .insert()
      .into(UserCredentials)
      .values({ ...(!listeners && { id: randomUUID() }), vapiApiKey: value as Secret })
      .callListeners(listeners)
      .execute();

  const ways: [string, (person: Person, value: unknown) => Promise<unknown>][] = [
    [
      'update()',
      (person, value) => em.update(UserCredentials, where(person), { vapiApiKey: value as Secret }),
    ],
    ['updateAll()', (_, value) => em.updateAll(UserCredentials, { vapiApiKey: value as Secret })],
    ['an update builder', updated(true)],
    ['an update builder without listeners', updated(false)],
    ['an insert builder without an id', inserted(true)],
    ['an insert builder without listeners', inserted(false)],
  ];

  it.each(ways)('are refused with a Secret: %s', async (_, write) => {
    const alice = await furnished('alice');
    const before = await rowsOf(app.database.adminUrl);

    await refusalOf(write(alice, Secret.of(PLAIN)));

    expect(await rowsOf(app.database.adminUrl)).toEqual(before);
  });

  it.each(ways)('are refused with text: %s', async (_, write) => {
    const alice = await furnished('alice');
    const before = await rowsOf(app.database.adminUrl);

    await refusalOf(write(alice, PLAIN));

    expect(await rowsOf(app.database.adminUrl)).toEqual(before);
  });

  it('tell what to do instead', async () => {
    const { userId: id } = await furnished('alice');

    const error = await refusalOf(
      em.update(UserCredentials, { id }, { vapiApiKey: Secret.of(PLAIN) }),
    );

    expect((error as Error).message).toContain('by saving a loaded row');
  });
});
