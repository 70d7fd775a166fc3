import { createApp } from '../../src/boot';
import { createLogger } from '../../src/kernel/http/logger';
import { startApp, type TestApp } from '../support/app';
import { Client } from '../support/client';
import { join, password, register, type Person } from '../support/people';

let app: TestApp;
let alice: Person;
/** Closed at the end: passport is one for the process, and goes with the last application that was made. */
const others: { close(): Promise<void> }[] = [];

const sid = `AC${'a1'.repeat(16)}`;
const token = 'f00dfeed'.repeat(4);
const key = 'sk_alice_of_vapi_0001';

beforeAll(async () => {
  app = await startApp({ RATE_LIMITS: 'on' });
});
beforeEach(async () => {
  // Registrations from one address are limited too.
  await app.sql('TRUNCATE ava.rate_limits');
  alice = await furnished('alice');
});
afterAll(async () => {
  await app.close();
  for (const other of others) await other.close();
});

async function furnished(name: string): Promise<Person> {
  const person = await register(app, name);
  await person.client.post('/vapi-settings', { apiKey: key });
  await person.client.post('/twilio-settings', { accountSid: sid, authToken: token });
  return person;
}

const reveal = ({ client }: Pick<Person, 'client'>, url = '/vapi-settings', secret = password) =>
  client.post(`${url}/reveal`, { password: secret });

const trailOf = ({ userId }: Person) =>
  app.sql<Record<string, unknown>>(
    `SELECT action, target, details, ip IS NOT NULL AS "hasIp", request_id AS "requestId", tenant_id AS "tenantId"
       FROM audit_events WHERE subject_id = $1 AND action LIKE 'credential.reveal%' ORDER BY at`,
    [userId],
  );

describe.each([
  ['/vapi-settings', 'vapi', { apiKey: key }],
  ['/twilio-settings', 'twilio', { accountSid: sid, authToken: token }],
])('POST %s/reveal', (url, provider, clear) => {
  it('shows it in clear to who knows the password, is kept by no cache, and is recorded', async () => {
    const answer = await reveal(alice, url);

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual(clear);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(await trailOf(alice)).toEqual([
      {
        action: 'credential.reveal',
        target: provider,
        details: {},
        hasIp: true,
        requestId: answer.headers['x-request-id'],
        tenantId: alice.tenantId,
      },
    ]);
  });

  it('shows nothing for a wrong password, and records that although the request fails', async () => {
    const answer = await reveal(alice, url, 'not the password');

    expect([answer.status, answer.body.code]).toEqual([403, 'auth.password_wrong']);
    expect(answer.text).not.toMatch(/sk_alice|f00dfeed|a1a1/);
    expect(await trailOf(alice)).toMatchObject([
      {
        action: 'credential.reveal_refused',
        target: provider,
        details: { reason: 'auth.password_wrong' },
      },
    ]);
  });

  it('is refused when none is stored', async () => {
    await alice.client.delete(url);

    const answer = await reveal(alice, url);

    expect([answer.status, answer.body.code]).toEqual([409, 'credential.missing']);
    expect(await trailOf(alice)).toMatchObject([{ details: { reason: 'credential.missing' } }]);
  });

  it('is refused when the stored one does not open', async () => {
    const bob = await furnished('bob');
    await app.sql(
      `UPDATE users SET vapi_api_key = other.vapi_api_key, twilio_auth_token = other.twilio_auth_token
         FROM users other WHERE users.id = $1 AND other.id = $2`,
      [alice.userId, bob.userId],
    );

    const answer = await reveal(alice, url);

    expect([answer.status, answer.body.code]).toEqual([409, 'credential.unreadable']);
  });

  it.each([[{}], [{ password: '' }], [{ password: 1 }], [{ password, userId: 'x' }]])(
    'refuses the body %j',
    async (body) => {
      const answer = await alice.client.post(`${url}/reveal`, body);

      expect([answer.status, answer.body.code]).toEqual([400, 'request.invalid']);
    },
  );
});

describe('revealing', () => {
  it('shows the caller’s own in a tenant of somebody else, whatever the role', async () => {
    const bob = await register(app, 'bob');
    await bob.client.post('/vapi-settings', { apiKey: 'sk_bob_of_vapi_00001' });
    const inside = await join(app, bob, { tenantId: alice.tenantId, role: 'member' });

    const answers = [await reveal(inside), await reveal(alice)];

    expect(answers.map(({ body }) => body)).toEqual([
      { apiKey: 'sk_bob_of_vapi_00001' },
      { apiKey: key },
    ]);
  });
});

describe('five times an hour', () => {
  const LIMITED = [429, 'rate.limited'];
  const told = ({ status, body }: { status: number; body: { code?: string } }) => [
    status,
    body.code,
  ];

  it('are the limit for both providers together, wrong passwords included', async () => {
    const tried = [
      await reveal(alice, '/vapi-settings', 'guess one'),
      await reveal(alice, '/twilio-settings', 'guess two'),
      await reveal(alice),
      await reveal(alice, '/twilio-settings'),
      await reveal(alice, '/vapi-settings', 'guess three'),
    ];

    const refused = await reveal(alice);

    expect(tried.map(({ status }) => status)).toEqual([403, 403, 200, 200, 403]);
    expect(told(refused)).toEqual(LIMITED);
    const seconds = Number(refused.headers['retry-after']);
    expect(seconds).toBeGreaterThan(3000);
    expect(seconds).toBeLessThanOrEqual(3600);
    expect(refused.text).not.toContain(key);
    expect((await trailOf(alice)).at(-1)).toMatchObject({
      action: 'credential.reveal_refused',
      details: { reason: 'rate.limited' },
    });
  });

  it('hold for one person in all sessions and tenants, and for nobody else', async () => {
    const bob = await furnished('bob');
    const elsewhere = await join(app, alice, { tenantId: bob.tenantId, role: 'member' });
    for (let i = 0; i < 5; i++) await reveal(alice);

    expect(told(await reveal(elsewhere))).toEqual(LIMITED);
    expect((await reveal(bob)).status).toBe(200);
  });

  it('are shared by replicas, also when all ask at the same moment', async () => {
    const replica = await createApp(app.settings, createLogger({ logLevel: 'silent' }));
    others.push(replica);
    const there = new Client(replica).as(alice.accessToken);

    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, i) => reveal(i % 2 ? alice : { client: there })),
    );

    const statuses = answers.map(({ status }) => status).toSorted();
    expect(statuses).toEqual([...Array<number>(5).fill(200), ...Array<number>(7).fill(429)]);
  });

  it('begin anew when the hour is over, and what ran out is cleared away', async () => {
    for (let i = 0; i < 6; i++) await reveal(alice);
    for (const name of ['bob', 'carol']) await reveal(await register(app, name));
    await app.sql(`UPDATE ava.rate_limits SET ends_at = now() - interval '1 s'`);
    const [before] = await app.sql<{ rows: number }>(
      'SELECT count(*)::int AS rows FROM ava.rate_limits',
    );

    const answers = [await reveal(alice), await reveal(alice)];

    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const after = await app.sql<{ taken: number; live: boolean }>(
      'SELECT taken, ends_at > now() AS live FROM ava.rate_limits ORDER BY ends_at',
    );
    // Registrations, and for three people the showing and the password; Alice's two begin anew.
    expect(before?.rows).toBe(7);
    expect(after).toEqual(Array(2).fill({ taken: 2, live: true }));
  });

  it('leave nothing of the person in the table', async () => {
    await reveal(alice);

    const rows = await app.sql<{ row: string }>(
      `SELECT encode(hash, 'escape') AS row FROM ava.rate_limits`,
    );

    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(alice.userId);
  });

  it('are no limit with RATE_LIMITS=off', async () => {
    const free = await startApp();
    others.push(free);
    const bob = await register(free, 'bob');
    const statuses = [];
    for (let i = 0; i < 7; i++) statuses.push((await reveal(bob)).status);
    const rows = await free.sql('SELECT 1 FROM ava.rate_limits');

    expect(new Set(statuses)).toEqual(new Set([409]));
    expect(rows).toEqual([]);
  });
});
