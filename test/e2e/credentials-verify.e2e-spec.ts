import { FakeProvider } from '../../src/providers/fake-provider';
import { startApp, type TestApp } from '../support/app';
import { register, type Person } from '../support/people';

let app: TestApp;
let vapi: FakeProvider;
let twilio: FakeProvider;

const sid = `AC${'a1'.repeat(16)}`;
const token = 'f00dfeed'.repeat(4);
const key = 'sk_alice_of_vapi_0001';

beforeAll(async () => {
  [vapi, twilio] = [await FakeProvider.start(), await FakeProvider.start()];
  app = await startApp({
    VAPI_BASE_URL: vapi.url,
    TWILIO_BASE_URL: twilio.url,
    RATE_LIMITS: 'on',
  });
});
// Registrations from one address are limited too.
beforeEach(() => app.sql('TRUNCATE ava.rate_limits'));
afterAll(async () => {
  await app.close();
  await vapi.stop();
  await twilio.stop();
});

/** The two providers, which must behave alike. */
const cases = [
  {
    url: '/vapi-settings',
    provider: 'vapi',
    body: { apiKey: key },
    other: { apiKey: 'sk_alice_of_vapi_0002' },
    fake: () => vapi,
    yes: [{ id: 'a-1' }],
  },
  {
    url: '/twilio-settings',
    provider: 'twilio',
    body: { accountSid: sid, authToken: token },
    other: { accountSid: sid, authToken: token.toUpperCase() },
    fake: () => twilio,
    yes: { sid, status: 'active', auth_token: token },
  },
];

const auditOf = ({ userId }: Person) =>
  app.sql<{ action: string; target: string; details: object }>(
    `SELECT action, target, details FROM audit_events WHERE actor_id = $1 AND action = 'credential.verify' ORDER BY at`,
    [userId],
  );

describe.each(cases)('POST $url/verify', ({ url, provider, body, other, fake, yes }) => {
  let alice: Person;
  const verify = () => alice.client.post(`${url}/verify`);

  beforeEach(async () => {
    alice = await register(app, 'alice');
  });

  it('keeps a yes, with the time', async () => {
    const before = (await alice.client.post(url, body)).body;
    fake().answers(200, yes);

    const answer = await verify();

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      ...before,
      status: 'valid',
      verifiedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect((await alice.client.get(url)).body).toEqual(answer.body);
    expect(await auditOf(alice)).toEqual([
      { action: 'credential.verify', target: provider, details: { outcome: 'valid' } },
    ]);
    expect(fake().requests).toHaveLength(1);
  });

  it('keeps a no, which is no error of the request', async () => {
    await alice.client.post(url, body);
    fake().answers(401, { message: 'Unauthorized' });

    const answer = await verify();

    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ status: 'invalid', verifiedAt: expect.any(String) });
    expect((await alice.client.get(url)).body).toEqual(answer.body);
    expect(await auditOf(alice)).toMatchObject([{ details: { outcome: 'invalid' } }]);
  });

  it('changes and records nothing when the provider cannot be asked, and says which', async () => {
    await alice.client.post(url, body);
    fake().answers(200, yes);
    await verify();
    const before = (await alice.client.get(url)).body;
    fake().answers(500, { message: `${token} ${key}` });

    const answer = await verify();

    expect(answer.status).toBe(502);
    expect(answer.body).toMatchObject({ code: 'provider.unavailable', provider });
    expect((await alice.client.get(url)).body).toEqual(before);
    expect(await auditOf(alice)).toHaveLength(1);
  });

  it('is refused when none is stored', async () => {
    fake().answers(200, yes);

    const answer = await verify();

    expect([answer.status, answer.body.code]).toEqual([409, 'credential.missing']);
    expect(fake().requests).toEqual([]);
  });

  it('is refused when the stored one does not open', async () => {
    await alice.client.post(url, body);
    const bob = await register(app, 'bob');
    await bob.client.post(url, body);
    const columns = provider === 'vapi' ? ['vapi_api_key'] : ['twilio_auth_token'];
    await app.sql(
      `UPDATE users SET ${columns.map((c) => `${c} = other.${c}`).join()} FROM users other
        WHERE users.id = $1 AND other.id = $2`,
      [alice.userId, bob.userId],
    );
    fake().answers(200, yes);

    const answer = await verify();

    expect([answer.status, answer.body.code]).toEqual([409, 'credential.unreadable']);
    expect(fake().requests).toEqual([]);
    expect((await alice.client.get(url)).body).toMatchObject({ status: 'unreadable' });
  });

  it('does not say of a credential what was said of the one before it', async () => {
    await alice.client.post(url, body);
    fake().answers(200, yes);
    const { answer: answering } = fake();
    fake().answer = (request, response) => {
      void alice.client.post(url, other).then(() => {
        answering(request, response);
      });
    };

    const answer = await verify();

    expect(answer.body).toMatchObject({ status: 'unverified', verifiedAt: null });
    expect((await alice.client.get(url)).body).toEqual(answer.body);
    expect(await auditOf(alice)).toMatchObject([{ details: { outcome: 'valid', replaced: true } }]);
  });

  it('holds no connection of the database while the provider thinks', async () => {
    await alice.client.post(url, body);
    fake().answers(200, yes);
    const { answer: answering } = fake();
    let open: unknown[] = ['not asked'];
    fake().answer = (request, response) => {
      void app
        .sql(
          `SELECT query FROM pg_stat_activity
            WHERE datname = current_database() AND usename = 'ava_api' AND xact_start IS NOT NULL`,
        )
        .then((rows) => {
          open = rows;
          answering(request, response);
        });
    };

    await verify();

    expect(open).toEqual([]);
  });

  it('leaves the credentials of everybody else alone', async () => {
    const bob = await register(app, 'bob');
    for (const { client } of [alice, bob]) await client.post(url, body);
    fake().answers(200, yes);

    await verify();

    expect((await bob.client.get(url)).body.status).toBe('unverified');
    expect(await auditOf(bob)).toEqual([]);
  });
});

describe('ten times a minute', () => {
  it('are the limit of one person for both providers together, and the provider is asked no more', async () => {
    const [alice, bob] = [await register(app, 'alice'), await register(app, 'bob')];
    for (const { client } of [alice, bob]) await client.post('/vapi-settings', { apiKey: key });
    vapi.answers(200, []);
    const verify = ({ client }: Person, url = '/vapi-settings') => client.post(`${url}/verify`);

    const tried = [];
    for (let i = 0; i < 9; i++) tried.push((await verify(alice)).status);
    tried.push((await verify(alice, '/twilio-settings')).status);
    const refused = await verify(alice);

    expect(tried).toEqual([...Array<number>(9).fill(200), 409]);
    expect([refused.status, refused.body.code]).toEqual([429, 'rate.limited']);
    const seconds = Number(refused.headers['retry-after']);
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(vapi.requests).toHaveLength(9);
    expect((await verify(bob)).status).toBe(200);
  });
});

describe('GET /credentials/usage', () => {
  const usageOf = async ({ client }: Person) => (await client.get('/credentials/usage')).body;

  it('is empty for who never had one', async () => {
    expect(await usageOf(await register(app, 'bob'))).toEqual({ items: [], nextCursor: null });
  });

  it('tells what was done with the caller’s own, how often and when last, and nobody else’s', async () => {
    const [alice, bob] = [await register(app, 'alice'), await register(app, 'bob')];
    for (const { client } of [alice, bob, alice]) {
      await client.post('/vapi-settings', { apiKey: key });
    }
    vapi.answers(200, []);
    await alice.client.post('/vapi-settings/verify');
    await alice.client.delete('/twilio-settings');

    const usage = await usageOf(alice);

    const lastAt = expect.stringMatching(/^\d{4}-.*Z$/);
    expect(usage).toEqual({
      items: [
        { provider: 'twilio', action: 'credential.clear', lastAt, times: 1 },
        { provider: 'vapi', action: 'credential.verify', lastAt, times: 1 },
        { provider: 'vapi', action: 'credential.set', lastAt, times: 2 },
      ],
      nextCursor: null,
    });
    expect((await usageOf(bob)).items).toMatchObject([{ action: 'credential.set', times: 1 }]);
  });
});
