import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Position } from '../kernel/http/keyset';

/** Which events; a filter that is left out lets all through. */
export interface EventFilter {
  readonly tenantId?: string | undefined;
  readonly actorId?: string | undefined;
  /** As a tenant asks it: what somebody did as an operator is not found under his id. */
  readonly memberId?: string | undefined;
  /** The beginning of the action. */
  readonly action?: string | undefined;
  readonly target?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

interface Wanted {
  /** Columns of `audit_events` beside `id` and `at`. */
  readonly columns: readonly string[];
  /** What to answer of them, as `e`, and of what is joined. */
  readonly shown: string;
  readonly joined?: string;
  readonly filter: EventFilter;
  readonly after: Position | null;
  readonly limit: number;
}

type Bind = (value: unknown) => string;

/** Bytewise, as these comparisons are leakproof and LIKE is not: policies let their index be used. */
const byPrefix = (prefix: string, bind: Bind) =>
  `e.action ~>=~ ${bind(prefix)} AND e.action ~<~ ${bind(`${prefix}~`)}`;

const conditions: Readonly<Record<keyof EventFilter, (value: string, bind: Bind) => string>> = {
  tenantId: (value, bind) => `e.tenant_id = ${bind(value)}`,
  actorId: (value, bind) => `e.actor_id = ${bind(value)}`,
  memberId: (value, bind) => `e.actor_id = ${bind(value)} AND NOT e.by_operator`,
  action: byPrefix,
  target: (value, bind) => `e.target = ${bind(value)}`,
  from: (value, bind) => `e.at >= ${bind(value)}`,
  to: (value, bind) => `e.at < ${bind(value)}`,
};
const names = Object.keys(conditions) as (keyof EventFilter)[];

const POSITION = '(extract(epoch FROM e.at) * 1000000)::bigint::text AS at, e.id';

/** One page of the trail by key, the newest first: for a tenant of its own, for operators of everybody's. */
@Injectable()
export class AuditSearch {
  /** What a cursor belongs to. */
  scopeOf(list: string, filter: EventFilter): string[] {
    return [list, 'audit', ...names.map((name) => filter[name] ?? '')];
  }

  page<Row>(em: EntityManager, wanted: Wanted): Promise<(Row & Position)[]> {
    const { sql, parameters } = this.query(wanted);
    return em.query<(Row & Position)[]>(sql, parameters);
  }

  /** What is joined is looked up for the rows of the page alone. */
  query({ columns, shown, joined = '', filter, after, limit }: Wanted) {
    const parameters: unknown[] = [];
    const bind: Bind = (value) => `$${parameters.push(value)}`;
    const where = names.flatMap((name) => {
      const value = filter[name];
      return value === undefined ? [] : [conditions[name](value, bind)];
    });
    if (after) {
      const at = `timestamptz 'epoch' + ${bind(after.at)}::bigint * interval '1 microsecond'`;
      where.push(`(e.at, e.id) < (${at}, ${bind(after.id)}::uuid)`);
    }
    const read = ['id', 'at', ...columns].map((name) => `e.${name}`).join(', ');
    const condition = where.length > 0 ? `WHERE ${where.join(' AND ')}` : '';
    const sql = `WITH e AS MATERIALIZED (
        SELECT ${read} FROM audit_events e ${condition} ORDER BY e.at DESC, e.id DESC LIMIT ${bind(limit)})
      SELECT ${shown}, ${POSITION} FROM e ${joined} ORDER BY e.at DESC, e.id DESC`;
    return { sql, parameters };
  }
}
