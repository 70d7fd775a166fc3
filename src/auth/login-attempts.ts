import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { IdentityDb } from '../kernel/database/tenant-db';
import { networkOf } from '../kernel/http/client-address';
import { RateLimits } from '../kernel/security/rate-limits';
import type { Device } from './sessions.service';

interface Found {
  readonly account: { readonly id: string; readonly hash: string } | null;
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

  /** Addresses that nobody has are counted like the others. @throws Problem 429 `rate.limited` */
  async find(address: string, device: Device): Promise<Found> {
    const [email, network] = [address.toLowerCase(), networkOf(device.ip)];
    await this.limits.take('login.network', network);
    await this.limits.take('login.address_from_network', `${email} ${network}`);
    const found = await this.accountOf(email);
    if (!(await this.isAtHome(found, device))) {
      await this.limits.take('login.address_from_elsewhere', email);
    }
    return found;
  }

  private async accountOf(email: string): Promise<Found> {
    const [row] = await this.db.read(null, (em) =>
      em.query<{ id: string | null; hash: string; bcryptInUse: boolean }[]>(
        'SELECT id, hash, bcrypt_in_use AS "bcryptInUse" FROM ava.find_account($1)',
        [email],
      ),
    );
    const { id = null, hash = '', bcryptInUse = false } = row ?? {};
    return { account: id === null ? null : { id, hash }, bcryptInUse };
  }

  /** Asked of an address that nobody has as well: a question less would tell. */
  private async isAtHome({ account }: Found, { ip }: Device): Promise<boolean> {
    const userId = account?.id ?? randomUUID();
    const rows = await this.db.read(userId, (em) =>
      em.query<unknown[]>('SELECT 1 FROM sessions WHERE user_id = $1 AND ip = $2 LIMIT 1', [
        userId,
        ip,
      ]),
    );
    return rows.length > 0;
  }
}
