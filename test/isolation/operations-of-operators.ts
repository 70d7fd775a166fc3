import type { IsolationEntry } from './operations';

export const notAnOperator = [403, 'operator.required'] as const;

/** The part of `operations` that is asked as an operator. */
export const ofOperators: Readonly<Record<string, IsolationEntry>> = {
  'GET /admin/counts': { ok: 200 },
  'GET /admin/tenants': {
    ok: 200,
    ids: { query: { id: 'tenantId' }, cursor: { cursor: 'callCursor' } },
    foreign: { query: notAnOperator, cursor: notAnOperator },
    shows: ['tenantId', 'tenantName'],
  },
  'GET /admin/tenants/{id}': {
    ok: 200,
    ids: { path: { id: 'tenantId' } },
    foreign: { path: notAnOperator },
  },
  // Not the one that the operator acts from.
  'POST /admin/tenants/{id}/suspend': {
    ok: 200,
    body: () => ({ reason: 'Not paid.' }),
    ids: { path: { id: 'otherTenantId' } },
    foreign: { path: notAnOperator },
  },
  'POST /admin/tenants/{id}/resume': {
    ok: 200,
    ids: { path: { id: 'otherTenantId' } },
    foreign: { path: notAnOperator },
  },
  'GET /admin/users': {
    ok: 200,
    ids: { query: { id: 'userId' }, cursor: { cursor: 'callCursor' } },
    foreign: { query: notAnOperator, cursor: notAnOperator },
    shows: ['userId', 'email', 'personName', 'tenantId', 'tenantName', 'colleagueId'],
  },
  'GET /admin/users/{id}': {
    ok: 200,
    ids: { path: { id: 'userId' } },
    foreign: { path: notAnOperator },
  },
  'POST /admin/users/{id}/end-sessions': {
    ok: 204,
    ids: { path: { id: 'colleagueId' } },
    foreign: { path: notAnOperator },
  },
  'GET /admin/audit': {
    ok: 200,
    ids: {
      query: { tenantId: 'tenantId', actorId: 'userId' },
      cursor: { cursor: 'callCursor' },
    },
    foreign: { query: notAnOperator, cursor: notAnOperator },
    shows: ['tenantId', 'userId', 'eventId', 'otherEventId', 'requestId'],
  },

  'GET /admin/security-report': { ok: 200 },

  'GET /admin/jobs': {
    ok: 200,
    ids: { cursor: { cursor: 'callCursor' } },
    foreign: { cursor: notAnOperator },
    shows: ['tenantId', 'jobId'],
  },
  'POST /admin/jobs/{id}/retry': {
    ok: 204,
    ids: { path: { id: 'jobId' } },
    foreign: { path: notAnOperator },
  },
};
