import { parseKeyring, Vault } from '../../src/kernel/security/vault';
import { encryptionKey, startApp, type TestApp } from '../support/app';
import { Client } from '../support/client';
import { earlierDatabase, up } from '../support/earlier-database';
import { login, type Person } from '../support/people';

/** The people of the earlier system, through the API, after their database was migrated. */
let app: TestApp;
let alice: Person;
let bob: Person;
let chloe: Person;

const horizon = '4e23c596-55b4-435f-80ed-e5262c81f1b5';

beforeAll(async () => {
  const database = await earlierDatabase();
  await up(database, new Vault(parseKeyring(encryptionKey)));
  app = await startApp({}, database);
  alice = await login(app, 'alice@x.com');
  bob = await login(app, 'bob@x.com');
  chloe = await login(app, 'chloe@horizon.fr');
});
afterAll(() => app.close());

async function everyCall(person: Person): Promise<{ id: string; customer: string }[]> {
  const calls: { id: string; customer: string }[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const more: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const { body } = await person.client.get(`/calls?limit=7${more}`);
    calls.push(...body.items);
    cursor = body.nextCursor;
  }
  return calls;
}

describe('users of the earlier system', () => {
  it('log in with their bcrypt password, which becomes argon2id', async () => {
    const [{ hash } = { hash: '' }] = await app.sql<{ hash: string }>(
      `SELECT password_hash AS hash FROM users WHERE email = 'alice@x.com'`,
    );

    expect(hash).toMatch(/^\$argon2id\$/);
    await expect(login(app, 'ALICE@x.com')).resolves.toMatchObject({ userId: alice.userId });
  });

  it('see their own credentials, masked, and nobody else’s', async () => {
    const vapi = await Promise.all([alice, bob, chloe].map((p) => p.client.get('/vapi-settings')));
    const twilio = await alice.client.get('/twilio-settings');

    expect(vapi.map(({ body }) => [body.configured, body.apiKey, body.status])).toEqual(
      Array(3).fill([true, '••••', 'unverified']),
    );
    expect(twilio.body).toMatchObject({
      accountSid: 'ACa1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1',
      authToken: '0a0a…0a0a',
    });
  });

  it('are told "not configured" of the empty key that the earlier system stored', async () => {
    const farid = await login(app, 'farid@x.com');

    const seen = await farid.client.get('/vapi-settings');

    expect(seen.body).toMatchObject({ configured: false, apiKey: null, status: 'unverified' });
  });

  it('find their flags as they were, and onboarding computed from what they have', async () => {
    const farid = await login(app, 'farid@x.com');

    const ofFarid = await farid.client.get('/onboarding');
    const ofAlice = await alice.client.get('/onboarding');

    expect(ofFarid.body.flags).toEqual({ vapi_skipped: true, custom: { nested: [1, 2] } });
    expect(ofFarid.body.steps).toContainEqual({ id: 'vapi', state: 'skipped' });
    expect(ofAlice.body.steps).toContainEqual({ id: 'vapi', state: 'done' });
  });

  it('whose address a namesake keeps log in with a stand-in until an operator sets another', async () => {
    const gina = '03092389-3f54-43d0-8b0b-c141bad644e6';
    const anonymous = new Client(app.app);
    const password = 'correct horse battery staple';

    const standIn = await anonymous.post('/auth/login', {
      email: `${gina}@duplicate.invalid`,
      password,
    });
    await app.sql(`UPDATE users SET email = 'gina@x.com' WHERE id = $1`, [gina]);
    const back = await login(app, 'gina@x.com');

    expect(standIn.status).toBe(200);
    expect((await back.client.get('/me')).body.id).toBe(gina);
  });
});

describe('calls of the earlier system', () => {
  it('are listed in their own tenant, each exactly once', async () => {
    const [ofAlice, ofBob, ofHorizon] = [
      await everyCall(alice),
      await everyCall(bob),
      await everyCall(chloe),
    ];

    expect([ofAlice, ofBob, ofHorizon].map((calls) => calls.length)).toEqual([12, 7, 25]);
    expect(new Set([...ofAlice, ...ofBob, ...ofHorizon].map(({ id }) => id)).size).toBe(44);
  });

  it('keep odd numbers and missing states, and can be filtered by them', async () => {
    const { body } = await alice.client.get('/calls?customer=%2B1234');

    expect(body.items).toHaveLength(2);
    const one = await alice.client.get('/calls/f69f8e28-5ffb-43ea-b018-0da95cb7aee9');
    expect(one.body).toMatchObject({ customer: '+5678', status: null, durationSeconds: 286 });
    expect(one.body.transcript).toContain("Merci, c'est noté. À bientôt !");
  });

  it('do not exist for another tenant', async () => {
    const foreign = await bob.client.get('/calls/f69f8e28-5ffb-43ea-b018-0da95cb7aee9');

    expect(foreign.status).toBe(404);
    expect(foreign.text).not.toContain('Merci');
  });
});

describe('a team of the earlier system', () => {
  it('shares its tenant: the same calls and numbers, each their own credentials', async () => {
    const driss = await login(app, 'driss@horizon.fr');

    expect([chloe.tenantId, driss.tenantId]).toEqual([horizon, horizon]);
    expect(await everyCall(driss)).toEqual(await everyCall(chloe));
    const { body } = await driss.client.get('/phone-numbers');
    expect(body.items.map((n: { number: string }) => n.number).sort()).toEqual([
      '+33199001234',
      '0612345678',
    ]);
    expect((await driss.client.get('/vapi-settings')).body.configured).toBe(false);
  });

  it('has one owner', async () => {
    const driss = await login(app, 'driss@horizon.fr');

    const roles = [chloe, driss].map(
      async (p) => (await p.client.get('/tenants')).body.items[0].role as string,
    );

    expect((await Promise.all(roles)).sort()).toEqual(['member', 'owner']);
  });
});

describe('profiles of the earlier system', () => {
  it('come through as they were, and a tenant without one has the default', async () => {
    const seen = await Promise.all([alice, bob, chloe].map((p) => p.client.get('/ava-profile')));

    expect(seen.map(({ body }) => [body.name, body.voice, body.tone])).toEqual([
      ['Ava', 'alloy', 'calm'],
      ['Emma', 'nova', 'warm'],
      ['Ava', 'alloy', 'calm'],
    ]);
  });
});
