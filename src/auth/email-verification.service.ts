import { Injectable } from '@nestjs/common';
import { IdentityDb } from '../kernel/database/tenant-db';
import type { Principal } from '../kernel/security/principal';
import { RateLimits } from '../kernel/security/rate-limits';
import { AccountTokens, invalid } from '../users/account-tokens.service';

/** Proof that the address of an account is its owner's. */
@Injectable()
export class EmailVerification {
  constructor(
    private readonly db: IdentityDb,
    private readonly limits: RateLimits,
    private readonly tokens: AccountTokens,
  ) {}

  /** @throws Problem 400 `verification.invalid`, 429 */
  async confirm(token: string, ip: string | null): Promise<void> {
    const shown = await this.tokens.show('verify-email', token, ip);
    const { userId } = shown;
    await this.db.run(userId, async (em) => {
      const { email } = await this.tokens.redeem(em, shown);
      const [, proven] = await em.query<[unknown, number]>(
        'UPDATE users SET email_verified_at = now() WHERE id = $1 AND lower(email) = lower($2)',
        [userId, email],
      );
      if (proven === 0) throw invalid('verify-email');
    });
  }

  /** Nothing is sent for an address that is proven. @throws Problem 429 */
  async resend({ userId }: Principal): Promise<void> {
    await this.limits.take('email_verification.resend', userId);
    await this.db.run(userId, async (em) => {
      const [account] = await em.query<{ email: string }[]>(
        'SELECT email FROM users WHERE id = $1 AND email_verified_at IS NULL FOR UPDATE',
        [userId],
      );
      if (!account) return;
      await this.tokens.send(em, { userId, purpose: 'verify-email', ...account });
    });
  }
}
