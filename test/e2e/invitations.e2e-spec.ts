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
  visitor,
} from '../support/invitations';
import { register, type Person } from '../support/people';
import { expectRefused, joinAs, said, trailOf, type Role } from '../support/team';

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

async function statesSeenBy({ client }: Person, query = ''): Promise<string[]> {
  const { body } = await client.get(`/tenant/invitations${query}`);
  return (body.items as { state: string }[]).map(({ state }) => state);
}

describe('inviting', () => {
  it('answers with the invitation, sends one mail and writes it into the trail', async () => {
    const email = guest();

    const { status, body } = await invite(olga, email, 'admin');
    await app.app.get(Jobs).runDue();

    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.any(String),
      email,
      role: 'admin',
      state: 'open',
      delivery: 'pending',
      invitedBy: olga.userId,
      acceptedBy: null,
      createdAt: expect.any(String),
      sentAt: expect.any(String),
      expiresAt: expect.any(String),
      closedAt: null,
    });
    expect(Date.parse(body.expiresAt as string) - Date.parse(body.createdAt as string)).toBe(
      7 * 86_400_000,
    );
    const others = [[olga.email]];
    expect(app.server.received.map(({ to }) => to)).toEqual(
      expect.arrayContaining([...others, [email]]),
    );
    expect(app.server.received).toHaveLength(2);
    expect(await trailOf(app, olga)).toEqual([
      {
        action: 'member.invited',
        actor_id: olga.userId,
        subject_id: olga.userId,
        details: { role: 'admin' },
      },
    ]);
  });

  it('does not tell whether an address has an account, in answer or mail', async () => {
    const max = await register(app, 'max', { locale: 'fr' });
    const unknown = guest();
    const about = async (email: string) => {
      const { status, body } = await invite(olga, email);
      await tokenFor(email);
      const text = app.server.received.at(-1)?.parts['text/plain'] ?? '';
      return { status, body: { ...body, email: '' } as object, text };
    };
    const without = ({ status, body, text }: Awaited<ReturnType<typeof about>>) => ({
      status,
      body: Object.keys(body),
      text: text.replace(/#token=\S+/, '').replace(/\d\d:\d\d/, ''),
    });

    expect(without(await about(max.email))).toEqual(without(await about(unknown)));
  });

  it('is for admins; only an owner invites an owner, sends that again or takes it back', async () => {
    const [ada, max] = [await into('admin'), await into('member')];
    const { body } = await invite(olga, guest(), 'owner');
    const id = body.id as string;

    await expectRefused(app, () => invite(max, guest()), 403, 'auth.role_too_low');
    await expectRefused(app, () => max.client.get('/tenant/invitations'), 403, 'auth.role_too_low');
    await expectRefused(app, () => invite(ada, guest(), 'owner'), 403, 'member.owner_required');
    await expectRefused(app, () => resend(ada, id), 403, 'member.owner_required');
    await expectRefused(app, () => revoke(ada, id), 403, 'member.owner_required');
    expect((await invite(ada, guest(), 'admin')).status).toBe(201);
  });

  it('is refused for a member, however the address is written', async () => {
    const max = await into('member');

    await expectRefused(
      app,
      () => invite(olga, max.email.toUpperCase()),
      409,
      'invitation.already_member',
    );
  });

  it('an address twice tells the open invitation, and leaves the link that is on its way', async () => {
    const email = guest();
    const { body: first } = await invite(olga, email);
    const token = await tokenFor(email);

    const second = await invite(olga, email.toUpperCase(), 'admin');

    expect(said(second)).toEqual([409, 'invitation.exists']);
    expect(second.body.invitationId).toBe(first.id);
    expect((await visitor(app).preview(token)).status).toBe(200);
    const both = await Promise.all([
      invite(olga, 'twice@example.com'),
      invite(olga, 'twice@example.com'),
    ]);
    expect(both.map(({ status }) => status).toSorted()).toEqual([201, 409]);
  });

  it('stops at 200 open invitations', async () => {
    await app.sql(
      `INSERT INTO invitations (tenant_id, id, email, role, token_hash, token_nonce, invited_by, expires_at)
       SELECT $1::uuid, gen_random_uuid(), n || '@example.com', 'member', sha256(convert_to($1::text || n, 'UTF8')), '', $2, now() + interval '1 day'
         FROM generate_series(1, 200) n`,
      [olga.tenantId, olga.userId],
    );

    await expectRefused(app, () => invite(olga, guest()), 409, 'invitation.too_many');
    await app.sql('UPDATE invitations SET revoked_at = now() WHERE tenant_id = $1 AND email = $2', [
      olga.tenantId,
      '7@example.com',
    ]);
    expect((await invite(olga, guest())).status).toBe(201);
  });
});

describe('the list', () => {
  it('comes in pages, the newest first, with states and without tokens, and can be narrowed', async () => {
    const made: Answer[] = [];
    for (let i = 0; i < 3; i++) made.push(await invite(olga, guest()));
    await revoke(olga, made[0]?.body.id as string);
    await expire(app, made[1]?.body.id as string);

    const first = await olga.client.get('/tenant/invitations?limit=2');
    const rest = await olga.client.get(
      `/tenant/invitations?limit=2&cursor=${String(first.body.nextCursor)}`,
    );

    const shown = [...first.body.items, ...rest.body.items] as { id: string; state: string }[];
    expect(shown.map(({ id }) => id)).toEqual(made.map(({ body }) => body.id as string).reverse());
    expect(shown.map(({ state }) => state)).toEqual(['open', 'expired', 'revoked']);
    expect(rest.body.nextCursor).toBeNull();
    expect(first.text).not.toMatch(/token|hash|nonce/i);
    expect(await statesSeenBy(olga, '?state=expired')).toEqual(['expired']);
    expect(await statesSeenBy(await register(app, 'bob'))).toEqual([]);
  });
});
