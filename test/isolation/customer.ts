import { randomBytes, randomUUID } from 'node:crypto';
import { MailTokens } from '../../src/kernel/security/mail-tokens';
import type { AccountPurpose } from '../../src/users/account-tokens.service';
import type { TestApp } from '../support/app';
import { login, register, type Person } from '../support/people';
import { colleague, demote, tenantOf, type Role } from './colleagues';
import { changesOf, rowsOf, type Mark } from './planted-rows';
import { insert, update } from './table-rows';
import { openInvitation } from '../support/invitation-rows';

/** What can be named in a request: by its owner with success, by anybody else in vain. */
export interface Ids {
  readonly tenantId: string;
  readonly userId: string;
  /** Somebody else in the same tenant. */
  readonly colleagueId: string;
  readonly callId: string;
  readonly phoneNumberId: string;
  readonly sessionId: string;
  /** Of a job that failed. */
  readonly jobId: string;
  /** Of an event in the trail, and of the request it was made by. */
  readonly eventId: string;
  readonly otherEventId: string;
  readonly requestId: string;
  /** Another tenant, which the colleague owns alone. */
  readonly otherTenantId: string;
  readonly tenantName: string;
  readonly personName: string;
  readonly email: string;
  readonly callCursor: string;
  readonly phoneNumberCursor: string;
  readonly memberCursor: string;
  readonly invitationId: string;
  readonly invitationCursor: string;
  readonly eventCursor: string;
  readonly receiptCursor: string;
}

/** Somebody with a tenant of their own in which there are rows of every kind. */
export interface Customer extends Person, Ids {
  /** Of an open invitation that this tenant has sent. */
  readonly givenToken: string;
  /** What the preview of an erasure has given. */
  readonly erasure: Readonly<{ number: string; confirm: string }>;
  /** As the mails had them. */
  readonly mailTokens: Readonly<Record<AccountPurpose, string>>;
  /** Of a preview: what lets the calls of the phone number be deleted. */
  readonly deletionConfirm: string;
  /** What only this customer knows and no table holds as it is. */
  readonly secrets: readonly string[];
}

interface Making {
  /** In the tenant; with any but owner, somebody else owns it. */
  readonly role?: Role;
  /** When the rows were made. */
  readonly since?: string;
}

export async function customer(
  app: TestApp,
  name: string,
  { role = 'owner', since = '2025-01-31T09:30:00Z' }: Making = {},
): Promise<Customer> {
  const mark: Mark = (field) => `${name}-${field}-${randomBytes(6).toString('hex')}`;
  const tenantName = mark('tenant');
  const personName = mark('name');
  const person = await register(app, name, { name: personName, tenantName });
  const credentials = await saveCredentials(person);
  const other = await login(app, person.email);
  const named = await plant(app, person, { mark, since });
  const mailTokens = await tokensOf(app, person, mark);
  const colleagueId = await colleague(app, person, 'member');
  const given = await openInvitation(app, {
    tenantId: person.tenantId,
    inviter: await colleague(app, person, 'admin'),
    email: `${mark('invited')}@example.com`,
  });
  const number = '+33612345678';
  const { body: preview } = await person.client.post('/callers/erase-preview', { number });
  const eventCursor = await cursorOf(person, '/audit');
  const filter = { phoneNumberId: named.phoneNumberId };
  const deletion = await person.client.post('/calls/delete-preview', { filter });
  const deletionConfirm = deletion.body.confirm as string;
  if (role !== 'owner') await demote(app, person, role);
  return {
    ...person,
    ...named,
    tenantName,
    mailTokens,
    personName,
    colleagueId,
    invitationId: given.id,
    givenToken: given.token,
    otherTenantId: await tenantOf(app, colleagueId),
    sessionId: claimsOf(other.accessToken).sid,
    callCursor: await cursorOf(person, '/calls'),
    deletionConfirm,
    phoneNumberCursor: await cursorOf(person, '/phone-numbers'),
    memberCursor: await cursorOf(person, '/tenant/members'),
    eventCursor,
    receiptCursor: await cursorOf(person, '/callers/receipts'),
    erasure: { number, confirm: preview.confirm },
    invitationCursor: await cursorOf(person, '/tenant/invitations'),
    secrets: [
      ...credentials,
      given.token,
      ...[person.accessToken, person.refreshToken, other.refreshToken],
      ...Object.values(mailTokens),
    ],
  };
}

async function plant(app: TestApp, person: Person, how: { mark: Mark; since: string }) {
  const rows = rowsOf(person, how);
  for (const [table, some] of Object.entries(rows)) await insert(app, table, some);
  for (const [table, { key, to }] of Object.entries(changesOf(how.mark))) {
    const ofTenant = key === 'tenant_id' || table === 'tenants';
    const id = ofTenant ? person.tenantId : person.userId;
    await update(app, table, { key, id, to });
  }
  const idOf = (table: string) => rows[table]?.[0]?.id as string;
  return {
    callId: idOf('calls'),
    phoneNumberId: idOf('phone_numbers'),
    jobId: idOf('pgboss.job'),
    eventId: idOf('audit_events'),
    otherEventId: rows.audit_events?.[1]?.id as string,
    requestId: rows.audit_events?.[0]?.request_id as string,
  };
}

/** One of each kind, in the place of what registration has sent. */
async function tokensOf(
  app: TestApp,
  { userId, email }: Person,
  mark: Mark,
): Promise<Customer['mailTokens']> {
  const mailTokens = app.app.get(MailTokens);
  const made = (purpose: AccountPurpose) => {
    const id = randomUUID();
    const { nonce, hash } = mailTokens.issue(purpose, id);
    const to = purpose === 'email-change' ? `${mark('to').toLowerCase()}@example.com` : email;
    const row = {
      ...{ id, user_id: userId, purpose, email: to, replaced_email: mark('before') },
      ...{ nonce: `\\x${nonce.toString('hex')}`, token_hash: `\\x${hash.toString('hex')}` },
      ...{ created_at: '2025-01-31', expires_at: '2099-01-01' },
    };
    return { row, token: mailTokens.tokenFor(purpose, { id, nonce, hash }) ?? '' };
  };
  const [verification, reset, change] = [
    made('verify-email'),
    made('password-reset'),
    made('email-change'),
  ];
  await app.sql('DELETE FROM account_tokens WHERE user_id = $1', [userId]);
  await insert(
    app,
    'account_tokens',
    [verification, reset, change].map(({ row }) => row),
  );
  return {
    'verify-email': verification.token,
    'password-reset': reset.token,
    'email-change': change.token,
  };
}

async function cursorOf({ client }: Person, list: string): Promise<string> {
  return (await client.get(`${list}?limit=1`)).body.nextCursor;
}

/** Ids of the same form that were never given to anything. */
export const absent = (of: Ids): Ids => ({
  tenantId: randomUUID(),
  userId: randomUUID(),
  colleagueId: randomUUID(),
  callId: randomUUID(),
  phoneNumberId: randomUUID(),
  sessionId: randomUUID(),
  jobId: randomUUID(),
  invitationId: randomUUID(),
  eventId: randomUUID(),
  otherEventId: randomUUID(),
  requestId: randomUUID(),
  otherTenantId: randomUUID(),
  tenantName: randomUUID(),
  personName: randomUUID(),
  email: `${randomUUID()}@example.com`,
  callCursor: madeUp(of.callCursor),
  phoneNumberCursor: madeUp(of.phoneNumberCursor),
  memberCursor: madeUp(of.memberCursor),
  invitationCursor: madeUp(of.invitationCursor),
  eventCursor: madeUp(of.eventCursor),
  receiptCursor: madeUp(of.receiptCursor),
});

/** The cursor with another MAC: of the right form, but given to nobody. */
const madeUp = (cursor: string) => `${randomBytes(12).toString('base64url')}${cursor.slice(16)}`;

/** Through the API, as only it can seal them. */
async function saveCredentials({ client }: Person): Promise<string[]> {
  const apiKey = randomBytes(24).toString('hex');
  const accountSid = `AC${randomBytes(16).toString('hex')}`;
  const authToken = randomBytes(16).toString('hex');
  await client.post('/vapi-settings', { apiKey });
  await client.post('/twilio-settings', { accountSid, authToken });
  const mask = (text: string) => `${text.slice(0, 4)}…${text.slice(-4)}`;
  return [apiKey, mask(apiKey), accountSid, authToken, mask(authToken)];
}

const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { sid: string };
