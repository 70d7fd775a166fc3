import { Jobs } from '../../src/jobs/jobs.service';
import { startApp, type TestApp } from '../support/app';
import { rowsOf } from '../support/catalogue';
import type { Answer } from '../support/client';
import {
  expire,
  invite,
  mailedToken,
  resend,
  revoke,
  sessionOf,
  visitor,
} from '../support/invitations';
import { MailServer } from '../support/mail-server';
import { join, login, register, type Person } from '../support/people';
import { joinAs, remove, said, setRole, trailOf, type Role } from '../support/team';

let app: TestApp;
let server: MailServer;
let olga: Person;
let guests = 0;

beforeAll(async () => {
  server = await MailServer.start();
  app = await startApp({ TENANCY_MODE: 'team', SMTP_URL: server.url });
});
beforeEach(async () => {
  server.received.length = 0;
  olga = await register(app, 'olga', { tenantName: 'Studio' });
});
afterAll(async () => {
  await app.close();
  await server.down();
});

const guest = () => {
  guests += 1;
  return `guest.${guests}@example.com`;
};
const tokenFor = (email: string) => mailedToken(app, server, email);
const into = (role: Role) => joinAs(app, olga, { role });

async function expectRefused(asking: () => Promise<Answer>, status: number, code: string) {
  const before = await rowsOf(app.database.adminUrl);
  expect(said(await asking())).toEqual([status, code]);
  expect(await rowsOf(app.database.adminUrl)).toEqual(before);
}

describe('inviting', () => {
  it('sends one mail, with the newest link, when it is sent again before the first could leave', async () => {
    const email = guest();
    const { body } = await invite(olga, email);
    await resend(olga, body.id as string);

    await app.app.get(Jobs).runDue();

    const mails = server.received.filter(({ to }) => to.includes(email));
    expect(mails).toHaveLength(1);
    expect(said(await visitor(app).accept(await tokenFor(email)))).toEqual([
      400,
      'request.invalid',
    ]);
  });

  it('proves the address of who comes by the link, with an account or without', async () => {
    const [stranger, ada] = [guest(), await register(app, 'ada')];
    await invite(olga, stranger);
    await invite(olga, ada.email);
    const proven = (email: string) =>
      app.sql<{ at: Date | null }>('SELECT email_verified_at AS at FROM users WHERE email = $1', [
        email,
      ]);
    expect(await proven(ada.email)).toEqual([{ at: null }]);

    await visitor(app).register(await tokenFor(stranger));
    await visitor(app, ada.accessToken).accept(await tokenFor(ada.email));

    expect(await proven(stranger)).toEqual([{ at: expect.any(Date) }]);
    expect(await proven(ada.email)).toEqual([{ at: expect.any(Date) }]);
  });
});

describe('inviting again', () => {
  const ends: [
    string,
    (about: { id: string; token: string; email: string }) => Promise<unknown>,
  ][] = [
    ['has expired', ({ id }) => expire(app, id)],
    ['was declined', ({ token }) => visitor(app).decline(token)],
    ['was revoked', ({ id }) => revoke(olga, id)],
    [
      'was accepted by somebody who was removed since',
      async ({ token }) => remove(olga, sessionOf(app, await visitor(app).register(token))),
    ],
  ];

  it.each(ends)('works after the invitation %s, with a link that opens', async (_, end) => {
    const email = guest();
    const { body } = await invite(olga, email);
    const old = await tokenFor(email);
    await end({ id: body.id as string, token: old, email });

    const again = await invite(olga, email, 'admin');
    const token = await tokenFor(email);

    expect(again.status).toBe(201);
    expect(token).not.toBe(old);
    expect((await visitor(app).preview(old)).status).toBe(410);
    expect((await visitor(app).preview(token)).body.role).toBe('admin');
  });

  it('lets who was removed return with the account of before', async () => {
    const max = await into('member');
    await remove(olga, max);
    await invite(olga, max.email);
    const token = await tokenFor(max.email);

    const back = await visitor(app, (await login(app, max.email)).accessToken).accept(token);

    expect(back.body.tenant.id).toBe(olga.tenantId);
  });
});

describe('sending again', () => {
  it('does not keep the old expiry: seven days from now, also after it has expired', async () => {
    const { body } = await invite(olga, guest());
    await app.sql(
      `UPDATE invitations SET created_at = now() - interval '30 days', expires_at = now() - interval '23 days' WHERE id = $1`,
      [body.id],
    );

    const again = await resend(olga, body.id as string);

    expect(again).toMatchObject({ status: 200, body: { id: body.id, state: 'open' } });
    const { sentAt, expiresAt } = again.body as Record<'sentAt' | 'expiresAt', string>;
    expect(Date.parse(expiresAt) - Date.parse(sentAt)).toBe(7 * 86_400_000);
    expect((await trailOf(app, olga)).at(-1)).toMatchObject({ action: 'invitation.resent' });
  });

  it('and taking back are refused once it is closed, or the address is a member', async () => {
    const { body: taken } = await invite(olga, guest());
    await revoke(olga, taken.id as string);
    const max = await register(app, 'max');
    const { body: other } = await invite(olga, max.email);
    await join(app, max, { tenantId: olga.tenantId, role: 'member' });

    await expectRefused(() => resend(olga, taken.id as string), 409, 'invitation.closed');
    await expectRefused(() => revoke(olga, taken.id as string), 409, 'invitation.closed');
    await expectRefused(() => resend(olga, other.id as string), 409, 'invitation.already_member');
    expect((await revoke(olga, other.id as string)).status).toBe(204);
    expect((await trailOf(app, olga)).at(-1)).toMatchObject({ action: 'invitation.revoked' });
  });

  it('leaves no mail that was revoked or expired before it was sent', async () => {
    await app.sql('DELETE FROM pgboss.job');
    const { body } = await invite(olga, guest());
    await revoke(olga, body.id as string);
    await expire(app, (await invite(olga, guest())).body.id as string);

    await app.app.get(Jobs).runDue();

    expect(server.received).toEqual([]);
  });
});

describe('an invitation whose sender may no longer invite', () => {
  const losses: [string, (ada: Person) => Promise<Answer>, Role][] = [
    ['was removed', (ada) => remove(olga, ada), 'member'],
    ['was made a member', (ada) => setRole(olga, ada, 'member'), 'member'],
    ['is an owner no more', (ada) => setRole(olga, ada, 'admin'), 'owner'],
  ];

  it.each(losses)(
    'because the sender %s opens nothing, until it is sent again',
    async (...loss) => {
      const [, lose, role] = loss;
      const ada = await into(role === 'owner' ? 'owner' : 'admin');
      const email = guest();
      const id = (await invite(ada, email, role)).body.id as string;
      const token = await tokenFor(email);
      await lose(ada);

      await expectRefused(() => visitor(app).register(token), 410, 'invitation.expired');
      const again = await resend(olga, id);
      const fresh = await tokenFor(email);

      expect(again.body).toMatchObject({ state: 'open', invitedBy: olga.userId });
      expect((await visitor(app).register(fresh)).body.tenant.role).toBe(role);
    },
  );
});
