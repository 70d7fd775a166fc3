import type { Position } from '../kernel/http/keyset';
import { searchFor } from './call-search';
import type { ListCalls } from './calls.dto';

/** The columns of a CallSummary. */
export const summary = `id, customer, status, direction, started_at AS "startedAt", ended_at AS "endedAt",
  duration_seconds AS "durationSeconds", summary, phone_number_id AS "phoneNumberId", cost::float8 AS cost,
  ended_reason AS "endedReason", created_at AS "createdAt"`;
const MICROSECONDS = `(extract(epoch FROM greatest(least(sorted_at, '9999-12-31'), '0001-01-01')) * 1000000)::bigint::text`;

/** The place of a call in its list, as `Position` has it. */
export const AT = `${MICROSECONDS} AS at`;

/** Columns of a summary; `at` is what the page goes by. */
export const columns = (at = MICROSECONDS) => `${summary}, ${at} AS at`;

/** A Call by tenant and id, as the entity would be. */
export const ONE_CALL = `SELECT tenant_id AS "tenantId", ${summary}, transcript, messages, recording_url AS "recordingUrl",
    provider, provider_call_id AS "providerCallId", notes, tags, erased_at AS "erasedAt", updated_at AS "updatedAt"
  FROM calls WHERE tenant_id = $1 AND id = $2`;

/** Which calls, and in which order. */
export type ChosenCalls = Omit<ListCalls, 'limit' | 'sort'>;
type Filter = Exclude<keyof ChosenCalls, 'cursor' | 'order' | 'q'>;

const conditions: Readonly<Record<Filter, string>> = {
  status: 'status =',
  direction: 'direction =',
  customer: 'customer =',
  phoneNumberId: 'phone_number_id =',
  // Said twice: the first of it chooses the index of the calls that have any.
  tag: `tags <> '{}' AND tags @>`,
  startedAtGe: 'sorted_at >=',
  startedAtGt: 'sorted_at >',
  startedAtLe: 'sorted_at <=',
  startedAtLt: 'sorted_at <',
};
const filters = Object.keys(conditions) as Filter[];

/** In two parts: interval arithmetic is floating point, which from the year 2255 on cannot hold microseconds. */
export const instant = (at: string) =>
  `timestamptz 'epoch' + ${at} / 86400000000 * interval '24 hours' + ${at} % 86400000000 * interval '1 microsecond'`;

/** What a cursor belongs to: tenant, list, order and filters. */
export function scopeOf(
  tenantId: string,
  query: ChosenCalls & Partial<Pick<ListCalls, 'sort'>>,
): string[] {
  const search = query.q === undefined ? [] : [query.sort ?? 'date', query.q];
  return [tenantId, 'calls', query.order, ...filters.map((name) => query[name] ?? ''), ...search];
}

/** Takes a value and answers the parameter that stands for it. */
export type Binding = (value: unknown) => string;

/** The conditions of the filters, but for the search. */
export function callFilters(query: ChosenCalls, bind: Binding): string[] {
  return filters
    .filter((name) => query[name] !== undefined)
    .map((name) => `${conditions[name]} ${bind(name === 'tag' ? [query.tag] : query[name])}`);
}

/**
 * One page of a tenant's calls by key: raw SQL, as hydrating entities would halve the throughput of the busiest route.
 * Calls without a start (the earlier system has some) sort, and are filtered, by when they were recorded.
 */
export function pageOfCalls(tenantId: string, query: ListCalls, after: Position | null) {
  const { where, order, parameters, bind } = chosenCalls(tenantId, query, after);
  const sql = `SELECT ${columns()} FROM calls WHERE ${where}
    ORDER BY ${order} LIMIT ${bind(query.limit + 1)}`;
  return { sql, parameters };
}

/** The conditions and the order of a list, to select from `calls` with. Words are looked for in one call after another. */
export function chosenCalls(tenantId: string, query: ChosenCalls, after: Position | null) {
  const parameters: unknown[] = [tenantId];
  const bind: Binding = (value) => `$${parameters.push(value)}`;
  const where = ['tenant_id = $1', ...callFilters(query, bind)];
  if (query.q !== undefined) {
    const asked = `${bind(JSON.stringify(searchFor(query.q)))}::jsonb`;
    where.push(`(SELECT t.vector @@ (SELECT ava.call_query(${asked}))
      FROM call_texts t WHERE t.tenant_id = $1 AND t.id = calls.id)`);
  }
  const [comparison, direction] = query.order === 'asc' ? ['>', 'ASC'] : ['<', 'DESC'];
  if (after) {
    const at = instant(`${bind(after.at)}::bigint`);
    where.push(`(sorted_at, id) ${comparison} (${at}, ${bind(after.id)}::uuid)`);
  }
  const order = `sorted_at ${direction}, id ${direction}`;
  return { where: where.join(' AND '), order, direction, parameters, bind };
}
