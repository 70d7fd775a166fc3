import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../config/settings';
import { IdentityDb } from '../database/tenant-db';
import { Problem } from '../http/problem';
import { rateRules, type RateRuleName } from './rate-rules';

/** For a statement that asks for something else in the same round trip. */
export const TAKE_TURNS = 'ava.take_turns($1, $2, $3) AS wait';

export interface Taken {
  /** Seconds; null when there was a turn of each. */
  readonly wait: number | null;
}

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
    // One statement is a transaction of its own: nothing of it is undone when the request fails.
    const [taken] = await this.db.read(null, (em) =>
      em.query<Taken[]>(`SELECT ${TAKE_TURNS}`, this.turns([[rule, key]])),
    );
    this.check(taken);
  }

  /** `$1` to `$3` of `TAKE_TURNS`: a turn of each, also of the others when one has none left. */
  turns(of: readonly (readonly [rule: RateRuleName, key: string])[]): unknown[] {
    const taken = this.settings.rateLimits ? of : [];
    const rules = taken.map(([rule]) => rateRules[rule]);
    return [
      taken.map(([rule, key]) => `${rule}:${key}`),
      rules.map(({ points }) => points),
      rules.map(({ seconds }) => seconds),
    ];
  }

  /** @throws Problem 429 `rate.limited`, with Retry-After */
  check(taken: Taken | undefined): void {
    if (!taken?.wait) return;
    throw new Problem('rate.limited', { headers: { 'retry-after': String(taken.wait) } });
  }
}
