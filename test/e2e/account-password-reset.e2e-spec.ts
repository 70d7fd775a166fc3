import { startMailApp, type MailApp } from '../support/account-mail';
import { Client } from '../support/client';
import { login, password, register, type Person } from '../support/people';
import { said } from '../support/team';
import { session } from '../support/tenants-in-sql';

let app: MailApp;
let anyone: Client;

beforeAll(async () => {
  app = await startMailApp();
  anyone = new Client(app.app);
});
afterAll(() => app.close());
beforeEach(() => app.arriving());

const newPassword = 'another horse, another battery';
const ask = (email: string) => anyone.post('/auth/password-reset', { email });
const confirm = (token: string, secret = newPassword) =>
  anyone.post('/auth/password-reset/confirm', { token, newPassword: secret });
const refused = [400, 'reset.invalid'];
const works = async ({ client }: Person) => (await client.get('/me')).status === 200;

async function tokenFor(email: string): Promise<string> {
  await ask(email);
  const mails = await app.arriving();
  return mails.find(({ page }) => page === '/reset-password')?.token ?? 'none';
}

describe('a forgotten password', () => {
  it.each([
    ['en', 'Set a new password', 'Your password was changed', 'every session'],
    [
      'fr',
      'Choisissez un nouveau mot de passe',
      'Votre mot de passe a été changé',
      'toutes les sessions',
    ],
  ])('is replaced by way of the mail, and everybody is signed out: %s', async (locale, ...says) => {
    const alice = await register(app, 'alice', { locale });
    const phone = await login(app, alice.email);
    await app.arriving();
    await ask(alice.email.toUpperCase());
    const [mail] = await app.arriving();

    const answer = await confirm(mail?.token ?? '');
    const [notice] = await app.arriving();

    expect(mail).toMatchObject({ to: alice.email, subject: says[0], page: '/reset-password' });
    expect(answer.status).toBe(204);
    expect(notice).toMatchObject({ to: alice.email, subject: says[1], page: '/forgot-password' });
    expect(notice?.text).toContain(says[2]);
    expect([await works(alice), await works(phone)]).toEqual([false, false]);
    const old = await anyone.post('/auth/login', { email: alice.email, password });
    expect(old.status).toBe(401);
    const back = await login(app, alice.email, newPassword);
    expect((await back.client.get('/me')).body.emailVerified).toBe(true);
    const refresh = await anyone.post('/auth/refresh', { refreshToken: phone.refreshToken });
    expect(refresh.status).toBe(401);
  });

  it('is asked for with the same answer, work and job whether there is an account or not', async () => {
    const alice = await register(app, 'alice');
    await app.sql('DELETE FROM pgboss.job');
    const tokens = () => app.sql('SELECT id, created_at FROM account_tokens');
    const before = await tokens();

    const answers = [await ask(alice.email), await ask('nobody@example.com')];
    const jobs = await app.sql<{ name: string; data: { userId: string; payload: object } }>(
      'SELECT name, data FROM pgboss.job ORDER BY created_on',
    );
    const after = await tokens();

    const [one, other] = answers.map(({ status, text, headers }) => {
      const { 'x-request-id': _id, date: _date, ...rest } = headers;
      return { status, text, rest };
    });
    expect(one).toEqual(other);
    expect(one).toMatchObject({ status: 202, text: '' });
    expect(jobs.map(({ name, data }) => [name, data.payload])).toEqual([
      ['account', { act: 'password-reset' }],
      ['account', { act: 'password-reset' }],
    ]);
    expect(jobs[0]?.data.userId).toBe(alice.userId);
    expect(jobs[1]?.data.userId).toMatch(/^[0-9a-f-]{36}$/);
    expect(after).toEqual(before);
    expect((await app.arriving()).map(({ to }) => to)).toEqual([alice.email]);
    const failed = await app.sql(`SELECT 1 FROM pgboss.job WHERE state <> 'completed'`);
    expect(failed).toEqual([]);
  });
});

/** Two requests are held at the row of the person until both are there. */
async function atOnce<T>({ userId }: Person, send: () => Promise<T>): Promise<T> {
  const holder = await session(app.database.adminUrl);
  await holder.query('BEGIN');
  await holder.query('SELECT 1 FROM users WHERE id = $1 FOR UPDATE', [userId]);
  const sent = send();
  const waiters = `SELECT 1 FROM pg_stat_activity
                    WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  while ((await app.sql(waiters)).length !== 2);
  await holder.query('COMMIT');
  await holder.end();
  return sent;
}

describe('a token for a new password', () => {
  it('is refused once it was used, replaced, has run out, is for something else or made up', async () => {
    const alice = await register(app, 'alice');
    const [verification] = await app.arriving();
    const replaced = await tokenFor(alice.email);
    const used = await tokenFor(alice.email);
    const late = await tokenFor((await register(app, 'late')).email);
    await app.sql(
      `UPDATE account_tokens t SET expires_at = now() FROM users u
        WHERE u.id = t.user_id AND u.email LIKE 'late%'`,
    );

    const first = await confirm(used);
    const answers = [];
    for (const token of [replaced, used, late, verification?.token ?? '', 'A'.repeat(43), 'no'])
      answers.push(said(await confirm(token, `${newPassword} again`)));

    expect(first.status).toBe(204);
    expect(answers).toEqual(Array(6).fill(refused));
    await expect(login(app, alice.email, newPassword)).resolves.toBeDefined();
  });

  it('works for one of two requests at the same moment', async () => {
    const alice = await register(app, 'alice');
    const token = await tokenFor(alice.email);
    const secrets = ['the first password of two', 'the second password of two'];

    const answers = await atOnce(alice, () =>
      Promise.all(secrets.map((secret) => confirm(token, secret))),
    );
    const logins = await Promise.all(
      secrets.map((secret) => anyone.post('/auth/login', { email: alice.email, password: secret })),
    );

    const statuses = answers.map(({ status }) => status);
    expect(statuses.toSorted()).toEqual([204, 400]);
    expect(logins.map(({ status }) => status)).toEqual(
      statuses.map((status) => (status === 204 ? 200 : 401)),
    );
  });

  it('is not used up by a password that is refused', async () => {
    const alice = await register(app, 'alice');
    const token = await tokenFor(alice.email);

    const short = await confirm(token, 'short');

    expect(said(short)).toEqual([400, 'request.invalid']);
    expect((await confirm(token)).status).toBe(204);
  });

  it.each([
    [
      'the password is changed',
      async ({ client }: Person) => {
        const { status } = await client.post('/auth/password', {
          currentPassword: password,
          newPassword: `${newPassword} now`,
        });
        expect(status).toBe(204);
      },
    ],
    [
      'the operator sets another address',
      async ({ userId }: Person) => {
        await app.sql(`UPDATE users SET email = 'set.by@example.com' WHERE id = $1`, [userId]);
      },
    ],
  ])('dies when %s', async (_, happens) => {
    const alice = await register(app, 'alice');
    const token = await tokenFor(alice.email);

    await happens(alice);

    expect(said(await confirm(token))).toEqual(refused);
    expect(await works(alice)).toBe(true);
  });

  it('ends a change of address that somebody else has begun', async () => {
    const alice = await register(app, 'alice');
    await alice.client.patch('/me', { email: 'eve@example.com', currentPassword: password });
    const [, change] = await app.arriving();

    await confirm(await tokenFor(alice.email));

    const taken = await anyone.post('/auth/email-change/confirm', { token: change?.token });
    expect(said(taken)).toEqual([400, 'verification.invalid']);
    await expect(login(app, alice.email, newPassword)).resolves.toBeDefined();
  });
});

describe('changing the password', () => {
  it('is told by mail, and in the trail', async () => {
    const alice = await register(app, 'alice');
    await login(app, alice.email);
    await app.arriving();

    await alice.client.post('/auth/password', { currentPassword: password, newPassword });

    expect(await app.arriving()).toEqual([
      expect.objectContaining({ to: alice.email, subject: 'Your password was changed' }),
    ]);
    const trail = await app.sql(
      `SELECT action, tenant_id, subject_id, ip::text, details FROM audit_events WHERE actor_id = $1`,
      [alice.userId],
    );
    expect(trail).toEqual([
      {
        action: 'account.password_changed',
        tenant_id: null,
        subject_id: alice.userId,
        ip: '127.0.0.1/32',
        details: { sessionsEnded: 1 },
      },
    ]);
  });
});
