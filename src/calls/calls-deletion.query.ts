import type { CallFilter } from './calls-deletion.dto';
import { chosenCalls } from './calls.query';

/** Of one deletion. */
export const MOST_DELETED = 100_000;

export interface Chosen {
  readonly count: number;
  readonly oldest: Date | null;
  readonly newest: Date | null;
  /** Of which calls it is: the same calls in any order have the same one. */
  readonly fingerprint: string;
  readonly ids: string[];
}

/** What a filter chooses, and one more than may be deleted at most; its ids when they are `wanted`. */
export function callsToDelete(tenantId: string, filter: CallFilter, wanted: boolean) {
  const { where, parameters, bind } = chosenCalls(tenantId, { ...filter, order: 'desc' }, null);
  const ids = wanted ? 'coalesce(array_agg(id), ARRAY[]::uuid[])' : 'ARRAY[]::uuid[]';
  const sql = `SELECT count(*)::int AS count, min(sorted_at) AS oldest, max(sorted_at) AS newest,
      coalesce(bit_xor(uuid_hash_extended(id, 0)), 0)::text AS fingerprint, ${ids}::text[] AS ids
    FROM (SELECT id, sorted_at FROM calls WHERE ${where} LIMIT ${bind(MOST_DELETED + 1)}) chosen`;
  return { sql, parameters };
}

export const deleteCalls =
  'DELETE FROM calls WHERE tenant_id = $1 AND id = ANY($2::uuid[]) RETURNING id';
