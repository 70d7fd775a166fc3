import { startMailApp, type MailApp } from '../support/account-mail';
import { Client } from '../support/client';
import { register } from '../support/people';
import { said } from '../support/team';

let app: MailApp;
let anyone: Client;

beforeAll(async () => {
  app = await startMailApp();
  anyone = new Client(app.app);
});
afterAll(() => app.close());
beforeEach(() => app.arriving());

const verify = (token: string) => anyone.post('/auth/verify-email', { token });
const refused = [400, 'verification.invalid'];

describe('the address of a new account', () => {
  it.each([
    ['en', 'Confirm your address', 'Confirm the address:'],
    ['fr', 'Confirmez votre adresse', 'Confirmer l’adresse :'],
  ])('is proven by the mail that registration sends: %s', async (locale, subject, action) => {
    const alice = await register(app, 'alice', { locale });
    const before = (await alice.client.get('/me')).body.emailVerified as boolean;
    const mails = await app.arriving();

    const answer = await verify(mails[0]?.token ?? '');

    expect(before).toBe(false);
    expect(mails).toEqual([
      expect.objectContaining({ to: alice.email, subject, page: '/verify-email' }),
    ]);
    expect(mails[0]?.text).toContain(action);
    expect(answer.status).toBe(204);
    expect((await alice.client.get('/me')).body.emailVerified).toBe(true);
  });

  it('is not proven by a token that was used, was replaced, has run out, is for something else or made up', async () => {
    const alice = await register(app, 'alice');
    const [first] = await app.arriving();
    await alice.client.post('/auth/verify-email/resend');
    const [second] = await app.arriving();
    await anyone.post('/auth/password-reset', { email: alice.email });
    const [reset] = await app.arriving();
    const tried = [first?.token, reset?.token, 'made up', 'A'.repeat(43)];
    await app.sql(
      `UPDATE account_tokens SET expires_at = now() WHERE user_id = $1 AND purpose = 'verify-email'`,
      [alice.userId],
    );

    const answers = [];
    for (const token of [...tried, second?.token]) answers.push(said(await verify(token ?? '')));

    expect(answers).toEqual([...tried, second].map(() => refused));
    expect((await alice.client.get('/me')).body.emailVerified).toBe(false);
  });

  it('is proven once by two requests at the same moment', async () => {
    await register(app, 'alice');
    const [mail] = await app.arriving();

    const answers = await Promise.all([verify(mail?.token ?? ''), verify(mail?.token ?? '')]);

    expect(answers.map(({ status }) => status).sort()).toEqual([204, 400]);
  });

  it('is sent the mail again when its owner asks, until it is proven', async () => {
    const alice = await register(app, 'alice');
    const unasked = await app.arriving();

    const again = await alice.client.post('/auth/verify-email/resend');
    const [mail] = await app.arriving();
    await verify(mail?.token ?? '');
    const needless = await alice.client.post('/auth/verify-email/resend');

    expect([unasked.length, again.status, mail?.to]).toEqual([1, 202, alice.email]);
    expect(needless.status).toBe(202);
    expect(await app.arriving()).toEqual([]);
  });

  it('is not proven by a mail to an address that the operator has replaced meanwhile', async () => {
    const alice = await register(app, 'alice');
    const [mail] = await app.arriving();
    await app.sql(`UPDATE users SET email = 'other@example.com' WHERE id = $1`, [alice.userId]);

    const answer = await verify(mail?.token ?? '');

    expect(said(answer)).toEqual(refused);
    expect((await alice.client.get('/me')).body.emailVerified).toBe(false);
  });
});

describe('tokens that ran out', () => {
  it('are cleared two at a time by each that is made, and those that did not stay', async () => {
    const people = await Promise.all(['ada', 'bea', 'cleo'].map((name) => register(app, name)));
    await app.sql(
      `UPDATE account_tokens SET expires_at = now() - interval '15 days' WHERE user_id = ANY ($1)`,
      [people.map(({ userId }) => userId)],
    );
    const left = async () =>
      (await app.sql(`SELECT 1 FROM account_tokens WHERE expires_at < now() - interval '14 days'`))
        .length;

    await register(app, 'dora');
    const [once, total] = [await left(), await app.sql('SELECT 1 FROM account_tokens')];
    await register(app, 'eve');

    expect(once).toBe(1);
    expect(total.length).toBeGreaterThan(1);
    expect(await left()).toBe(0);
  });
});
