import { startApp, type TestApp } from '../support/app';
import { mailedToken, invite, sessionOf, visitor } from '../support/invitations';
import { MailServer } from '../support/mail-server';
import { password, register } from '../support/people';
import { rolesSeenBy } from '../support/team';

let app: TestApp;
let server: MailServer;

beforeAll(async () => {
  server = await MailServer.start();
  app = await startApp({ TENANCY_MODE: 'team', SMTP_URL: server.url });
});
afterAll(async () => {
  await app.close();
  await server.down();
});

const stories = {
  en: {
    subject: 'olga invites you to Studio on Ava',
    says: ['olga invites you to join Studio on Ava as a member.', 'Accept the invitation:'],
  },
  fr: {
    subject: 'olga vous invite à rejoindre Studio sur Ava',
    says: ['olga vous invite à rejoindre Studio sur Ava en tant que membre.'],
  },
} as const;

describe('two people invited by mail', () => {
  it.each(Object.entries(stories))(
    'see the same calls, and each keeps provider keys of their own (%s)',
    async (locale, { subject, says }) => {
      const olga = await register(app, 'olga', { tenantName: 'Studio', locale });
      await olga.client.post('/vapi-settings', { apiKey: 'sk_olga_0123456789abcdef' });
      const call = { startedAt: '2025-01-31T09:30:00Z', direction: 'inbound', status: 'ended' };
      const { body: made } = await olga.client.post('/calls', {
        ...call,
        customer: '+33612345678',
      });

      // Max has no account: he makes one with the link.
      const address = `max.${locale}@example.com`;
      await invite(olga, address);
      const token = await mailedToken(app, server, address);
      const mail = server.received.at(-1);
      expect(mail?.header('Subject')).toBe(subject);
      for (const words of says) expect(mail?.parts['text/plain']).toContain(words);
      const joined = await visitor(app).register(token, { locale });
      expect(joined).toMatchObject({
        status: 201,
        body: {
          user: { email: address, name: 'Max', locale, tenants: [{ id: olga.tenantId }] },
          tenant: { id: olga.tenantId, name: 'Studio', role: 'member' },
        },
      });
      const max = sessionOf(app, joined);

      // Ada has an account and a tenant of her own: she logs in and accepts.
      const ada = await register(app, 'ada');
      await invite(olga, ada.email.toUpperCase(), 'admin');
      const second = await mailedToken(app, server, ada.email.toUpperCase());
      const accepted = await visitor(app, ada.accessToken).accept(second);
      expect(accepted).toMatchObject({
        status: 200,
        body: { tenant: { id: olga.tenantId, role: 'admin' } },
      });
      const inside = sessionOf(app, accepted);

      const idsSeen = [];
      for (const { client } of [olga, max, inside]) {
        const { body } = await client.get('/calls');
        idsSeen.push((body.items as { id: string }[]).map(({ id }) => id));
      }
      expect(idsSeen).toEqual([[made.id], [made.id], [made.id]]);

      await max.client.post('/vapi-settings', { apiKey: 'sk_max_0123456789abcdefgh' });
      const keys = [];
      for (const { client } of [olga, max, inside]) {
        keys.push((await client.get('/vapi-settings')).body.apiKey as string | null);
      }
      expect(keys).toEqual(['sk_o…cdef', 'sk_m…efgh', null]);

      expect(await rolesSeenBy(inside)).toEqual({
        [olga.userId]: 'owner',
        [max.userId]: 'member',
        [ada.userId]: 'admin',
      });
      expect((await ada.client.get('/calls')).body.items).toEqual([]);
      const again = await app.sql<{ n: number }>(
        'SELECT count(*)::int AS n FROM memberships WHERE user_id = $1',
        [max.userId],
      );
      expect(again).toEqual([{ n: 1 }]);
      const back = await visitor(app).register(token, { password });
      expect([back.status, back.body.code]).toEqual([410, 'invitation.used']);
    },
  );
});
