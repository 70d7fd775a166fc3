import { instant, summary } from './calls.query';
import type { CallSummaryRow } from './calls.view';

/** Events of one page: what a slow client makes the server hold. A summary has up to 20,000 characters. */
export const PAGE = 20;

/** One event with its call as it is now: nothing of it, `id` not either, when the call has gone. */
export interface CallEventRow extends CallSummaryRow {
  readonly position: number;
  readonly type: 'created' | 'updated' | 'deleted' | 'reset';
  readonly callId: string | null;
}

const micros = (at: string) => `(extract(epoch FROM ${at}) * 1000000)::float8`;

/** The last event of a tenant, and the earliest one from which on all are there. */
export const REACH = `
  SELECT coalesce(max(${micros('last_at')}), 0) AS last, ${micros(`now() - interval '1 hour'`)} AS oldest
    FROM call_feeds WHERE tenant_id = $1`;

/** Columns without a table are those of the call. */
export const EVENTS = `
  SELECT ${micros('e.at')} AS position, e.type, e.call_id AS "callId", ${summary}
    FROM call_events e LEFT JOIN calls c ON c.tenant_id = e.tenant_id AND c.id = e.call_id
   WHERE e.tenant_id = $1 AND e.at > ${instant('$2::bigint')} ORDER BY e.at LIMIT ${PAGE}`;
