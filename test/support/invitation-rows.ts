import { randomBytes, randomUUID } from 'node:crypto';
import { MailTokens } from '../../src/kernel/security/mail-tokens';
import type { TestApp } from './app';

const bytes = (length: number) => `\\x${randomBytes(length).toString('hex')}`;
const DAY = 86_400_000;

interface About {
  readonly tenantId: string;
  readonly inviter: string;
  readonly email: string;
}

/** A row whose token nobody knows. */
export function invitationRow({ tenantId, inviter, email }: About) {
  return {
    tenant_id: tenantId,
    id: randomUUID(),
    email,
    role: 'member',
    token_hash: bytes(32),
    token_nonce: bytes(16),
    invited_by: inviter,
    sent_at: new Date(),
    expires_at: new Date(Date.now() + DAY),
  };
}

/** An open one with its token, as the mail would bring it. */
export async function openInvitation(app: TestApp, about: About) {
  const { id, ...row } = invitationRow(about);
  const tokens = app.app.get(MailTokens);
  const made = tokens.issue('invitation', id);
  await app.sql(
    `INSERT INTO invitations (tenant_id, id, email, role, token_hash, token_nonce, invited_by, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [row.tenant_id, id, row.email, row.role, made.hash, made.nonce, row.invited_by, row.expires_at],
  );
  return { id, token: tokens.tokenFor('invitation', { id, ...made }) ?? '' };
}

/** Into the tenant of somebody who is nobody else's concern. @returns the token */
export async function invitationTo(app: TestApp, email: string): Promise<string> {
  const [tenantId, inviter] = [randomUUID(), randomUUID()];
  await app.sql(
    `WITH person AS (
       INSERT INTO users (id, email, password_hash) VALUES ($2, $2::uuid || '@example.com', 'x')),
     tenant AS (INSERT INTO tenants (id, name) VALUES ($1, 'Host'))
     INSERT INTO memberships (tenant_id, user_id, role) VALUES ($1, $2, 'owner')`,
    [tenantId, inviter],
  );
  return (await openInvitation(app, { tenantId, inviter, email })).token;
}
