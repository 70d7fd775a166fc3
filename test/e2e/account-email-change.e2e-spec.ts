import { startMailApp, type MailApp } from '../support/account-mail';
import { setEmail } from '../../src/commands/set-email';
import { Client } from '../support/client';
import { login, password, register, type Person } from '../support/people';
import { said } from '../support/team';

let app: MailApp;
let anyone: Client;
let count = 0;

beforeAll(async () => {
  app = await startMailApp();
  anyone = new Client(app.app);
});
afterAll(() => app.close());
beforeEach(() => app.arriving());

const fresh = () => `new.${(count += 1)}@example.com`;
const change = ({ client }: Person, email: string, currentPassword = password) =>
  client.patch('/me', { email, currentPassword });
const confirm = (token = '') => anyone.post('/auth/email-change/confirm', { token });
const me = async ({ client }: Person) => (await client.get('/me')).body;
const refused = [400, 'verification.invalid'];

/** Asks for the change. @returns the token that its reader is sent */
async function begin(person: Person, email: string): Promise<string> {
  await app.arriving();
  await change(person, email);
  const [mail] = await app.arriving();
  expect(mail).toMatchObject({ to: email, page: '/confirm-email-change' });
  return mail?.token ?? '';
}

describe('a new address', () => {
  it.each([
    ['en', 'Confirm your new address', 'Your address was changed', 'no longer signs you in'],
    [
      'fr',
      'Confirmez votre nouvelle adresse',
      'Votre adresse a été changée',
      'ne permet plus de se connecter',
    ],
  ])(
    'counts once its reader has confirmed it, and the one before is told: %s',
    async (locale, ...says) => {
      const [alice, email] = [await register(app, 'alice', { locale }), fresh()];
      await app.arriving();

      const asked = await change(alice, email);
      const [mail] = await app.arriving();
      const early = await anyone.post('/auth/login', { email, password });
      const answer = await confirm(mail?.token);
      const [notice] = await app.arriving();

      expect(asked.body).toMatchObject({ email: alice.email, pendingEmail: email });
      expect(early.status).toBe(401);
      expect(mail).toMatchObject({ to: email, subject: says[0] });
      expect(answer.status).toBe(204);
      expect(notice).toMatchObject({ to: alice.email, subject: says[1] });
      expect(notice?.text).toContain(says[2]);
      expect(await me(alice)).toMatchObject({ email, emailVerified: true, pendingEmail: null });
      await expect(login(app, email)).resolves.toMatchObject({ userId: alice.userId });
      const old = await anyone.post('/auth/login', { email: alice.email, password });
      expect(old.status).toBe(401);
      const trail = await app.sql('SELECT action FROM audit_events WHERE actor_id = $1', [
        alice.userId,
      ]);
      expect(trail).toEqual([{ action: 'account.email_changed' }]);
    },
  );

  it('is refused when another account has it, told to its reader only and changing nothing', async () => {
    const [alice, bob] = [await register(app, 'alice'), await register(app, 'bob')];
    await app.arriving();

    const asked = await change(alice, bob.email.toUpperCase());
    const [mail] = await app.arriving();
    const answer = await confirm(mail?.token);

    expect(asked.status).toBe(200);
    expect(asked.body.email).toBe(alice.email);
    expect(said(answer)).toEqual([409, 'user.email_taken']);
    expect((await me(alice)).email).toBe(alice.email);
    expect((await me(bob)).email).toBe(bob.email);
    expect(await app.arriving()).toEqual([]);
  });

  it('goes to one of two who want it at the same moment', async () => {
    const [eve, fay, email] = [await register(app, 'eve'), await register(app, 'fay'), fresh()];
    const tokens = [await begin(eve, email), await begin(fay, email)];

    const answers = await Promise.all(tokens.map((token) => confirm(token)));

    expect(answers.map(({ status }) => status).sort()).toEqual([204, 409]);
  });

  it('is not confirmed by a token that was used, was replaced or has run out', async () => {
    const alice = await register(app, 'alice');
    const first = await begin(alice, fresh());
    const second = await begin(alice, fresh());
    const used = await confirm(second);
    const third = await begin(alice, fresh());
    await app.sql('UPDATE account_tokens SET expires_at = now() WHERE used_at IS NULL');

    const answers = [];
    for (const token of [first, second, third]) answers.push(said(await confirm(token)));

    expect(used.status).toBe(204);
    expect(answers).toEqual([refused, refused, refused]);
    expect((await me(alice)).pendingEmail).toBeNull();
  });

  it.each([
    ['DELETE /me/email-change', ({ client }: Person) => client.delete('/me/email-change')],
    ['PATCH /me with the present one', (alice: Person) => change(alice, alice.email)],
    [
      'a new password',
      ({ client }: Person) =>
        client.post('/auth/password', {
          currentPassword: password,
          newPassword: `${password} anew`,
        }),
    ],
    [
      'the operator',
      async ({ userId }: Person) => {
        await setEmail(app.database.adminUrl, userId, fresh());
        return { status: 200 };
      },
    ],
  ])('is taken back by %s', async (_, act) => {
    const alice = await register(app, 'alice');
    const token = await begin(alice, fresh());

    const { status } = await act(alice);

    expect(status).toBeLessThan(300);
    expect((await me(alice)).pendingEmail).toBeNull();
    expect(said(await confirm(token))).toEqual(refused);
  });

  it('ends the other mails that wait', async () => {
    const alice = await register(app, 'alice');
    const [verification] = await app.arriving();
    const token = await begin(alice, fresh());
    await anyone.post('/auth/password-reset', { email: alice.email });
    const [reset] = await app.arriving();

    await confirm(token);

    const left = await app.sql(
      'SELECT purpose FROM account_tokens WHERE user_id = $1 AND used_at IS NULL',
      [alice.userId],
    );
    expect(left).toEqual([]);
    const verified = await anyone.post('/auth/verify-email', { token: verification?.token });
    const newPassword = `${password} anew`;
    const body = { token: reset?.token, newPassword };
    const answer = await anyone.post('/auth/password-reset/confirm', body);
    expect([said(verified), said(answer)]).toEqual([refused, [400, 'reset.invalid']]);
  });

  it('needs the password, and is looked at only for the caller', async () => {
    const [alice, bob] = [await register(app, 'alice'), await register(app, 'bob')];
    await app.arriving();

    const wrong = await change(alice, fresh(), 'not it');
    await begin(bob, fresh());

    expect(said(wrong)).toEqual([403, 'auth.password_wrong']);
    expect((await me(alice)).pendingEmail).toBeNull();
    expect((await alice.client.delete('/me/email-change')).status).toBe(204);
    expect((await me(bob)).pendingEmail).not.toBeNull();
  });

  it('set by the operator counts at once, unproven', async () => {
    const [alice, email] = [await register(app, 'alice'), fresh()];
    const [mail] = await app.arriving();
    await anyone.post('/auth/verify-email', { token: mail?.token });

    await setEmail(app.database.adminUrl, alice.userId, email);

    expect(await me(alice)).toMatchObject({ email, emailVerified: false });
  });
});
