import { createApp } from '../../src/boot';
import { createLogger } from '../../src/kernel/http/logger';
import { IdentityDb } from '../../src/kernel/database/tenant-db';
import { rateRules, type RateRuleName } from '../../src/kernel/security/rate-rules';
import { startApp, type TestApp } from '../support/app';
import { Client, type Answer } from '../support/client';
import { password, register, type Person } from '../support/people';

const pair = 'login.address_from_network';
const wrong = 'not the password';

let app: TestApp;
let anyone: Client;
let alice: Person;
let networks = 0;
/** Closed at the end: passport is one for the process, and goes with the last application that was made. */
const replicas: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  app = await startApp({ RATE_LIMITS: 'on', TRUST_PROXY: 'true' });
  anyone = new Client(app.app);
});
beforeEach(async () => {
  await app.sql('TRUNCATE ava.rate_limits');
  alice = await register(app, 'alice');
});
afterAll(async () => {
  await app.close();
  for (const replica of replicas) await replica.close();
});

/** An address of a network that nobody has used before. */
const elsewhere = () => {
  networks += 1;
  return `198.18.${networks >> 8}.${networks & 255}`;
};
const from = (ip: string) => ({ headers: { 'x-forwarded-for': ip } });
const login = (email: string, secret: string, ip: string) =>
  anyone.post('/auth/login', { email, password: secret }, from(ip));

async function times(count: number, attempt: () => Promise<Answer>): Promise<number[]> {
  const statuses = [];
  for (let i = 0; i < count; i++) statuses.push((await attempt()).status);
  return statuses;
}

/** Makes one attempt, and counts it as if it had been the last that the rule allows. */
async function useUp(rule: RateRuleName, attempt: () => Promise<Answer>): Promise<void> {
  const before = await app.sql<{ hash: Buffer }>('SELECT hash FROM ava.rate_limits');
  await attempt();
  await app.sql('UPDATE ava.rate_limits SET taken = $1 WHERE NOT hash = ANY ($2::bytea[])', [
    rateRules[rule].points,
    before.map(({ hash }) => hash),
  ]);
}

describe('logging in', () => {
  it('to one address from one network stops after twenty attempts, the right password included', async () => {
    const ip = elsewhere();

    const statuses = await times(rateRules[pair].points, () => login(alice.email, wrong, ip));
    const refused = await login(alice.email, password, ip);

    expect(new Set(statuses)).toEqual(new Set([401]));
    expect([refused.status, refused.body.code]).toEqual([429, 'rate.limited']);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(900);
  });

  it('is limited alike for an address that nobody has, so that it tells nothing', async () => {
    const [known, unknown] = [elsewhere(), elsewhere()];

    await useUp(pair, () => login(alice.email, wrong, known));
    await useUp(pair, () => login('nobody@example.com', wrong, unknown));
    const answers = [
      await login(alice.email, wrong, known),
      await login('nobody@example.com', wrong, unknown),
    ];

    expect(answers.map(({ status, body }) => [status, body.code])).toEqual([
      [429, 'rate.limited'],
      [429, 'rate.limited'],
    ]);
  });

  it('counts an address however it is written', async () => {
    const ip = elsewhere();
    await useUp(pair, () => login(alice.email.toUpperCase(), wrong, ip));

    expect((await login(alice.email, password, ip)).status).toBe(429);
  });

  it('with another address, or from another network, goes on', async () => {
    const ip = elsewhere();
    const bob = await register(app, 'bob');
    await useUp(pair, () => login(alice.email, wrong, ip));

    const answers = [
      await login(bob.email, password, ip),
      await login(alice.email, password, elsewhere()),
    ];

    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  });

  it('counts all addresses of an IPv6 network as one', async () => {
    let host = 0;
    const next = () => `2001:db8:5:5::${(host += 1).toString(16)}`;
    await useUp(pair, () => login(alice.email, wrong, next()));

    expect((await login(alice.email, password, next())).status).toBe(429);
    expect((await login(alice.email, password, '2001:db8:5:6::1')).status).toBe(200);
  });

  it('from one network stops after so many attempts, whatever the addresses', async () => {
    const ip = elsewhere();
    await useUp('login.network', () => login('somebody@example.com', wrong, ip));

    expect((await login(alice.email, password, ip)).status).toBe(429);
    expect((await login(alice.email, password, elsewhere())).status).toBe(200);
  });

  it('is never locked by guesses from elsewhere: not the live session, nor a login from where its owner is', async () => {
    const home = elsewhere();
    const session = await login(alice.email, password, home);

    await app.sql('TRUNCATE ava.rate_limits');
    await useUp('login.address_from_elsewhere', () => login(alice.email, wrong, elsewhere()));

    expect((await login(alice.email, wrong, elsewhere())).status).toBe(429);
    expect((await login(alice.email, password, elsewhere())).status).toBe(429);
    const { accessToken, refreshToken } = session.body as Record<string, string>;
    expect((await anyone.as(accessToken).get('/me')).status).toBe(200);
    expect((await anyone.post('/auth/refresh', { refreshToken })).status).toBe(200);
    expect((await login(alice.email, password, home)).status).toBe(200);
  });

  it('asks and counts as much where the owner is logged in as for an address that nobody has', async () => {
    const home = elsewhere();
    await login(alice.email, password, home);
    const questions = jest.spyOn(IdentityDb.prototype, 'read');
    const costOf = async (email: string) => {
      await app.sql('TRUNCATE ava.rate_limits');
      questions.mockClear();
      await login(email, wrong, home);
      return [questions.mock.calls.length, (await app.sql('TABLE ava.rate_limits')).length];
    };

    expect(await costOf(alice.email)).toEqual([1, 3]);
    expect(await costOf('nobody@example.com')).toEqual([1, 3]);
    questions.mockRestore();
  });

  it('over the limit of its network it takes no turn from the address', async () => {
    const ip = elsewhere();
    await useUp(pair, () => login(alice.email, wrong, ip));
    const turns = [`login.address_from_elsewhere:${alice.email}`];
    const taken = 'SELECT taken FROM ava.rate_limits WHERE hash = sha256($1)';
    const before = await app.sql(taken, turns);

    expect((await login(alice.email, password, ip)).status).toBe(429);
    expect(before).toHaveLength(1);
    expect(await app.sql(taken, turns)).toEqual(before);
  });

  it('is counted by all replicas together', async () => {
    const ip = elsewhere();
    const replica = await createApp(
      app.settings,
      createLogger({ ...app.settings, logLevel: 'silent' }),
    );
    replicas.push(replica);
    const other = new Client(replica);
    await useUp(pair, () =>
      other.post('/auth/login', { email: alice.email, password: wrong }, from(ip)),
    );

    expect((await login(alice.email, password, ip)).status).toBe(429);
  });

  it('is open again when the time is over', async () => {
    const ip = elsewhere();
    await useUp(pair, () => login(alice.email, wrong, ip));
    expect((await login(alice.email, password, ip)).status).toBe(429);
    await app.sql(`UPDATE ava.rate_limits SET ends_at = now() - interval '1 second'`);

    expect((await login(alice.email, password, ip)).status).toBe(200);
  });
});

describe('registering', () => {
  it('is limited for each network', async () => {
    const ip = elsewhere();
    const open = (email: string, at: string) =>
      anyone.post('/auth/register', { email, password }, from(at));
    await useUp('registration.network', () => open('first@example.com', ip));

    const refused = await open('one-more@example.com', ip);

    expect([refused.status, refused.body.code]).toEqual([429, 'rate.limited']);
    expect(await app.sql(`SELECT 1 FROM users WHERE email = 'one-more@example.com'`)).toEqual([]);
    expect((await open('elsewhere@example.com', elsewhere())).status).toBe(201);
  });
});

describe('the password asked for again', () => {
  const guesses: [string, (person: Person) => Promise<Answer>][] = [
    ['to delete the account', ({ client }) => client.delete('/me', { password })],
    [
      'to change it',
      ({ client }) =>
        client.post('/auth/password', {
          currentPassword: password,
          newPassword: `${password} anew`,
        }),
    ],
    [
      'to delete the tenant',
      ({ client }) => client.delete('/tenant', { password, confirm: 'alice' }),
    ],
  ];

  it.each(guesses)('%s is limited for each user, and changes nothing', async (_, ask) => {
    await useUp('password.confirmation', () => alice.client.delete('/me', { password: wrong }));

    const refused = await ask(alice);

    expect([refused.status, refused.body.code]).toEqual([429, 'rate.limited']);
    expect((await alice.client.get('/me')).status).toBe(200);
    expect((await login(alice.email, password, elsewhere())).status).toBe(200);
    const bob = await register(app, 'bob');
    expect((await bob.client.delete('/me', { password })).status).toBe(204);
  });
});
