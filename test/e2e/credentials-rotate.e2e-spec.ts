import { rotateCredentials } from '../../src/commands/credentials-rotate';
import { AdminSession } from '../../src/kernel/database/admin-session';
import { migrate } from '../../src/kernel/database/migrate';
import { Vault } from '../../src/kernel/security/vault';
import { startApp, type TestApp } from '../support/app';
import { createDatabase, query, type TestDatabase } from '../support/database';
import { encryptionKey as OLD } from '../support/keys';
import { register, type Person } from '../support/people';
import { build } from '../support/server-process';
import {
  addUsers,
  auditOf,
  ava,
  holding,
  keyIdsIn,
  MARKER,
  startAva,
  store,
  storedIn,
  textsIn,
  vaultOf,
} from '../support/stored-credentials';

const NEW = Vault.generateKey();
const BOTH = `${NEW},${OLD}`;
const [oldId, newId] = [OLD, NEW].map((key) => vaultOf(key).currentKeyId) as [string, string];

let database: TestDatabase;

beforeAll(build, 120_000);
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const rotate = (keys = BOTH) => ava(database, keys, 'credentials:rotate');

describe('credentials:rotate', () => {
  it('seals everything with the first key, and every text stays what it was', async () => {
    await addUsers(database, vaultOf(OLD), 1203);
    const before = await textsIn(database, OLD);

    const { status, stdout, stderr } = rotate();

    expect(status).toBe(0);
    expect(stderr.split('\n')[0]).toBe('Sealing anew: 500 of 1203 users (40 %)');
    expect(stdout).toContain(`Sealed anew with key ${newId}: 3609 of key ${oldId}.`);
    expect(await keyIdsIn(database)).toEqual([newId]);
    expect(await textsIn(database, NEW)).toEqual(before);
  });

  it('lets the old key be taken out afterwards: the server and the migrations start without it', async () => {
    await addUsers(database, vaultOf(OLD), 1);

    const { stdout } = rotate();

    expect(stdout).toContain(
      `No stored credential carries key ${oldId} any more: it can be taken out of ENCRYPTION_KEY, the server starts without it.`,
    );
    const { app } = await startApp({ ENCRYPTION_KEY: NEW }, database);
    await app.close();
    const vault = vaultOf(NEW);
    await expect(migrate({ adminUrl: database.adminUrl, vault })).resolves.toBeUndefined();
  });

  it('leaves one event a run: counts and key ids, of nobody in particular', async () => {
    await addUsers(database, vaultOf(OLD), 2);

    rotate();

    expect(await auditOf(database, 'credential.rotate')).toEqual([
      {
        tenant_id: null,
        actor_id: null,
        subject_id: null,
        details: { to: newId, from: { [oldId]: 6 }, resealed: 6, unreadable: 0 },
      },
    ]);
  });

  it('changes nothing when it is run again', async () => {
    await addUsers(database, vaultOf(OLD), 3);
    rotate();
    const before = await storedIn(database);

    const { status, stdout } = rotate();

    expect(status).toBe(0);
    expect(stdout).toContain('nothing, as nothing was left to do');
    expect(await storedIn(database)).toEqual(before);
  });

  it('leaves what does not open as it is, names it, and ends with 1', async () => {
    const [alice = '', bob = ''] = await addUsers(database, vaultOf(OLD), 2);
    const lost = Vault.generateKey();
    const foreign = vaultOf(lost).seal('users.vapi_api_key', alice, MARKER);
    await store(database, alice, 'vapi_api_key', foreign);
    const [, ofBob] = await storedIn(database);
    const moved = ofBob?.vapi_api_key ?? '';
    await store(database, bob, 'twilio_auth_token', moved);

    const { status, stdout, said } = rotate();

    expect(status).toBe(1);
    const lostId = vaultOf(lost).currentKeyId;
    expect(stdout).toContain(`unreadable: user ${alice} vapi_api_key unknown_key (key ${lostId})`);
    expect(stdout).toContain(`unreadable: user ${bob} twilio_auth_token damaged (key ${oldId})`);
    expect(stdout).toContain(`Keep key ${oldId} in ENCRYPTION_KEY: 1 stored credentials`);
    expect(said).not.toMatch(new RegExp(`${MARKER}|gAAAA`));
    const [first, second] = await storedIn(database);
    expect([first?.vapi_api_key, second?.twilio_auth_token]).toEqual([foreign, moved]);
    expect(await keyIdsIn(database)).toEqual([newId, oldId, lostId].sort());
  });

  it('is refused with keys that the database does not know, before it writes anything', async () => {
    await addUsers(database, vaultOf(OLD), 1);
    const before = await storedIn(database);

    const { status, stderr } = rotate(NEW);

    expect(status).toBe(1);
    expect(stderr).toContain('This database knows another ENCRYPTION_KEY');
    expect(stderr).toContain('key:replace-lost');
    expect(await storedIn(database)).toEqual(before);
    expect(await auditOf(database, 'credential.rotate')).toEqual([]);
  });

  it('runs as an admin who is no superuser', async () => {
    await addUsers(database, vaultOf(OLD), 2);
    const admin = new URL(database.adminUrl);
    admin.username = `admin_${newId}`;
    admin.password = newId;
    await query(
      database.adminUrl,
      `CREATE ROLE ${admin.username} LOGIN PASSWORD '${newId}'; GRANT ava_owner TO ${admin.username}`,
    );

    const rotated = ava({ ...database, adminUrl: admin.href }, BOTH, 'credentials:rotate');
    await query(database.adminUrl, `DROP ROLE ${admin.username}`);

    expect(rotated).toMatchObject({ status: 0, stderr: expect.stringContaining('2 of 2 users') });
    expect(await keyIdsIn(database)).toEqual([newId]);
  });
});

describe('credentials:rotate that is killed with kill -9', () => {
  it('leaves every value under one key or the other, and the next run finishes', async () => {
    const users = await addUsers(database, vaultOf(OLD), 1203);
    const before = await textsIn(database, OLD);
    const held = await holding(database, users.at(-1) ?? '');
    const running = startAva(database, BOTH, 'credentials:rotate');
    await running.progress;
    await running.kill();
    const between = [await keyIdsIn(database), await textsIn(database, BOTH)];
    await held.end();

    const { status } = rotate();

    expect(between).toEqual([[newId, oldId].sort(), before]);
    expect(status).toBe(0);
    expect(await keyIdsIn(database)).toEqual([newId]);
    expect(await textsIn(database, NEW)).toEqual(before);
    expect(await auditOf(database, 'credential.rotate')).toHaveLength(1);
  });
});

describe('credentials:rotate that meets a row which somebody holds and does not let go', () => {
  it('gives up after a while, leaves that row as it is, says so, and ends with 1', async () => {
    const users = await addUsers(database, vaultOf(OLD), 3);
    const held = await holding(database, users[1] ?? '');
    const session = await AdminSession.open(database.adminUrl);
    const lines: string[] = [];
    const say = (line: string) => lines.push(line);

    const done = await rotateCredentials(
      { session, vault: vaultOf(BOTH), serverUrl: database.serverUrl, say },
      { times: 2, everyMs: 1 },
    );
    await session.close();
    await held.end();

    expect(done).toBe(false);
    expect(lines.join('\n')).toContain('Still sealed with another key: 3, saved or held by others');
    expect(lines.join('\n')).toContain(`Keep key ${oldId} in ENCRYPTION_KEY`);
    const keyOf = ({ vapi_api_key: value }: { vapi_api_key: string }) => value.split('.')[1];
    expect((await storedIn(database)).map(keyOf)).toEqual([newId, oldId, newId]);
    expect(rotate().status).toBe(0);
    expect(await keyIdsIn(database)).toEqual([newId]);
  });
});

describe('users who save while credentials:rotate runs', () => {
  let app: TestApp;
  let alice: Person;

  beforeEach(async () => {
    app = await startApp({ ENCRYPTION_KEY: BOTH }, database);
    alice = await register(app, 'alice');
  });
  afterEach(() => app.app.close());

  it('keep what they saved last, whether before, during or after their row is dealt with', async () => {
    const users = await addUsers(database, vaultOf(OLD), 1203);
    // Held, so that the rotation cannot end before everybody has saved.
    const held = await holding(database, users.at(-1) ?? '');
    const running = startAva(database, BOTH, 'credentials:rotate');
    const save = (apiKey: string) => alice.client.post('/vapi-settings', { apiKey });

    await save('sk_before_00000001');
    await running.progress;
    const during = await save('sk_while_it_runs_2');
    await held.save(vaultOf(OLD), 'sk_of_the_one_who_held_his_row');
    await held.end();
    const { status } = await running.ended;

    expect([during.status, status]).toEqual([200, 0]);
    const seen = await alice.client.get('/vapi-settings');
    expect(seen.body).toMatchObject({ apiKey: 'sk_w…ns_2', status: 'unverified' });
    const rows = await storedIn(database);
    const last = rows.find(({ id }) => id === users.at(-1));
    expect(vaultOf(NEW).open('users.vapi_api_key', last?.id ?? '', last?.vapi_api_key ?? '')).toBe(
      'sk_of_the_one_who_held_his_row',
    );
  });
});
