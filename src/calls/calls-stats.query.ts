import { PLANNED_ANEW } from '../kernel/database/named-statements';
import type { Bucket } from './calls-stats.dto';

/** The rows that are no buckets; those are numbered from 1. */
export const ALL = -1;
export const BEFORE = 0;

export interface Asked {
  readonly from: string;
  readonly to: string;
  readonly bucket: Bucket;
  readonly timeZone: string;
}

interface CallKinds {
  readonly byStatus: { status: string | null; calls: number }[];
  readonly byEndedReason: { endedReason: string | null; calls: number }[];
}

export interface OutcomesRow extends CallKinds {
  readonly key: number;
  readonly start: Date;
  readonly calls: number;
  readonly answered: number;
}

export interface AmountsRow {
  readonly key: number;
  readonly cost: number;
  readonly mean: number | null;
  readonly p50: number | null;
  readonly p95: number | null;
}

/** How many states, and how many reasons, are told: the most frequent of the period and the one before. */
const MOST_KINDS = 20;

/** States in which somebody has taken the call; `completed` is Twilio's word for ended. */
const TAKEN = ['in-progress', 'forwarding', 'ended', 'completed'];
/** Reasons by which nobody did all the same (Vapi's names); so do all that begin with `call.start.error`. */
const NOT_TAKEN = [
  'customer-busy',
  'customer-did-not-answer',
  'customer-did-not-give-microphone-permission',
  'assistant-not-found',
  'assistant-request-failed',
  'assistant-request-returned-error',
  'manually-canceled',
  'twilio-failed-to-connect-call',
  'twilio-reported-customer-misdialed',
  'vonage-failed-to-connect-call',
  'vonage-rejected',
  'voicemail',
];
const list = (words: readonly string[]) => words.map((word) => `'${word}'`).join(', ');
const ANSWERED = `(status IN (${list(TAKEN)}) AND coalesce(ended_reason NOT IN (${list(NOT_TAKEN)})
  AND NOT starts_with(ended_reason, 'call.start.error'), true))`;

/** Where the buckets begin: hours, or midnights of the zone, the first of two where a day has two (Havana). */
function edgesOf(bucket: Bucket): string {
  if (bucket === 'hour')
    return `SELECT DISTINCT date_trunc('hour', g, $4) AS edge
      FROM generate_series(date_trunc('hour', $2::timestamptz, $4), $3::timestamptz - interval '1 us', interval '1 hour') g`;
  return `SELECT DISTINCT CASE WHEN (midnight - interval '1 hour') AT TIME ZONE $4 >= g
        THEN midnight - interval '1 hour' ELSE midnight END AS edge
      FROM generate_series(date_trunc('${bucket}', $2::timestamptz AT TIME ZONE $4),
        ($3::timestamptz - interval '1 us') AT TIME ZONE $4, interval '1 ${bucket}') g
      CROSS JOIN LATERAL (SELECT g AT TIME ZONE $4 AS midnight) m`;
}

/** As long a time before: in hours as they pass, otherwise as the clock on the wall has it, so that a week is before a week. */
function beginningBefore(bucket: Bucket): string {
  const passed = '$2::timestamptz - ($3::timestamptz - $2::timestamptz)';
  if (bucket === 'hour') return passed;
  const [from, to] = ['($2::timestamptz AT TIME ZONE $4)', '($3::timestamptz AT TIME ZONE $4)'];
  return `CASE WHEN ${to} > ${from} THEN least((${from} - (${to} - ${from})) AT TIME ZONE $4, $2) ELSE ${passed} END`;
}

/** How many calls of each key had which state or reason. */
const kindsOf = (column: 'status' | 'ended_reason', as: 'status' | 'endedReason') => `
  SELECT o.key, json_agg(json_build_object('${as}', o.kind, 'calls', o.calls) ORDER BY o.calls DESC, o.kind) AS list
    FROM (SELECT key, ${column} AS kind, sum(calls)::int AS calls FROM outcomes GROUP BY key, ${column}) o
    JOIN (SELECT ${column} AS kind FROM outcomes WHERE key IN (${ALL}, ${BEFORE})
           GROUP BY ${column} ORDER BY sum(calls) DESC, ${column} LIMIT ${MOST_KINDS}) most
      ON most.kind IS NOT DISTINCT FROM o.kind
   GROUP BY o.key`;

/** The calls of the tenant in a range; `r` is the range. */
const CALLS = 'calls WHERE tenant_id = $1 AND sorted_at >= r.begins AND sorted_at < r.ends';
const AMOUNTS = `coalesce(sum(cost), 0)::float8 AS cost, round(avg(duration_seconds), 1)::float8 AS mean,
  percentile_disc(ARRAY[0.5, 0.95]) WITHIN GROUP (ORDER BY duration_seconds) AS parts`;

/** Each bucket, and the time before. Planned for the tenant: a plan for one of average size takes the largest three times as long. */
const ranges = (bucket: Bucket) => `${PLANNED_ANEW}
  WITH edges AS MATERIALIZED (${edgesOf(bucket)}),
  ranges AS MATERIALIZED (
    SELECT key, greatest(edge, $2) AS begins, lead(edge, 1, $3) OVER (ORDER BY edge) AS ends, edge AS start
      FROM (SELECT edge, row_number() OVER (ORDER BY edge)::int AS key FROM edges) e
    UNION ALL SELECT ${BEFORE}, before, $2, before FROM (SELECT ${beginningBefore(bucket)} AS before) b)`;

/**
 * A row a key, from the index alone: each bucket counts its outcomes, of which the whole period is made. What was found is
 * joined FULL, though nothing is without its key: PostgreSQL, which takes it for a few rows, would otherwise try each with each.
 */
export function outcomesOfCalls(tenantId: string, { from, to, bucket, timeZone }: Asked) {
  const sql = `${ranges(bucket)},
  groups AS MATERIALIZED (
    SELECT r.key, g.*, ${ANSWERED} AS answered FROM ranges r CROSS JOIN LATERAL (
      SELECT status, ended_reason, count(*)::int AS calls FROM ${CALLS} GROUP BY status, ended_reason) g),
  outcomes AS MATERIALIZED (
    SELECT * FROM groups
    UNION ALL
    SELECT ${ALL}, status, ended_reason, sum(calls)::int, answered
      FROM groups WHERE key > ${BEFORE} GROUP BY status, ended_reason, answered),
  sums AS (
    SELECT key, sum(calls)::int AS calls, coalesce(sum(calls) FILTER (WHERE answered), 0)::int AS answered
      FROM outcomes GROUP BY key)
  SELECT k.key, k.start, coalesce(calls, 0) AS calls, coalesce(answered, 0) AS answered,
         coalesce(s.list, '[]') AS "byStatus", coalesce(e.list, '[]') AS "byEndedReason"
    FROM (SELECT key, start FROM ranges UNION ALL SELECT ${ALL}, $2) k FULL JOIN sums USING (key)
    FULL JOIN (${kindsOf('status', 'status')}) s USING (key) FULL JOIN (${kindsOf('ended_reason', 'endedReason')}) e USING (key)
   ORDER BY k.key`;
  return { sql, parameters: [tenantId, from, to, timeZone] };
}

/** A row for each key that has calls: costs, and durations, which are sorted as they come, for the bucket and for the whole at once. */
export function amountsOfCalls(tenantId: string, { from, to, bucket, timeZone }: Asked) {
  const sql = `${ranges(bucket)},
  amounts AS (
    SELECT coalesce(key, ${ALL}) AS key, ${AMOUNTS} FROM (SELECT * FROM ranges WHERE key > ${BEFORE} ORDER BY key) r
      CROSS JOIN LATERAL (SELECT cost, duration_seconds FROM ${CALLS}) c GROUP BY ROLLUP (key)
    UNION ALL
    SELECT r.key, b.* FROM ranges r CROSS JOIN LATERAL (SELECT ${AMOUNTS} FROM ${CALLS}) b WHERE r.key = ${BEFORE})
  SELECT key, cost, mean, parts[1] AS p50, parts[2] AS p95 FROM amounts`;
  return { sql, parameters: [tenantId, from, to, timeZone] };
}

export const tagsOfCalls = `
  SELECT tag, count(*)::int AS calls FROM calls CROSS JOIN unnest(tags) AS tag
   WHERE tenant_id = $1 AND tags <> '{}' GROUP BY tag ORDER BY calls DESC, tag LIMIT 1000`;
