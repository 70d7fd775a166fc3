import { Injectable } from '@nestjs/common';
import { IdentityDb } from '../database/tenant-db';
import { Problem } from '../http/problem';
import { Passwords } from './passwords';
import type { Principal } from './principal';
import { RateLimits } from './rate-limits';

/** Asks for the password once more before something that cannot be undone. */
@Injectable()
export class PasswordConfirmation {
  constructor(
    private readonly db: IdentityDb,
    private readonly passwords: Passwords,
    private readonly limits: RateLimits,
  ) {}

  /**
   * Hashing happens outside the transaction.
   * @returns the hash that was checked, for a change that must not overtake another
   * @throws Problem 403 `auth.password_wrong` (a 401 would sign the client out), 429 `rate.limited`
   */
  async require(who: Principal, password: string): Promise<string> {
    await this.limits.take('password.confirmation', who.userId);
    const [row] = await this.db.read(who.userId, (em) =>
      em.query<{ hash: string }[]>('SELECT password_hash AS hash FROM users WHERE id = $1', [
        who.userId,
      ]),
    );
    if (row && (await this.passwords.matches(password, row.hash, false))) return row.hash;
    throw new Problem('auth.password_wrong');
  }
}
