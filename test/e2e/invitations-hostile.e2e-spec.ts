import { randomBytes, randomUUID } from 'node:crypto';
import { startApp, type TestApp } from '../support/app';
import { Client } from '../support/client';
import { invite, mailedToken, resend, visitor } from '../support/invitations';
import { MailServer } from '../support/mail-server';
import { register, type Person } from '../support/people';
import { claim, LoginSession, proof, sessionIdOf } from '../support/plane-session';
import { joinAs, said } from '../support/team';

let app: TestApp;
let server: MailServer;
let login: LoginSession;
let olga: Person;

beforeAll(async () => {
  server = await MailServer.start();
  app = await startApp({ TENANCY_MODE: 'team', SMTP_URL: server.url });
  login = await LoginSession.open(app);
});
beforeEach(async () => {
  server.received.length = 0;
  olga = await register(app, 'olga', { tenantName: 'Studio' });
});
afterAll(async () => {
  await login.close();
  await app.close();
  await server.down();
});

const as = (who: Person, sql: string, ...values: unknown[]) =>
  login.with(claim({ ...who, sessionId: sessionIdOf(who) }), () => login.meets(sql, values));
const hashOf = async (id: string) =>
  (
    await app.sql<{ hash: Buffer }>('SELECT token_hash AS hash FROM invitations WHERE id = $1', [
      id,
    ])
  )[0]?.hash;
const INVITE = 'SELECT 1 FROM ava.invite($1, $2, $3, $4, $5) WHERE refused IS NULL';
const forged = (role: string) => [
  randomUUID(),
  'eve@example.com',
  role,
  randomBytes(32),
  randomBytes(16),
];

describe('SQL injected into a query', () => {
  it('of a member writes no invitation, whatever way it tries', async () => {
    const max = await joinAs(app, olga, { role: 'member' });
    const id = (await invite(olga, 'guest@example.com')).body.id as string;

    expect([
      await as(max, INVITE, ...forged('owner')),
      await as(max, INVITE, ...forged('member')),
      await as(
        max,
        'SELECT 1 WHERE ava.resend_invitation($1, $2, $3) IS NULL',
        id,
        ...forged('').slice(3),
      ),
      await as(max, 'SELECT 1 WHERE ava.revoke_invitation($1) IS NULL', id),
      await as(max, `UPDATE invitations SET role = 'owner'`),
      await as(max, 'DELETE FROM invitations'),
      await as(max, 'INSERT INTO invitations SELECT * FROM invitations'),
    ]).toEqual([0, 0, 0, 0, '42501', '42501', '42501']);
  });

  it('of an admin makes no invitation of an owner', async () => {
    const ada = await joinAs(app, olga, { role: 'admin' });

    expect(await as(ada, INVITE, ...forged('owner'))).toBe(0);
    expect(await as(ada, INVITE, ...forged('admin'))).toBe(1);
  });

  it('sees, accepts and ends no invitation of another tenant', async () => {
    const bob = await register(app, 'bob');
    const id = (await invite(bob, olga.email)).body.id as string;
    const hash = await hashOf(id);

    expect([
      await as(olga, 'SELECT 1 FROM invitations WHERE id = $1', id),
      await as(olga, 'SELECT 1 FROM ava.find_invitation($1)', hash),
      await as(olga, 'SELECT 1 FROM ava.accept_invitation($1, NULL, NULL)', hash),
      await as(olga, 'SELECT ava.decline_invitation($1, NULL, NULL)', hash),
      await as(olga, 'SELECT 1 WHERE ava.revoke_invitation($1) IS NULL', id),
      await as({ ...olga, tenantId: bob.tenantId }, 'SELECT 1 FROM invitations'),
    ]).toEqual([0, '42501', '42501', '42501', 0, 0]);
  });

  it('learns from a row that it makes up nothing of who is a member elsewhere', async () => {
    const bob = await register(app, 'bob');
    const state = `SELECT 1 WHERE ava.invitation_state(jsonb_populate_record(NULL::invitations, $1)) = 'open'`;
    const row = (who: Person) =>
      JSON.stringify({
        tenant_id: who.tenantId,
        invited_by: who.userId,
        role: 'member',
        expires_at: '2999-01-01',
      });

    expect([await as(olga, state, row(bob)), await as(olga, state, row(olga))]).toEqual([0, 1]);
  });

  it('that becomes the identity plane gets nowhere without the proof of the server', async () => {
    const hash = await hashOf((await invite(olga, 'other@example.com')).body.id as string);
    const ask = ['SELECT 1 FROM ava.find_invitation($1)', [hash]] as const;
    const take = ['SELECT 1 FROM ava.accept_invitation($1, NULL, NULL)', [hash]] as const;
    const without = { role: 'ava_identity', 'ava.identity_user': olga.userId };
    const meets = (settings: Record<string, string>, [sql, values]: typeof ask | typeof take) =>
      login.with(settings, () => login.meets(sql, [...values]));

    expect([
      await meets(without, ask),
      await meets(without, take),
      await meets({ ...without, 'ava.server_proof': proof }, ask),
    ]).toEqual([0, '42501', 1]);
  });

  it('plants no token: the hash of one that this server did not make opens nothing', async () => {
    const token = randomBytes(32).toString('base64url');
    const id = (await invite(olga, 'planted@example.com')).body.id as string;
    await app.sql('UPDATE invitations SET token_hash = sha256($2::bytea) WHERE id = $1', [
      id,
      token,
    ]);

    for (const act of ['preview', 'register', 'decline'] as const) {
      expect(said(await visitor(app)[act](token))).toEqual([404, 'invitation.invalid']);
    }
  });
});

it('an invited address and its token stand in no log, job or event, and the token in no table', async () => {
  const email = 'somebody.quiet@example.com';
  const { body } = await invite(olga, email);
  await resend(olga, body.id as string);
  const token = await mailedToken(app, server, email);
  await visitor(app).preview(token);
  await visitor(app).decline(token);

  const held = await app.sql<{ row: string }>(
    `SELECT t::text AS row FROM pgboss.job t UNION ALL SELECT t::text FROM audit_events t
     UNION ALL SELECT t::text FROM ava.rate_limits t`,
  );
  const kept = await app.sql<{ row: string }>('SELECT t::text AS row FROM invitations t');

  expect(token).toHaveLength(43);
  expect(held.length).toBeGreaterThan(3);
  expect(`${app.logs()}${JSON.stringify(held)}`).not.toMatch(/somebody\.quiet/);
  expect(`${app.logs()}${JSON.stringify([held, kept])}`).not.toContain(token);
});

// Last: another application takes the access tokens of the process over.
it('in solo mode nobody invites, and no link leads in', async () => {
  const email = 'late@example.com';
  const id = (await invite(olga, email)).body.id as string;
  const token = await mailedToken(app, server, email);
  const solo = await startApp({ SMTP_URL: server.url }, app.database);
  const inside = { ...olga, client: new Client(solo.app).as(olga.accessToken) };

  const refused = [
    await invite(inside, 'later@example.com'),
    await resend(inside, id),
    await visitor(solo).register(token),
    await visitor(solo).preview(token),
  ];
  await solo.app.close();

  expect(refused.map((one) => said(one))).toEqual(refused.map(() => [409, 'tenancy.solo']));
});
