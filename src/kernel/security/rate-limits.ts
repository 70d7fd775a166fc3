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
  async take(rule: RateRuleName, key: string): Promise<void> {
    if (!this.settings.rateLimits) return;
    const { points, seconds } = rateRules[rule];
    // One statement is a transaction of its own: nothing of it is undone when the request fails.
    const [turn] = await this.db.read(null, (em) =>
      em.query<{ remaining: number; wait: number }[]>(
        'SELECT remaining, reset_in AS wait FROM ava.take_turn($1, $2, $3)',
        [`${rule}:${key}`, points, seconds],
      ),
    );
    if (turn && turn.remaining >= 0) return;
    throw new Problem('rate.limited', {
      headers: { 'retry-after': String(turn?.wait ?? seconds) },
    });
  }
}
