import { Jobs } from '../../src/jobs/jobs.service';
import { startMailApp, type MailApp } from '../support/account-mail';
import type { Answer } from '../support/client';
import {
  guest,
  expire,
  invite,
  mailedToken,
  resend,
  revoke,
  sessionOf,
  visitor,
} from '../support/invitations';
import { join, login, password, register, type Person } from '../support/people';
import {
  expectRefused,
  joinAs,
  remove,
  said,
  setRole,
  trailOf,
  transfer,
  type Role,
} from '../support/team';

let app: MailApp;
let olga: Person;

beforeAll(async () => {
  app = await startMailApp({ TENANCY_MODE: 'team' });
});
beforeEach(async () => {
  app.server.received.length = 0;
  olga = await register(app, 'olga', { tenantName: 'Studio' });
});
afterAll(() => app.close());

const tokenFor = (email: string) => mailedToken(app, app.server, email);
const into = (role: Role) => joinAs(app, olga, { role });

describe('inviting', () => {
  it('sends one mail, with the newest link, when it is sent again before the first could leave', async () => {
    const email = guest();
    const { body } = await invite(olga, email);
    await resend(olga, body.id as string);

    await app.app.get(Jobs).runDue();

    const mails = app.server.received.filter(({ to }) => to.includes(email));
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

    await expectRefused(app, () => resend(olga, taken.id as string), 409, 'invitation.closed');
    await expectRefused(app, () => revoke(olga, taken.id as string), 409, 'invitation.closed');
    await expectRefused(
      app,
      () => resend(olga, other.id as string),
      409,
      'invitation.already_member',
    );
    expect((await revoke(olga, other.id as string)).status).toBe(204);
    expect((await trailOf(app, olga)).at(-1)).toMatchObject({ action: 'invitation.revoked' });
  });

  it('leaves no mail that was revoked or expired before it was sent', async () => {
    await app.sql('DELETE FROM pgboss.job');
    const { body } = await invite(olga, guest());
    await revoke(olga, body.id as string);
    await expire(app, (await invite(olga, guest())).body.id as string);

    await app.app.get(Jobs).runDue();

    expect(app.server.received).toEqual([]);
  });
});

describe('an invitation whose sender may no longer invite', () => {
  const losses: [string, (ada: Person) => Promise<Answer>, Role, object][] = [
    ['was removed', (ada) => remove(olga, ada), 'member', { reason: 'inviter_left' }],
    ['left', (ada) => remove(ada, ada), 'member', { reason: 'inviter_left' }],
    [
      'deleted the account',
      (ada) => ada.client.delete('/me', { password }),
      'member',
      { reason: 'inviter_left' },
    ],
    [
      'was made a member',
      (ada) => setRole(olga, ada, 'member'),
      'member',
      { reason: 'inviter_role' },
    ],
    [
      'is an owner no more',
      (ada) => setRole(olga, ada, 'admin'),
      'owner',
      { reason: 'inviter_role' },
    ],
    ['handed the tenant over', (ada) => transfer(ada, olga), 'owner', { reason: 'inviter_role' }],
  ];

  it.each(losses)(
    'because the sender %s is revoked for good, as the trail tells',
    async (...loss) => {
      const [, lose, role, why] = loss;
      const ada = await into(role === 'owner' ? 'owner' : 'admin');
      const email = guest();
      const id = (await invite(ada, email, role)).body.id as string;
      const token = await tokenFor(email);

      expect((await lose(ada)).status).toBeLessThan(300);

      await expectRefused(app, () => visitor(app).register(token), 410, 'invitation.revoked');
      await expectRefused(app, () => resend(olga, id), 409, 'invitation.closed');
      const told = await app.sql(
        `SELECT actor_id IS NOT NULL AS acted, subject_id, details FROM audit_events
        WHERE tenant_id = $1 AND action = 'invitation.revoked' AND target = $2`,
        [olga.tenantId, id],
      );
      expect(told).toEqual([{ acted: true, subject_id: ada.userId, details: { role, ...why } }]);
    },
  );

  it('does not revive when the sender is promoted again', async () => {
    const ada = await into('admin');
    const email = guest();
    await invite(ada, email);
    const token = await tokenFor(email);
    await setRole(olga, ada, 'member');
    await setRole(olga, ada, 'admin');

    await expectRefused(app, () => visitor(app).register(token), 410, 'invitation.revoked');
  });

  it('stays open when the sender may still invite to that role, as do those of others', async () => {
    const ada = await into('owner');
    await invite(ada, guest(), 'admin');
    await invite(olga, guest());
    await setRole(olga, ada, 'admin');

    const { body } = await olga.client.get('/tenant/invitations?state=open');

    expect(body.items).toHaveLength(2);
  });

  it('leaves nothing in the trail when the tenant goes as well', async () => {
    await invite(olga, guest());
    await olga.client.delete('/me', { password });

    const actions = (await trailOf(app, olga)).map(({ action }) => action as string);

    expect(actions).toEqual(expect.arrayContaining(['member.invited', 'tenant.deleted']));
    expect(actions).not.toContain('invitation.revoked');
  });
});
