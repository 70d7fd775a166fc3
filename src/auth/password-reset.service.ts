import { Injectable } from '@nestjs/common';
import { IdentityDb } from '../kernel/database/tenant-db';
import type { Origin } from '../kernel/http/client-address';
import { Passwords } from '../kernel/security/passwords';
import { AccountTokens, invalid } from '../users/account-tokens.service';
import type { ResetPassword } from './auth.dto';
import { NewPassword } from './new-password.service';

@Injectable()
export class PasswordResetService {
  constructor(
    private readonly db: IdentityDb,
    private readonly tokens: AccountTokens,
    private readonly passwords: Passwords,
    private readonly newPassword: NewPassword,
  ) {}

  /** The mail was read, so the address is proven, too. @throws Problem 400 `reset.invalid`, 429 */
  async confirm({ token, newPassword }: ResetPassword, origin: Origin): Promise<void> {
    // Looked at before hashing: a made-up token costs next to nothing.
    const shown = await this.tokens.show('password-reset', token, origin.ip);
    const { userId } = shown;
    const hash = await this.passwords.hash(newPassword);
    await this.db.run(userId, async (em) => {
      const { email } = await this.tokens.redeem(em, shown);
      const [, changed] = await em.query<[unknown, number]>(
        `UPDATE users SET password_hash = $3, password_changed_at = now(), updated_at = now(),
                email_verified_at = coalesce(email_verified_at, now())
          WHERE id = $1 AND lower(email) = lower($2)`,
        [userId, email, hash],
      );
      if (changed === 0) throw invalid('password-reset');
      await this.tokens.discard(em, userId, 'verify-email');
      const actor = { ...origin, userId, tenantId: null };
      await this.newPassword.follow(em, actor, { action: 'account.password_reset', keep: null });
    });
  }
}
