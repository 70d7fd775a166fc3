import type { IsolationEntry } from './operations';

/** Imports, streams, statistics, tags and deletions. */
export const onManyCalls: Readonly<Record<string, IsolationEntry>> = {
  'POST /calls/import': {
    ok: 200,
    lines: true,
    body: () => ({ startedAt: '2025-01-31T09:30:00Z', direction: 'inbound', status: 'ended' }),
    ids: { body: { phoneNumberId: 'phoneNumberId' } },
    foreign: { body: [200] },
  },
  'GET /calls/stream': { ok: 200 },
  'GET /calls/stats': { ok: 200 },
  'GET /calls/tags': { ok: 200 },
  'POST /calls/delete-preview': {
    ok: 200,
    ids: { body: { 'filter.phoneNumberId': 'phoneNumberId' } },
    foreign: { body: [200] },
  },
  'POST /calls/delete': {
    ok: 200,
    body: ({ deletionConfirm }) => ({ confirm: deletionConfirm }),
    ids: { body: { 'filter.phoneNumberId': 'phoneNumberId' } },
    foreign: { body: [409, 'call.selection_changed'] },
  },
};
