import { rateRules, type RateRuleName } from '../../src/kernel/security/rate-rules';
import { startApp, type TestApp } from '../support/app';
import { Client, type Answer } from '../support/client';
import { guest, invite, mailedToken, resend } from '../support/invitations';
import { MailServer } from '../support/mail-server';
import { register, type Person } from '../support/people';
import { joinAs } from '../support/team';

let app: TestApp;
let server: MailServer;
let olga: Person;

beforeAll(async () => {
  server = await MailServer.start();
  app = await startApp({
    TENANCY_MODE: 'team',
    SMTP_URL: server.url,
    RATE_LIMITS: 'on',
    TRUST_PROXY: 'true',
  });
});
beforeEach(async () => {
  await app.sql('TRUNCATE ava.rate_limits');
  olga = await register(app, 'olga');
});
afterAll(async () => {
  await app.close();
  await server.down();
});

/** Every counter at hand is at so many turns. */
const taken = (count: number) => app.sql('UPDATE ava.rate_limits SET taken = $1', [count]);

/** The last turn of the rule is granted, the next is not. */
async function expectLimit(rule: RateRuleName, act: () => Promise<Answer>): Promise<void> {
  await act();
  await taken(rateRules[rule].points - 1);
  const last = await act();
  const refused = await act();
  expect(last.status).toBeLessThan(400);
  expect([refused.status, refused.body.code]).toEqual([429, 'rate.limited']);
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect(Number(refused.headers['retry-after'])).toBeLessThanOrEqual(rateRules[rule].seconds);
}

it('a person invites twenty in an hour, and others of the tenant go on', async () => {
  const ada = await joinAs(app, olga, { role: 'admin' });
  await app.sql('TRUNCATE ava.rate_limits');

  await expectLimit('invitation.user', () => invite(olga, guest()));
  const rows = await app.sql<{ n: number }>(
    'SELECT count(*)::int AS n FROM invitations WHERE tenant_id = $1',
    [olga.tenantId],
  );

  expect(rows).toEqual([{ n: 2 }]);
  expect((await invite(ada, guest())).status).toBe(201);
});

it('a tenant invites fifty in a day, whoever of it asks', async () => {
  const people = [olga];
  for (let i = 0; i < 2; i++) people.push(await joinAs(app, olga, { role: 'admin' }));
  await app.sql('TRUNCATE ava.rate_limits');
  let turn = 0;
  const next = () => people[turn++] ?? olga;

  // Each asks for the first time, so that only the count of the tenant is high.
  await invite(next(), guest());
  await taken(rateRules['invitation.tenant'].points - 1);
  expect((await invite(next(), guest())).status).toBe(201);
  expect((await invite(next(), guest())).status).toBe(429);
  expect((await invite(await register(app, 'bob'), guest())).status).toBe(201);
});

it('one invitation is sent again five times in a day, so that nobody’s mailbox is flooded', async () => {
  const [one, other] = [await invite(olga, guest()), await invite(olga, guest())];
  await app.sql('TRUNCATE ava.rate_limits');

  await expectLimit('invitation.resend', () => resend(olga, one.body.id as string));

  expect((await resend(olga, other.body.id as string)).status).toBe(200);
});

describe('tokens that are tried', () => {
  const from = (ip: string, token: string, act = 'preview') =>
    new Client(app.app).post(
      `/invitations/${act}`,
      { token },
      { headers: { 'x-forwarded-for': ip } },
    );
  async function token(): Promise<string> {
    const email = guest();
    await invite(olga, email);
    return mailedToken(app, server, email);
  }

  it('are counted one by one, in whatever way: colleagues behind one address get in', async () => {
    const [mine, another] = [await token(), await token()];
    await app.sql('TRUNCATE ava.rate_limits');

    await expectLimit('invitation.token_from_network', () => from('198.51.100.7', mine));

    for (const act of ['accept', 'decline']) {
      expect((await from('198.51.100.7', mine, act)).status).toBe(429);
    }
    expect((await from('198.51.100.7', another)).status).toBe(200);
    expect((await from('198.51.100.8', mine)).status).toBe(200);
  });

  it('are three hundred in an hour from one network, whatever they are', async () => {
    const good = await token();
    await app.sql('TRUNCATE ava.rate_limits');
    await from('198.51.100.7', 'x');
    await taken(rateRules['invitation.network'].points - 1);

    const last = await from('198.51.100.7', good);
    const refused = await from('198.51.100.7', await token());

    expect([last.status, refused.status]).toEqual([200, 429]);
    expect((await from('198.51.100.8', good)).status).toBe(200);
  });
});
