import type { IsolationEntry } from './operations';

/** Statistics, tags and deletions. */
export const onManyCalls: Readonly<Record<string, IsolationEntry>> = {
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
