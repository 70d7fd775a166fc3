import { randomUUID } from 'node:crypto';
import { format, inspect } from 'node:util';
import { QueryFailedError, type DataSource, type EntityManager, type Logger } from 'typeorm';
import { UserCredentials } from '../../src/credentials/credentials.entity';
import { createLogger } from '../../src/kernel/http/logger';
import { Secret } from '../../src/kernel/security/secret';
import { UnreadableCredential } from '../../src/kernel/security/vault';
import { startApp, type TestApp } from '../support/app';
import { credentialsSource } from '../support/credentials-source';
import { rowsOf } from '../support/catalogue';
import { register, type Person } from '../support/people';

const PLAIN = 'sk_never_in_clear_0001';
const KEY = 'sk_first_key_00000001';

let app: TestApp;
let db: DataSource;
let em: EntityManager;

beforeAll(async () => {
  app = await startApp();
  db = await credentialsSource(app.database);
  em = db.manager;
  await app.sql(
    `ALTER TABLE users ALTER email SET DEFAULT gen_random_uuid(), ALTER password_hash SET DEFAULT 'x'`,
  );
});
afterAll(async () => {
  await db.destroy();
  await app.close();
});

async function furnished(name: string): Promise<Person> {
  const person = await register(app, name);
  await person.client.post('/vapi-settings', { apiKey: KEY });
  return person;
}

const load = (id: string) => em.findOneByOrFail(UserCredentials, { id });
const everything = async () => JSON.stringify(await rowsOf(app.database.adminUrl));
const errorOf = (writing: Promise<unknown>) =>
  writing.then(
    () => 'it was written',
    (thrown: unknown) => thrown,
  );

/** Everything an object shows to who prints it in whatever way. */
function printed(it: unknown): string {
  const ways = [inspect(it, { depth: 9, showHidden: true }), JSON.stringify(it), String(it)];
  const own = Object.getOwnPropertyNames(it).map((name) =>
    format('%s %o', name, (it as never)[name]),
  );
  return [...ways, ...own, format('%s %o %O %j', it, it, it, it)].join('\n');
}

describe('insert() and upsert()', () => {
  it('seal what is inserted with its id', async () => {
    const id = randomUUID();

    await em.insert(UserCredentials, { id, vapiApiKey: Secret.of(PLAIN) });

    expect((await load(id)).vapiApiKey?.reveal()).toBe(PLAIN);
    expect(await everything()).not.toContain(PLAIN);
  });

  it.each(['a new row', 'a row that is there'])('seal %s', async (which) => {
    const id = which === 'a new row' ? randomUUID() : (await furnished('alice')).userId;

    await em.upsert(UserCredentials, { id, vapiApiKey: Secret.of(PLAIN) }, ['id']);

    expect((await load(id)).vapiApiKey?.reveal()).toBe(PLAIN);
    expect(await everything()).not.toContain(PLAIN);
  });

  it('refuse text in the place of a Secret', async () => {
    const { userId: id } = await furnished('alice');
    const values = { id, vapiApiKey: PLAIN as unknown as Secret };
    const before = await everything();

    const errors = [
      await errorOf(em.upsert(UserCredentials, values, ['id'])),
      await errorOf(em.insert(UserCredentials, { ...values, id: randomUUID() })),
    ];

    for (const error of errors) {
      expect(error).toBeInstanceOf(TypeError);
      expect(printed(error)).not.toContain(PLAIN);
    }
    expect(await everything()).toBe(before);
  });

  it('refuse an upsert without an id', async () => {
    const values = { vapiApiKey: Secret.of(PLAIN) };

    const error = await errorOf(em.upsert(UserCredentials, values, ['id']));

    expect(error).toBeInstanceOf(Error);
    expect(printed(error)).not.toContain(PLAIN);
    expect(await everything()).not.toContain(PLAIN);
  });
});

describe('one damaged value', () => {
  it('does not break the list it is in, only its own reveal()', async () => {
    const [alice, bob, carol] = [
      await furnished('alice'),
      await furnished('bob'),
      await furnished('carol'),
    ];
    await app.sql(
      `UPDATE users SET vapi_api_key = (SELECT vapi_api_key FROM users WHERE id = $1) WHERE id = $2`,
      [alice.userId, bob.userId],
    );

    const rows = await em.find(UserCredentials);

    const secretOf = (person: Person) => rows.find(({ id }) => id === person.userId)?.vapiApiKey;
    expect([secretOf(alice)?.reveal(), secretOf(carol)?.reveal()]).toEqual([KEY, KEY]);
    expect(() => secretOf(bob)?.reveal()).toThrow(UnreadableCredential);
  });

  it('does not stop the rest of its row from being saved, and stays as it is', async () => {
    const [alice, bob] = [await furnished('alice'), await furnished('bob')];
    await app.sql(
      `UPDATE users SET vapi_api_key = (SELECT vapi_api_key FROM users WHERE id = $1) WHERE id = $2`,
      [alice.userId, bob.userId],
    );
    const row = await load(bob.userId);
    const damaged = row.vapiApiKey?.stored;

    await em.save(Object.assign(row, { twilioAuthToken: Secret.of(PLAIN) }));

    const after = await load(bob.userId);
    expect(after.twilioAuthToken?.reveal()).toBe(PLAIN);
    expect(after.vapiApiKey?.stored).toBe(damaged);
  });
});

describe('a Secret', () => {
  it.each(['new', 'loaded', 'saved'])('prints [secret] wherever it stands: %s', async (state) => {
    const { userId } = await furnished('alice');
    const row = Object.assign(await load(userId), { vapiApiKey: Secret.of(PLAIN) });
    if (state !== 'new') await em.save(row);
    const { vapiApiKey: secret } = state === 'loaded' ? await load(userId) : row;

    expect(secret?.reveal()).toBe(PLAIN);
    for (const it of [secret, row, [row], { nested: { row } }, new Map([[userId, secret]])]) {
      expect(printed(it)).not.toContain(PLAIN);
    }
    expect([inspect(secret), JSON.stringify({ secret }), String(secret)]).toEqual([
      '[secret]',
      '{"secret":"[secret]"}',
      '[secret]',
    ]);
    expect([Object.keys(secret ?? {}), { ...secret }]).toEqual([[], {}]);
  });

  it('prints [secret] in the log of the server', async () => {
    const row = await load((await furnished('alice')).userId);
    const lines: string[] = [];
    const logger = createLogger({ logLevel: 'info' }, { write: (line) => lines.push(line) });

    logger.info({ row, secret: row.vapiApiKey, deep: { deeper: { row } } }, 'saved');

    expect(lines.join()).toContain('[secret]');
    expect(lines.join()).not.toContain(KEY);
  });
});

describe('what TypeORM tells about a write', () => {
  it('holds no credential in clear: error, parameters and query log', async () => {
    const { userId } = await furnished('alice');
    const lines: string[] = [];
    const quiet = db.logger;
    db.logger = writingTo(lines);
    const row = Object.assign(await load(userId), { vapiApiKey: Secret.of(PLAIN) });

    const error = await errorOf(em.save(Object.assign(row, { vapiStatus: 'nonsense' })));
    await em.save(Object.assign(row, { vapiStatus: 'valid' }));
    db.logger = quiet;

    expect(error).toBeInstanceOf(QueryFailedError);
    expect((error as QueryFailedError).parameters).toContainEqual(expect.stringMatching(/^v1\./));
    expect(printed(error)).not.toContain(PLAIN);
    expect(lines.join('\n')).toMatch(/UPDATE "users" SET "vapi_api_key"[^]*'v1\./);
    expect(lines.join('\n')).not.toContain(PLAIN);
    expect((await load(userId)).vapiApiKey?.reveal()).toBe(PLAIN);
  });
});

function writingTo(lines: string[]): Logger {
  const log = (...told: unknown[]) => {
    lines.push(format('%o', told.slice(0, -1)));
  };
  return {
    logQuery: log,
    logQueryError: log,
    logQuerySlow: log,
    logSchemaBuild: log,
    logMigration: log,
    log,
  };
}
