import { Injectable } from '@nestjs/common';
import { sqlstateOf } from '../kernel/database/database-errors';
import { TenantDb } from '../kernel/database/tenant-db';
import { microseconds } from '../kernel/http/instants';
import { Problem } from '../kernel/http/problem';
import type { Principal } from '../kernel/security/principal';
import type { AskStats, Bucket, CallStats, TagCount, TagPage } from './calls-stats.dto';
import {
  ALL,
  BEFORE,
  amountsOfCalls,
  outcomesOfCalls,
  tagsOfCalls,
  type Asked,
  type AmountsRow,
  type OutcomesRow,
} from './calls-stats.query';

const MOST_BUCKETS = 1000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const lengths: Readonly<Record<Bucket, number>> = {
  hour: HOUR,
  day: DAY,
  week: 7 * DAY,
  month: 30 * DAY,
};
const DEFAULT_PERIOD = 30 * DAY;
const ZONE_UNKNOWN = '22023';

/** Figures about the calls of a tenant. */
@Injectable()
export class CallsStatsService {
  constructor(private readonly db: TenantDb) {}

  /** @throws Problem 400 when the period is empty or has too many buckets, or the database does not know the zone */
  async stats(who: Principal, query: AskStats): Promise<CallStats> {
    const asked = periodOf(query);
    try {
      // Side by side: each takes half the time of both, and a call that is saved between them is told by the next answer.
      const [outcomes, amounts] = await Promise.all([
        this.rows<OutcomesRow>(who, outcomesOfCalls(who.tenantId, asked)),
        this.rows<AmountsRow>(who, amountsOfCalls(who.tenantId, asked)),
      ]);
      return viewOf(asked, outcomes, amounts);
    } catch (error) {
      if (sqlstateOf(error) !== ZONE_UNKNOWN) throw error;
      throw Problem.invalid({ field: 'timeZone', code: 'time_zone.invalid' });
    }
  }

  async tags(who: Principal): Promise<TagPage> {
    const items = await this.db.read(who, (em) =>
      em.query<TagCount[]>(tagsOfCalls, [who.tenantId]),
    );
    return { items, nextCursor: null };
  }

  private rows<Row>(
    who: Principal,
    { sql, parameters }: ReturnType<typeof outcomesOfCalls>,
  ): Promise<Row[]> {
    return this.db.read(who, (em) => em.query<Row[]>(sql, parameters));
  }
}

function periodOf({ from, to, bucket, timeZone }: AskStats): Asked {
  const end = to ?? new Date().toISOString();
  const begin = from ?? new Date(Date.parse(end) - DEFAULT_PERIOD).toISOString();
  const length = microseconds(end) - microseconds(begin);
  if (length <= 0) {
    throw Problem.invalid({ field: to === undefined ? 'from' : 'to', code: 'period.empty' });
  }
  if (length > MOST_BUCKETS * lengths[bucket] * 1000) {
    const params = { max: MOST_BUCKETS };
    throw Problem.invalid({ field: 'bucket', code: 'period.too_long', params });
  }
  return { from: begin, to: end, bucket, timeZone };
}

function viewOf(
  { from, to, bucket, timeZone }: Asked,
  outcomes: readonly OutcomesRow[],
  amounts: readonly AmountsRow[],
): CallStats {
  const byKey = new Map(amounts.map((row) => [row.key, row]));
  const figures = (row: OutcomesRow) => figuresOf(row, byKey.get(row.key) ?? NOTHING);
  const [all, before] = [ALL, BEFORE].map((key) => outcomes.find((row) => row.key === key));
  if (!all || !before) throw new Error('The statement answers a row for each period.');
  return {
    bucket,
    timeZone,
    period: { from: all.start, to: new Date(to), ...figures(all) },
    previous: { from: before.start, to: new Date(from), ...figures(before) },
    buckets: outcomes
      .filter(({ key }) => key > BEFORE)
      .map((row) => ({ start: row.start, ...figures(row) })),
  };
}

const NOTHING = { cost: 0, mean: null, p50: null, p95: null };

const figuresOf = (
  { calls, answered, byStatus, byEndedReason }: OutcomesRow,
  { cost, mean, p50, p95 }: Omit<AmountsRow, 'key'>,
) => ({
  calls,
  answered,
  answeredShare: calls === 0 ? null : Math.round((answered / calls) * 10_000) / 10_000,
  durations: { mean, p50, p95 },
  cost,
  byStatus,
  byEndedReason,
});
