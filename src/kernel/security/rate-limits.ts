import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../config/settings';
import { IdentityDb } from '../database/tenant-db';
import { Problem } from '../http/problem';
import { rateRules, type RateRuleName } from './rate-rules';

/** Limits how often something is tried. Counted in PostgreSQL, so all replicas share the count. */
@Injectable()
export class RateLimits {
  constructor(
    private readonly db: IdentityDb,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /**
   * Takes a turn, and keeps it whatever becomes of the request.
   * @param key for whom it is counted, such as a user's id; stored hashed
   * @throws Problem 429 `rate.limited`, with Retry-After
   */
  take(rule: RateRuleName, key: string): Promise<void> {
    return this.takeAll([[rule, key]]);
  }

  /** A turn of each in one round trip, also of the others when one has none left. @throws Problem 429 */
  async takeAll(turns: readonly (readonly [rule: RateRuleName, key: string])[]): Promise<void> {
    if (!this.settings.rateLimits) return;
    const rules = turns.map(([rule]) => rateRules[rule]);
    // One statement is a transaction of its own: nothing of it is undone when the request fails.
    const [taken] = await this.db.read(null, (em) =>
      em.query<{ wait: number | null }[]>('SELECT ava.take_turns($1, $2, $3) AS wait', [
        turns.map(([rule, key]) => `${rule}:${key}`),
        rules.map(({ points }) => points),
        rules.map(({ seconds }) => seconds),
      ]),
    );
    if (!taken?.wait) return;
    throw new Problem('rate.limited', { headers: { 'retry-after': String(taken.wait) } });
  }
}
