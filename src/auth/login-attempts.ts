import { Injectable } from '@nestjs/common';
import { IdentityDb } from '../kernel/database/tenant-db';
import { networkOf } from '../kernel/http/client-address';
import { RateLimits, TAKE_TURNS, type Taken } from '../kernel/security/rate-limits';
import type { Device } from './sessions.service';

interface Account {
  readonly id: string;
  readonly hash: string;
}

interface Found {
  readonly account: Account | null;
  readonly bcryptInUse: boolean;
}

/**
 * One question for every address. Where its owner is logged in a turn is taken as well, by a key of its own that nobody
 * asks: one statement less, or one row, would tell that somebody there has this address.
 */
const FIND = `
  SELECT coalesce(own.wait, CASE WHEN NOT f.at_home THEN far.wait END) AS wait, f.id, f.hash, f.bcrypt_in_use AS "bcryptInUse"
    FROM ava.find_login($4, $5) f
   CROSS JOIN LATERAL (SELECT ${TAKE_TURNS}) own
   CROSS JOIN LATERAL (SELECT CASE WHEN own.wait IS NULL THEN ava.take_turns(
     ARRAY(SELECT key || CASE WHEN f.at_home THEN ' at home' ELSE '' END FROM unnest($6::text[]) AS key), $7, $8) END AS wait) far`;

interface LoginRow extends Taken {
  readonly id: string | null;
  readonly hash: string;
  readonly bcryptInUse: boolean;
}

/**
 * Whose account a login is for, asked as often as it may be. No limit locks an account: what is counted for an address
 * goes with a network, and guesses from many places do not count where its owner is logged in. Live sessions ask nothing here.
 */
@Injectable()
export class LoginAttempts {
  constructor(
    private readonly limits: RateLimits,
    private readonly db: IdentityDb,
  ) {}

  /** @throws Problem 429 `rate.limited` */
  async register({ ip }: Device): Promise<void> {
    await this.limits.take('registration.network', networkOf(ip));
  }

  /** Addresses that nobody has are asked and counted like the others. @throws Problem 429 `rate.limited` */
  async find(address: string, { ip }: Device): Promise<Found> {
    const [email, network] = [address.toLowerCase(), networkOf(ip)];
    const own = this.limits.turns([
      ['login.network', network],
      ['login.address_from_network', `${email} ${network}`],
    ]);
    const far = this.limits.turns([['login.address_from_elsewhere', email]]);
    const [row] = await this.db.read(null, (em) =>
      em.query<LoginRow[]>(FIND, [...own, email, ip, ...far]),
    );
    this.limits.check(row);
    const { id = null, hash = '', bcryptInUse = false } = row ?? {};
    return { account: id === null ? null : { id, hash }, bcryptInUse };
  }

  /** By one of today's strength, and only over the hash that was checked: a password changed meanwhile must win. */
  async replaceHash({ id, hash }: Account, by: string): Promise<void> {
    await this.db.read(id, (em) =>
      em.query('UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2', [
        id,
        hash,
        by,
      ]),
    );
  }
}
