import { pendingMigrations } from '../../src/kernel/database/migrate';
import { Vault } from '../../src/kernel/security/vault';
import { encryptionKey, startApp } from '../support/app';
import {
  dumpBefore,
  Elsewhere,
  migrateWith,
  prepare,
  restore,
  restoreWhatGoes,
} from '../support/backup';
import { query, type TestDatabase } from '../support/database';
import { Homes } from '../support/embedded-home';
import { login } from '../support/people';
import { audit, findings } from '../support/security-audit';
import { build } from '../support/server-process';
import { ava } from '../support/stored-credentials';

const NEW = Vault.generateKey();
const ALICE = 'alice@example.com';
const BOB = 'bob@example.com';
const homes = new Homes();
let elsewhere: Elsewhere;

beforeAll(async () => {
  build();
  elsewhere = await Elsewhere.start(homes.empty());
}, 120_000);
afterAll(async () => {
  await elsewhere.stop();
  homes.remove();
});

const tablesIn = ({ adminUrl }: TestDatabase) =>
  query(adminUrl, `SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace`);

async function restored(): Promise<TestDatabase> {
  const database = await elsewhere.database();
  await prepare(database);
  await restore(database);
  return database;
}

/** What Alice and Bob see of the installation while it runs with these keys. */
async function seen(database: TestDatabase, keys: string) {
  const app = await startApp({ ENCRYPTION_KEY: keys }, database);
  try {
    const [alice, bob] = [(await login(app, ALICE)).client, (await login(app, BOB)).client];
    const { items } = (await alice.get('/calls')).body as { items: { id: string }[] };
    const path = `/calls/${items[0]?.id ?? ''}`;
    return {
      key: (await alice.get('/vapi-settings')).body as { apiKey: string | null; status: string },
      numbers: (await alice.get('/phone-numbers')).body as { items: { number: string }[] },
      own: await alice.get(path),
      foreign: await bob.get(path),
      saved: (await bob.post('/vapi-settings', { apiKey: 'sk_saved_after_it' })).body as unknown,
    };
  } finally {
    await app.app.close();
  }
}

const readable = { apiKey: 'sk_o…ckup', status: 'unverified' };

// The first two need a server on which nobody has made the roles.
describe('a dump, where the roles do not exist', () => {
  it('is not restored at all, when the restore stops at the first error', async () => {
    const database = await elsewhere.database();

    await expect(restore(database)).rejects.toThrow('role "ava_owner" does not exist');

    expect(await tablesIn(database)).toEqual([]);
  });

  it('loses its policies when errors are passed over, which the migrations notice', async () => {
    const database = await elsewhere.database();
    expect(await restoreWhatGoes(database)).toBeGreaterThan(50);
    await expect(migrateWith(encryptionKey, database)).rejects.toThrow('Nothing was changed');

    await prepare(await elsewhere.database('admin_of_one'));

    await expect(migrateWith(encryptionKey, database)).rejects.toThrow(
      /This database is not whole: .*users has no policy for ava_identity, ava_operator, ava_owner, ava_tenant.*docs\/backups\.md/,
    );
  });
});

describe('a dump, restored on another server', () => {
  it('answers as before, with the same key: logins, calls, credentials, and nobody else’s', async () => {
    const database = await elsewhere.database();
    expect(ava(database, encryptionKey, 'backup:prepare')).toMatchObject({ status: 0 });
    await restore(database);
    expect(await pendingOf(database)).not.toEqual([]);
    await migrateWith(encryptionKey, database);

    const { key, numbers, own, foreign, saved } = await seen(database, encryptionKey);

    expect(key).toMatchObject(readable);
    expect(numbers.items).toMatchObject([{ number: '+33612100067' }]);
    expect(own).toMatchObject({ status: 200, body: { transcript: 'alice says hello' } });
    expect(foreign).toMatchObject({ status: 404, body: { code: 'call.not_found' } });
    expect(saved).toMatchObject({ configured: true, status: 'unverified' });
    expect(await pendingOf(database)).toEqual([]);
    const report = await audit(database);
    expect(report.score).toBe(100);
    expect(Object.keys(findings(report)).sort()).toEqual(['backups']);
  });

  it('needs no superuser', async () => {
    const database = await elsewhere.database('admin_of_another');
    await query(
      (await elsewhere.database()).adminUrl,
      `GRANT ava_owner, ava_tenant, ava_identity, ava_operator TO admin_of_another WITH ADMIN OPTION`,
    );
    await prepare(database);
    await restore(database);
    await migrateWith(encryptionKey, database);

    const { key, foreign } = await seen(database, encryptionKey);

    expect(key).toMatchObject(readable);
    expect(foreign.status).toBe(404);
  });

  it('is not prepared for where something is', async () => {
    await expect(restored().then(prepare)).rejects.toThrow(
      'This database is not empty (audit_events, ava.rate_limits',
    );
  });
});

describe('a dump whose key', () => {
  it('is lost is refused; with a new one all works but the credentials', async () => {
    const database = await restored();
    await expect(migrateWith(NEW, database)).rejects.toThrow('knows another ENCRYPTION_KEY');

    expect(ava(database, NEW, 'key:replace-lost', '--yes').stdout).toContain(
      '2 of 2 stored credentials stay unreadable',
    );
    await migrateWith(NEW, database);
    const { key, own, saved } = await seen(database, NEW);

    expect(key).toMatchObject({ apiKey: null, status: 'unreadable' });
    expect(own).toMatchObject({ status: 200, body: { transcript: 'alice says hello' } });
    expect(saved).toMatchObject({ apiKey: 'sk_s…r_it', status: 'unverified' });
  });

  it('was rotated away since: it opens with that one behind the new one, until it is rotated', async () => {
    const database = await restored();
    await migrateWith(encryptionKey, database);
    await expect(startApp({ ENCRYPTION_KEY: NEW }, database)).rejects.toThrow(
      'This database knows another ENCRYPTION_KEY',
    );
    await migrateWith(`${NEW},${encryptionKey}`, database);
    expect((await seen(database, `${NEW},${encryptionKey}`)).key).toMatchObject(readable);

    expect(ava(database, `${NEW},${encryptionKey}`, 'credentials:rotate')).toMatchObject({
      status: 0,
    });

    expect((await seen(database, NEW)).key).toMatchObject(readable);
  });
});

describe('half a dump', () => {
  it.each([
    [
      'keys, indexes and policies',
      dumpBefore('Type: CONSTRAINT'),
      /Nothing was changed: there is no unique constraint/,
    ],
    [
      'the rows from users on',
      dumpBefore('-- Data for Name: users;'),
      /Nothing was changed: there is no unique constraint/,
    ],
    [
      'the list of migrations and what follows',
      dumpBefore('-- Data for Name: typeorm_migrations;'),
      'Nothing was changed: relation "migration_reports" already exists',
    ],
  ])('without %s is refused and left as it is', async (_, half, says) => {
    const database = await elsewhere.database();
    await prepare(database);
    await restore(database, half);
    const before = await tablesIn(database);

    await expect(migrateWith(encryptionKey, database)).rejects.toThrow(says);

    expect(await tablesIn(database)).toEqual(before);
  });

  it.each([
    ['the table calls', 'DROP TABLE calls CASCADE', 'changed: relation "calls" does not exist'],
    ['the schema ava', 'DROP SCHEMA ava CASCADE', 'changed: schema "ava" does not exist'],
  ])('without %s is refused', async (_, lose, says) => {
    const database = await restored();
    await query(database.adminUrl, lose);

    await expect(migrateWith(encryptionKey, database)).rejects.toThrow(says);
  });
});

function pendingOf({ adminUrl }: TestDatabase): Promise<string[]> {
  return pendingMigrations({ query: (sql, values) => query(adminUrl, sql, values) });
}
