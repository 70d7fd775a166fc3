import { Jobs } from '../../src/jobs/jobs.service';
import type { TestApp } from './app';
import { Client, type Answer } from './client';
import type { MailServer } from './mail-server';
import { password, type Person } from './people';
import type { Role } from './team';

let guests = 0;

/** The address of somebody whom nobody knows. */
export function guest(): string {
  guests += 1;
  return `guest.${guests}@example.com`;
}

export const invite = ({ client }: Person, email: string, role: Role = 'member') =>
  client.post('/tenant/invitations', { email, role });

export const resend = ({ client }: Person, id: string) =>
  client.post(`/tenant/invitations/${id}/resend`);

export const revoke = ({ client }: Person, id: string) =>
  client.delete(`/tenant/invitations/${id}`);

/** Whoever follows the link of a mail, logged in or not. */
export function visitor({ app }: Pick<TestApp, 'app'>, accessToken?: string) {
  const client = new Client(app).as(accessToken);
  return {
    preview: (token: string) => client.post('/invitations/preview', { token }),
    accept: (token: string) => client.post('/invitations/accept', { token }),
    decline: (token: string) => client.post('/invitations/decline', { token }),
    register: (token: string, more: object = {}) =>
      client.post('/invitations/accept', { token, name: 'Max', password, ...more }),
  };
}

/** Sends what waits. @returns the token of the newest mail to this address */
export async function mailedToken(
  { app }: Pick<TestApp, 'app'>,
  server: MailServer,
  email: string,
): Promise<string> {
  await app.get(Jobs).runDue();
  const mail = server.received.findLast(({ to }) => to.includes(email));
  return /#token=([\w-]+)/.exec(mail?.parts['text/plain'] ?? '')?.[1] ?? '';
}

/** As the session of this answer has it. */
export function sessionOf({ app }: Pick<TestApp, 'app'>, { body }: Answer): Person {
  const { accessToken, refreshToken, user, tenant } = body as {
    accessToken: string;
    refreshToken: string;
    user: { id: string; email: string };
    tenant: { id: string };
  };
  const client = new Client(app).as(accessToken);
  const ids = { userId: user.id, tenantId: tenant.id, email: user.email };
  return { client, ...ids, accessToken, refreshToken };
}

/** As if the seven days were over. */
export const expire = ({ sql }: Pick<TestApp, 'sql'>, id: string) =>
  sql(`UPDATE invitations SET expires_at = now() - interval '1 second' WHERE id = $1`, [id]);
