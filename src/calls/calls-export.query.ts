import type { Position } from '../kernel/http/keyset';
import { AT, chosenCalls, type ChosenCalls } from './calls.query';

/** A page has so many calls at most, and so many bytes but for its last call: a transcript may have megabytes. */
const MOST_CALLS = 500;
const MOST_BYTES = 1024 * 1024;

/** What a call takes, told without reading what is stored apart; of messages that is their compressed size. */
const weight = `400 + coalesce(octet_length(transcript), 0) + coalesce(octet_length(summary), 0)
  + coalesce(octet_length(notes), 0) + 8 * coalesce(pg_column_size(messages), 0)`;

const stored = [
  ...[
    'id',
    'customer',
    'status',
    'direction',
    'started_at',
    'ended_at',
    'duration_seconds',
    'summary',
  ],
  ...['phone_number_id', 'cost', 'ended_reason', 'created_at', 'transcript', 'messages'],
  ...['recording_url', 'provider', 'provider_call_id', 'notes', 'tags', 'erased_at', 'sorted_at'],
].join(', ');

const iso = (column: string) =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** Everything of a call that is answered, as `CallView` has it. What is not named here does not leave. */
const shown = {
  id: 'id',
  customer: 'customer',
  status: 'status',
  direction: 'direction',
  startedAt: iso('started_at'),
  endedAt: iso('ended_at'),
  durationSeconds: 'duration_seconds',
  summary: 'summary',
  phoneNumberId: 'phone_number_id',
  cost: 'trim_scale(cost)',
  endedReason: 'ended_reason',
  createdAt: iso('created_at'),
  transcript: 'transcript',
  messages: 'messages',
  recordingUrl: 'recording_url',
  provider: 'provider',
  providerCallId: 'provider_call_id',
  notes: 'notes',
  tags: 'to_json(tags)',
  erasedAt: iso('erased_at'),
} as const;

export type Shown = keyof typeof shown;
export const columnsOfCsv = Object.keys(shown) as Shown[];

const asText = Object.entries(shown).map(([name, value]) => `(${value})::text AS "${name}"`);
const asValues = Object.entries(shown).map(([name, value]) => `${value} AS "${name}"`);
const forms = {
  cells: asText.join(', '),
  json: `row_to_json((SELECT v FROM (SELECT ${asValues.join(', ')}) v))::text AS line`,
} as const;

interface Wanted {
  readonly query: ChosenCalls;
  readonly after: Position | null;
  /** Cells as text under their names, or one `line` of JSON that PostgreSQL writes. */
  readonly form: keyof typeof forms;
}

/** One page by key; it ends before it is too heavy, so only an empty one is behind the last. Ordered by columns, not by the texts of their names. */
export function exportPage(tenantId: string, { query, after, form }: Wanted) {
  const { where, order, direction, parameters, bind } = chosenCalls(tenantId, query, after);
  const sql = `SELECT ${forms[form]}, ${form === 'cells' ? '' : 'id, '}${AT} FROM (
      SELECT ${stored}, sum(weight) OVER (ORDER BY ${order} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
        FROM (SELECT ${stored}, ${weight} AS weight FROM calls WHERE ${where} ORDER BY ${order} LIMIT ${bind(MOST_CALLS)}) page
    ) weighed WHERE before IS NULL OR before < ${bind(MOST_BYTES)}
    ORDER BY weighed.sorted_at ${direction}, weighed.id ${direction}`;
  return { sql, parameters };
}

/** How many there are to export, from a position on. */
export function exportCount(tenantId: string, query: ChosenCalls, after: Position | null) {
  const { where, parameters } = chosenCalls(tenantId, query, after);
  return { sql: `SELECT count(*)::int AS count FROM calls WHERE ${where}`, parameters };
}

export const positionOf = `SELECT id, ${AT} FROM calls WHERE tenant_id = $1 AND id = $2`;
