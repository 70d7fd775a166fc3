import type { Position } from '../kernel/http/keyset';
import type { ListCalls } from './calls.dto';

const summary = `id, customer, status, direction, started_at AS "startedAt", ended_at AS "endedAt",
  duration_seconds AS "durationSeconds", summary, phone_number_id AS "phoneNumberId", cost::float8 AS cost,
  ended_reason AS "endedReason", created_at AS "createdAt"`;

const columns = `${summary},
  (extract(epoch FROM greatest(least(sorted_at, '9999-12-31'), '0001-01-01')) * 1000000)::bigint::text AS at`;

/** A Call by tenant and id, as the entity would be. */
export const ONE_CALL = `SELECT tenant_id AS "tenantId", ${summary}, transcript, messages, recording_url AS "recordingUrl",
    provider, provider_call_id AS "providerCallId", notes, tags, erased_at AS "erasedAt", updated_at AS "updatedAt"
  FROM calls WHERE tenant_id = $1 AND id = $2`;

type Filter = Exclude<keyof ListCalls, 'limit' | 'cursor' | 'order'>;

const conditions: Readonly<Record<Filter, string>> = {
  status: 'status =',
  direction: 'direction =',
  customer: 'customer =',
  phoneNumberId: 'phone_number_id =',
  startedAtGe: 'sorted_at >=',
  startedAtGt: 'sorted_at >',
  startedAtLe: 'sorted_at <=',
  startedAtLt: 'sorted_at <',
};
const filters = Object.keys(conditions) as Filter[];

/** In two parts: interval arithmetic is floating point, which from the year 2255 on cannot hold microseconds. */
const instant = (at: string) =>
  `timestamptz 'epoch' + ${at} / 86400000000 * interval '24 hours' + ${at} % 86400000000 * interval '1 microsecond'`;

/** What a cursor belongs to: tenant, list, order and filters. */
export function scopeOf(tenantId: string, query: ListCalls): string[] {
  return [tenantId, 'calls', query.order, ...filters.map((name) => query[name] ?? '')];
}

/**
 * One page of a tenant's calls by key: raw SQL, as hydrating entities would halve the throughput of the busiest route.
 * Calls without a start (the earlier system has some) sort, and are filtered, by when they were recorded.
 */
export function pageOfCalls(tenantId: string, query: ListCalls, after: Position | null) {
  const parameters: unknown[] = [tenantId];
  const bind = (value: unknown) => `$${parameters.push(value)}`;
  const where = ['tenant_id = $1'];
  for (const name of filters) {
    if (query[name] !== undefined) where.push(`${conditions[name]} ${bind(query[name])}`);
  }
  const [comparison, direction] = query.order === 'asc' ? ['>', 'ASC'] : ['<', 'DESC'];
  if (after) {
    const at = instant(`${bind(after.at)}::bigint`);
    where.push(`(sorted_at, id) ${comparison} (${at}, ${bind(after.id)}::uuid)`);
  }
  const sql = `SELECT ${columns} FROM calls WHERE ${where.join(' AND ')}
    ORDER BY sorted_at ${direction}, id ${direction} LIMIT ${bind(query.limit + 1)}`;
  return { sql, parameters };
}
