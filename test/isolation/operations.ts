import { password } from '../support/people';
import type { Customer, Ids } from './customer';
import { onManyCalls } from './operations-on-many-calls';
import { ofOperators } from './operations-of-operators';

/** Where a request can name something: the id of somebody else is put into each of these in turn. */
export type Place = 'path' | 'query' | 'body' | 'cursor';
export type Outcome = readonly [status: number, code?: string];

/**
 * What the matrix has to know of an operation. A new route gets its entry here, and nothing else: the suite fails
 * until it has one, and until every id that the API document shows stands in `ids`.
 */
export interface IsolationEntry {
  /** Status of the caller's own, valid request. */
  readonly ok: number;
  readonly body?: (own: Customer) => object;
  /** The body is sent as a line of NDJSON: what is refused of it is told in the answer of the whole. */
  readonly lines?: true;
  /** Fields that take an id → which id of a customer. `query` names those that can be left out. */
  readonly ids?: Readonly<Partial<Record<Place, Readonly<Record<string, keyof Ids>>>>>;
  /** What somebody else's id is answered with, the same as an id that never existed. */
  readonly foreign?: Readonly<Partial<Record<Place, Outcome>>>;
  /** For who is in a suspended tenant as well. */
  readonly evenWhenSuspended?: true;
  /** What of others an operator is shown. */
  readonly shows?: readonly (keyof Ids)[];
}

const byCall = {
  ids: { path: { id: 'callId' } },
  foreign: { path: [404, 'call.not_found'] },
} as const;
const byNumber = {
  ids: { path: { id: 'phoneNumberId' } },
  foreign: { path: [404, 'phone_number.not_found'] },
} as const;
const byInvitation = {
  ids: { path: { id: 'invitationId' } },
  foreign: { path: [404, 'invitation.not_found'] },
} as const;
const inAnotherTenant = {
  ids: { body: { tenantId: 'tenantId' } },
  foreign: { body: [404, 'tenant.not_found'] },
} as const;
const notAMember = [404, 'member.not_found'] as const;
const refusedCursor = [400, 'cursor.invalid'] as const;

export const operations: Readonly<Record<string, IsolationEntry>> = {
  'POST /auth/register': {
    ok: 201,
    body: ({ userId }) => ({ email: `new.${userId}@example.com`, password }),
  },
  'POST /auth/login': {
    ok: 200,
    body: ({ email }) => ({ email, password }),
    ...inAnotherTenant,
  },
  'POST /auth/refresh': {
    ok: 200,
    body: ({ refreshToken }) => ({ refreshToken }),
  },
  'POST /auth/tenant': { ok: 200, evenWhenSuspended: true, ...inAnotherTenant },
  'POST /auth/logout': { ok: 204, evenWhenSuspended: true },
  'GET /auth/sessions': { ok: 200, evenWhenSuspended: true },
  'DELETE /auth/sessions/{id}': {
    ok: 204,
    evenWhenSuspended: true,
    ids: { path: { id: 'sessionId' } },
    foreign: { path: [404, 'session.not_found'] },
  },
  'POST /auth/password': {
    ok: 204,
    evenWhenSuspended: true,
    body: () => ({ currentPassword: password, newPassword: `${password} anew` }),
  },
  'DELETE /auth/sessions': { ok: 204, evenWhenSuspended: true },
  'POST /auth/verify-email': {
    ok: 204,
    body: ({ mailTokens }) => ({ token: mailTokens['verify-email'] }),
  },
  'POST /auth/verify-email/resend': { ok: 202 },
  'POST /auth/password-reset': { ok: 202, body: ({ email }) => ({ email }) },
  'POST /auth/password-reset/confirm': {
    ok: 204,
    body: ({ mailTokens }) => ({
      token: mailTokens['password-reset'],
      newPassword: `${password} anew`,
    }),
  },
  'POST /auth/email-change/confirm': {
    ok: 204,
    body: ({ mailTokens }) => ({ token: mailTokens['email-change'] }),
  },

  'GET /me': { ok: 200, evenWhenSuspended: true },
  'GET /me/export': { ok: 200, evenWhenSuspended: true },
  'GET /me/deletion-preview': { ok: 200, evenWhenSuspended: true },
  'DELETE /me/email-change': { ok: 204 },
  'PATCH /me': { ok: 200, body: () => ({ name: 'Renamed', locale: 'fr' }) },
  'DELETE /me': { ok: 204, evenWhenSuspended: true, body: () => ({ password }) },

  'GET /tenants': { ok: 200, evenWhenSuspended: true },
  'POST /tenants': { ok: 201, body: () => ({ name: 'Another' }) },
  'GET /tenant': { ok: 200 },
  'PATCH /tenant': { ok: 200, body: () => ({ name: 'Renamed' }) },
  'DELETE /tenant': {
    ok: 204,
    body: ({ tenantName }) => ({ password, confirm: tenantName }),
  },

  'GET /tenant/export': { ok: 200 },
  'GET /tenant/retention': { ok: 200 },
  'GET /tenant/retention/preview': { ok: 200 },
  'PUT /tenant/retention': { ok: 200, body: () => ({ transcriptDays: 90, callDays: null }) },
  'GET /tenant/members': {
    ok: 200,
    ids: { cursor: { cursor: 'memberCursor' } },
    foreign: { cursor: refusedCursor },
  },
  'PATCH /tenant/members/{userId}': {
    ok: 200,
    body: () => ({ role: 'member' }),
    ids: { path: { userId: 'colleagueId' } },
    foreign: { path: notAMember },
  },
  // One's own id: to leave is what every member may.
  'DELETE /tenant/members/{userId}': {
    ok: 204,
    ids: { path: { userId: 'userId' } },
    foreign: { path: notAMember },
  },
  'POST /tenant/transfer': {
    ok: 204,
    body: () => ({ password }),
    ids: { body: { userId: 'colleagueId' } },
    foreign: { body: notAMember },
  },

  'GET /tenant/invitations': {
    ok: 200,
    ids: { cursor: { cursor: 'invitationCursor' } },
    foreign: { cursor: refusedCursor },
  },
  'POST /tenant/invitations': {
    ok: 201,
    body: ({ userId }) => ({ email: `asked.${userId}@example.com`, role: 'member' }),
  },
  'POST /tenant/invitations/{id}/resend': { ok: 200, ...byInvitation },
  'DELETE /tenant/invitations/{id}': { ok: 204, ...byInvitation },
  'POST /invitations/preview': { ok: 200, body: ({ givenToken }) => ({ token: givenToken }) },
  'POST /invitations/decline': { ok: 204, body: ({ givenToken }) => ({ token: givenToken }) },
  'POST /invitations/accept': {
    ok: 201,
    body: ({ givenToken }) => ({ token: givenToken, password }),
  },

  'GET /vapi-settings': { ok: 200 },
  'POST /vapi-settings': {
    ok: 200,
    body: () => ({ apiKey: 'sk_changed_0123456789' }),
  },
  'DELETE /vapi-settings': { ok: 204 },
  'POST /vapi-settings/verify': { ok: 200 },
  'POST /vapi-settings/reveal': { ok: 200, body: () => ({ password }) },
  'GET /twilio-settings': { ok: 200 },
  'POST /twilio-settings': {
    ok: 200,
    body: () => ({ accountSid: `AC${'c'.repeat(32)}`, authToken: 'c'.repeat(32) }),
  },
  'DELETE /twilio-settings': { ok: 204 },
  'POST /twilio-settings/verify': { ok: 200 },
  'POST /twilio-settings/reveal': { ok: 200, body: () => ({ password }) },
  'GET /credentials/usage': { ok: 200 },

  'GET /ava-profile': { ok: 200 },
  'GET /ava-profile/options': { ok: 200 },
  'PUT /ava-profile': {
    ok: 200,
    body: () => ({ name: 'Eva', voice: 'nova', tone: 'warm' }),
  },
  'PATCH /ava-profile': { ok: 200, body: () => ({ tone: 'warm' }) },

  'GET /phone-numbers': {
    ok: 200,
    ids: { cursor: { cursor: 'phoneNumberCursor' } },
    foreign: { cursor: refusedCursor },
  },
  'POST /phone-numbers': { ok: 201, body: () => ({ number: '+33612345678' }) },
  'GET /phone-numbers/{id}': { ok: 200, ...byNumber },
  'PATCH /phone-numbers/{id}': {
    ok: 200,
    body: () => ({ label: 'Renamed' }),
    ...byNumber,
  },
  'DELETE /phone-numbers/{id}': { ok: 204, ...byNumber },

  'GET /calls': {
    ok: 200,
    ids: { query: { phoneNumberId: 'phoneNumberId' }, cursor: { cursor: 'callCursor' } },
    // A filter that no call of the tenant meets: an empty list.
    foreign: { query: [200], cursor: refusedCursor },
  },
  'POST /calls': {
    ok: 201,
    body: () => ({ startedAt: '2025-01-31T09:30:00Z', direction: 'inbound', status: 'ended' }),
    ids: { body: { phoneNumberId: 'phoneNumberId' } },
    foreign: { body: [400, 'request.invalid'] },
  },
  'GET /calls/export': {
    ok: 200,
    ids: { query: { phoneNumberId: 'phoneNumberId' }, cursor: { cursor: 'callCursor' } },
    foreign: { query: [200], cursor: refusedCursor },
  },
  ...onManyCalls,
  'GET /calls/{id}': { ok: 200, ...byCall },
  'PATCH /calls/{id}': { ok: 200, body: () => ({ notes: 'Changed' }), ...byCall },
  'DELETE /calls/{id}': { ok: 204, ...byCall },

  'POST /callers/export': { ok: 200, body: ({ erasure: { number } }) => ({ number }) },
  'POST /callers/erase-preview': { ok: 200, body: ({ erasure: { number } }) => ({ number }) },
  'POST /callers/erase': { ok: 200, body: ({ erasure }) => erasure },
  'GET /callers/receipts': {
    ok: 200,
    ids: { cursor: { cursor: 'receiptCursor' } },
    foreign: { cursor: refusedCursor },
  },

  'GET /onboarding': { ok: 200 },
  'PATCH /onboarding': { ok: 200, body: () => ({ flags: { vapi_skipped: true } }) },

  'GET /audit': {
    ok: 200,
    ids: { query: { actorId: 'userId' }, cursor: { cursor: 'eventCursor' } },
    // Somebody who did nothing in the tenant: an empty list.
    foreign: { query: [200], cursor: refusedCursor },
  },
  'GET /audit/export': {
    ok: 200,
    ids: { query: { actorId: 'userId' } },
    foreign: { query: [200] },
  },

  ...ofOperators,

  'GET /health/live': { ok: 200 },
  'GET /health/ready': { ok: 200 },
};
