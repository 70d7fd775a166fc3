import { InvitedService } from '../../src/invitations/invited.service';
import { startMailApp, type MailApp } from '../support/account-mail';
import { Client } from '../support/client';
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
import { join, login, register, type Person } from '../support/people';
import { expectRefused, rolesSeenBy, said, trailOf, type Role } from '../support/team';

let app: MailApp;
let olga: Person;

beforeAll(async () => {
  app = await startMailApp({ TENANCY_MODE: 'team' });
});
beforeEach(async () => {
  olga = await register(app, 'olga', { tenantName: 'Studio' });
});
afterAll(() => app.close());

/** An invitation to somebody new, with the token that came by mail. */
async function invited(by: Person = olga, role: Role = 'member', to?: string) {
  const email = to ?? guest();
  const { body } = await invite(by, email, role);
  return { email, id: body.id as string, token: await mailedToken(app, app.server, email) };
}

const anybody = () => visitor(app);

describe('the preview', () => {
  it('tells who invites to what, whether to log in, and not the whole address', async () => {
    const max = await register(app, 'max');
    const fresh = await invited();
    const known = await invited(olga, 'admin', max.email);

    const answers = [await anybody().preview(fresh.token), await anybody().preview(known.token)];

    expect(answers.map(({ status, body }) => [status, body as unknown])).toEqual(
      [
        { role: 'member', hasAccount: false, email: 'g•••@example.com' },
        { role: 'admin', hasAccount: true, email: 'm•••@example.com' },
      ].map((own) => [
        200,
        { tenant: 'Studio', inviter: 'olga', ...own, expiresAt: expect.any(String) as string },
      ]),
    );
    for (const { text } of answers) expect(text).not.toContain(olga.tenantId);
  });

  it('tells nothing of a token that nobody was given, whatever it looks like', async () => {
    const { token } = await invited();
    const changed = `${token.startsWith('A') ? 'B' : 'A'}${token.slice(1)}`;

    for (const odd of [changed, token.slice(1), `${token} `, 'x', 'A'.repeat(43), olga.userId]) {
      for (const act of ['preview', 'accept', 'decline', 'register'] as const) {
        expect(said(await anybody()[act](odd))).toEqual([404, 'invitation.invalid']);
      }
    }
  });
});

describe('a token that is over', () => {
  const ends: [string, string, (about: { id: string; token: string }) => Promise<unknown>][] = [
    ['expired', 'invitation.expired', ({ id }) => expire(app, id)],
    ['revoked', 'invitation.revoked', ({ id }) => revoke(olga, id)],
    ['declined', 'invitation.declined', ({ token }) => anybody().decline(token)],
    ['used', 'invitation.used', ({ token }) => anybody().register(token)],
  ];

  it.each(ends)('because it was %s says so: %s, and does nothing', async (_, code, end) => {
    const about = await invited();
    await end(about);

    for (const act of ['preview', 'accept', 'decline', 'register'] as const) {
      await expectRefused(app, () => anybody()[act](about.token), 410, code);
    }
  });

  it('because the invitation was sent again is not valid any more, and the new one is', async () => {
    const { id, email, token: old } = await invited();
    await expire(app, id);

    const answer = await resend(olga, id);
    const token = await mailedToken(app, app.server, email);

    expect(answer).toMatchObject({ status: 200, body: { id, state: 'open' } });
    await expectRefused(app, () => anybody().register(old), 404, 'invitation.invalid');
    expect((await anybody().register(token)).status).toBe(201);
  });
});

describe('accepting', () => {
  it('without an account makes one for the invited address, in that tenant only', async () => {
    const { email, token } = await invited();

    const answer = await anybody().register(token, { cookie: true });

    expect(answer).toMatchObject({
      status: 201,
      body: { user: { email, tenants: [{ id: olga.tenantId, role: 'member' }] } },
    });
    expect(String(answer.headers['set-cookie'])).toMatch(/^ava_refresh=/);
    expect((await login(app, email)).tenantId).toBe(olga.tenantId);
  });

  it('without an account needs a password', async () => {
    const { token } = await invited();

    const answer = await anybody().accept(token);

    expect(said(answer)).toEqual([400, 'request.invalid']);
    expect(answer.body.errors[0]).toMatchObject({ field: 'password', code: 'field.required' });
    expect((await anybody().register(token)).status).toBe(201);
  });

  it('without logging in, by an address that has an account, says to log in', async () => {
    const max = await register(app, 'max');
    const { token } = await invited(olga, 'member', max.email);

    await expectRefused(app, () => anybody().register(token), 409, 'invitation.login_needed');
    const answer = await visitor(app, max.accessToken).accept(token);

    expect(answer.body.tenant).toEqual({ id: olga.tenantId, name: 'Studio', role: 'member' });
    expect((await sessionOf(app, answer).client.get('/tenant')).body.memberCount).toBe(2);
  });

  it('by somebody logged in with another address is no dead end: it says which one', async () => {
    const eve = await register(app, 'eve');
    const { token, email } = await invited();

    await expectRefused(
      app,
      () => visitor(app, eve.accessToken).accept(token),
      403,
      'invitation.other_address',
    );
    const answer = await visitor(app, eve.accessToken).accept(token);

    expect(answer.body.invited).toBe('g•••@example.com');
    expect(answer.text).not.toContain(email);
  });

  it('with a token that is not good is refused, and not taken for nobody', async () => {
    const { token } = await invited();
    const client = new Client(app.app);

    const answer = await client.post('/invitations/accept', { token }, { token: 'garbage' });

    expect(said(answer)).toEqual([401, 'auth.token_invalid']);
  });

  it.each([1, 2, 3])('by two at the same moment works once (%i)', async () => {
    const { token } = await invited();
    const max = await register(app, 'max');
    const known = await invited(olga, 'member', max.email);
    const inside = visitor(app, max.accessToken);

    const strangers = await Promise.all([anybody().register(token), anybody().register(token)]);
    const tries = jest.spyOn(InvitedService.prototype, 'accept');
    const same = await Promise.all([inside.accept(known.token), inside.accept(known.token)]);
    // No deadlock, after which it would be tried again.
    expect(tries).toHaveBeenCalledTimes(2);
    tries.mockRestore();

    expect(strangers.map(({ status }) => status).toSorted()).toEqual([201, expect.any(Number)]);
    expect(strangers.map(({ body }) => body.code as string | undefined)).toContainEqual(
      expect.stringMatching(/^invitation\.(used|login_needed)$/),
    );
    expect(same.map((one) => said(one)).toSorted()).toEqual([
      [200, undefined],
      [410, 'invitation.used'],
    ]);
    expect(Object.keys(await rolesSeenBy(olga))).toHaveLength(3);
  });

  it('as a member already closes the invitation and leaves the role as it is', async () => {
    const max = await register(app, 'max');
    const { id, token } = await invited(olga, 'admin', max.email);
    await join(app, max, { tenantId: olga.tenantId, role: 'member' });

    const answer = await visitor(app, max.accessToken).accept(token);

    expect(answer).toMatchObject({ status: 200, body: { tenant: { role: 'member' } } });
    const { body } = await olga.client.get('/tenant/invitations');
    expect(body.items).toMatchObject([{ id, state: 'accepted', acceptedBy: max.userId }]);
  });

  it('is refused while the tenant is suspended, but for declining, and after it was deleted', async () => {
    const [{ token }, unwanted] = [await invited(), await invited()];
    const tenant = [olga.tenantId];

    await app.sql('UPDATE tenants SET suspended_at = now() WHERE id = $1', tenant);
    for (const act of ['preview', 'register', 'accept'] as const) {
      const asking = () => anybody()[act](token);
      await expectRefused(app, asking, 403, 'invitation.tenant_suspended');
    }
    expect((await anybody().decline(unwanted.token)).status).toBe(204);
    expect(said(await anybody().preview(unwanted.token))).toEqual([410, 'invitation.declined']);
    await app.sql('DELETE FROM tenants WHERE id = $1', tenant);
    await expectRefused(app, () => anybody().register(token), 404, 'invitation.invalid');
  });

  it('is written into the trail, as is declining, without anybody’s address', async () => {
    const [one, other] = [await invited(), await invited()];
    const max = sessionOf(app, await anybody().register(one.token));
    await anybody().decline(other.token);

    const events = await trailOf(app, olga);

    expect(events.slice(2)).toEqual([
      {
        action: 'member.joined',
        actor_id: max.userId,
        subject_id: max.userId,
        details: { role: 'member' },
      },
      {
        action: 'invitation.declined',
        actor_id: null,
        subject_id: null,
        details: { role: 'member' },
      },
    ]);
    expect(events.map(({ action }) => action).slice(0, 2)).toEqual([
      'member.invited',
      'member.invited',
    ]);
    expect(JSON.stringify(events)).not.toContain('@');
  });
});
