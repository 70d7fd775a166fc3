import { password } from '../support/people';
import type { Customer, Ids } from './customer';

/** Where a request can name something: the id of somebody else is put into each of these in turn. */
export type Place = 'path' | 'query' | 'body' | 'cursor';
export type Outcome = readonly [status: number, code?: string];

/**
 * What the matrix has to know of an operation. A new route gets its entry here, and nothing else: the suite fails
 * until it has one, and until every id that the API document shows stands in `ids`.
 */
export interface IsolationEntry {
  /** The least role that may call it; `public` needs no token, an `operator` is one whatever the role. */
  readonly who: 'public' | 'member' | 'admin' | 'owner' | 'operator';
  /** Status of the caller's own, valid request. */
  readonly ok: number;
  readonly body?: (own: Customer) => object;
  /** Fields that take an id → which id of a customer. `query` names those that can be left out. */
  readonly ids?: Readonly<Partial<Record<Place, Readonly<Record<string, keyof Ids>>>>>;
  /** What somebody else's id is answered with, the same as an id that never existed. */
  readonly foreign?: Readonly<Partial<Record<Place, Outcome>>>;
  /** Which ids of others an operator is shown. */
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
const inAnotherTenant = {
  ids: { body: { tenantId: 'tenantId' } },
  foreign: { body: [404, 'tenant.not_found'] },
} as const;
const refusedCursor = [400, 'cursor.invalid'] as const;
export const notAnOperator = [403, 'operator.required'] as const;

export const operations: Readonly<Record<string, IsolationEntry>> = {
  'POST /auth/register': {
    who: 'public',
    ok: 201,
    body: ({ userId }) => ({ email: `new.${userId}@example.com`, password }),
  },
  'POST /auth/login': {
    who: 'public',
    ok: 200,
    body: ({ email }) => ({ email, password }),
    ...inAnotherTenant,
  },
  'POST /auth/refresh': {
    who: 'public',
    ok: 200,
    body: ({ refreshToken }) => ({ refreshToken }),
  },
  'POST /auth/tenant': { who: 'member', ok: 200, ...inAnotherTenant },
  'POST /auth/logout': { who: 'member', ok: 204 },
  'GET /auth/sessions': { who: 'member', ok: 200 },
  'DELETE /auth/sessions/{id}': {
    who: 'member',
    ok: 204,
    ids: { path: { id: 'sessionId' } },
    foreign: { path: [404, 'session.not_found'] },
  },
  'POST /auth/password': {
    who: 'member',
    ok: 204,
    body: () => ({ currentPassword: password, newPassword: `${password} anew` }),
  },

  'GET /me': { who: 'member', ok: 200 },
  'PATCH /me': { who: 'member', ok: 200, body: () => ({ name: 'Renamed', locale: 'fr' }) },
  'DELETE /me': { who: 'member', ok: 204, body: () => ({ password }) },

  'GET /tenants': { who: 'member', ok: 200 },
  'GET /tenant': { who: 'member', ok: 200 },
  'PATCH /tenant': { who: 'admin', ok: 200, body: () => ({ name: 'Renamed' }) },
  'DELETE /tenant': {
    who: 'owner',
    ok: 204,
    body: ({ tenantName }) => ({ password, confirm: tenantName }),
  },

  'GET /vapi-settings': { who: 'member', ok: 200 },
  'POST /vapi-settings': {
    who: 'member',
    ok: 200,
    body: () => ({ apiKey: 'sk_changed_0123456789' }),
  },
  'DELETE /vapi-settings': { who: 'member', ok: 204 },
  'POST /vapi-settings/verify': { who: 'member', ok: 200 },
  'POST /vapi-settings/reveal': { who: 'member', ok: 200, body: () => ({ password }) },
  'GET /twilio-settings': { who: 'member', ok: 200 },
  'POST /twilio-settings': {
    who: 'member',
    ok: 200,
    body: () => ({ accountSid: `AC${'c'.repeat(32)}`, authToken: 'c'.repeat(32) }),
  },
  'DELETE /twilio-settings': { who: 'member', ok: 204 },
  'POST /twilio-settings/verify': { who: 'member', ok: 200 },
  'POST /twilio-settings/reveal': { who: 'member', ok: 200, body: () => ({ password }) },
  'GET /credentials/usage': { who: 'member', ok: 200 },

  'GET /ava-profile': { who: 'member', ok: 200 },
  'GET /ava-profile/options': { who: 'member', ok: 200 },
  'PUT /ava-profile': {
    who: 'admin',
    ok: 200,
    body: () => ({ name: 'Eva', voice: 'nova', tone: 'warm' }),
  },
  'PATCH /ava-profile': { who: 'admin', ok: 200, body: () => ({ tone: 'warm' }) },

  'GET /phone-numbers': {
    who: 'member',
    ok: 200,
    ids: { cursor: { cursor: 'phoneNumberCursor' } },
    foreign: { cursor: refusedCursor },
  },
  'POST /phone-numbers': { who: 'admin', ok: 201, body: () => ({ number: '+33612345678' }) },
  'GET /phone-numbers/{id}': { who: 'member', ok: 200, ...byNumber },
  'PATCH /phone-numbers/{id}': {
    who: 'admin',
    ok: 200,
    body: () => ({ label: 'Renamed' }),
    ...byNumber,
  },
  'DELETE /phone-numbers/{id}': { who: 'admin', ok: 204, ...byNumber },

  'GET /calls': {
    who: 'member',
    ok: 200,
    ids: { query: { phoneNumberId: 'phoneNumberId' }, cursor: { cursor: 'callCursor' } },
    // A filter that no call of the tenant meets: an empty list.
    foreign: { query: [200], cursor: refusedCursor },
  },
  'POST /calls': {
    who: 'member',
    ok: 201,
    body: () => ({ startedAt: '2025-01-31T09:30:00Z', direction: 'inbound', status: 'ended' }),
    ids: { body: { phoneNumberId: 'phoneNumberId' } },
    foreign: { body: [400, 'request.invalid'] },
  },
  'GET /calls/{id}': { who: 'member', ok: 200, ...byCall },
  'PATCH /calls/{id}': { who: 'admin', ok: 200, body: () => ({ notes: 'Changed' }), ...byCall },
  'DELETE /calls/{id}': { who: 'admin', ok: 204, ...byCall },

  'GET /onboarding': { who: 'member', ok: 200 },
  'PATCH /onboarding': { who: 'member', ok: 200, body: () => ({ flags: { vapi_skipped: true } }) },

  'GET /admin/security-report': { who: 'operator', ok: 200 },

  'GET /admin/jobs': {
    who: 'operator',
    ok: 200,
    ids: { cursor: { cursor: 'callCursor' } },
    foreign: { cursor: notAnOperator },
    shows: ['tenantId', 'jobId'],
  },
  'POST /admin/jobs/{id}/retry': {
    who: 'operator',
    ok: 204,
    ids: { path: { id: 'jobId' } },
    foreign: { path: notAnOperator },
  },

  'GET /health/live': { who: 'public', ok: 200 },
  'GET /health/ready': { who: 'public', ok: 200 },
};
