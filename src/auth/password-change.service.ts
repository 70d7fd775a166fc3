import { Injectable } from '@nestjs/common';
import { IdentityDb } from '../kernel/database/tenant-db';
import { Problem } from '../kernel/http/problem';
import { PasswordConfirmation } from '../kernel/security/password-confirmation';
import { Passwords } from '../kernel/security/passwords';
import type { Principal } from '../kernel/security/principal';
import type { ChangePassword } from './auth.dto';
import { NewPassword } from './new-password.service';

@Injectable()
export class PasswordChangeService {
  constructor(
    private readonly db: IdentityDb,
    private readonly confirmation: PasswordConfirmation,
    private readonly passwords: Passwords,
    private readonly newPassword: NewPassword,
  ) {}

  /** Every other session of the user ends. @throws Problem 403 on a wrong password, 400 when it stays the same */
  async change(who: Principal, { currentPassword, newPassword }: ChangePassword): Promise<void> {
    const checked = await this.confirmation.require(who, currentPassword);
    if (currentPassword === newPassword) {
      throw Problem.invalid({ field: 'newPassword', code: 'password.unchanged' });
    }
    const hash = await this.passwords.hash(newPassword);
    await this.db.run(who.userId, async (em) => {
      const [, changed] = await em.query<[unknown, number]>(
        `UPDATE users SET password_hash = $2, password_changed_at = now(), updated_at = now()
          WHERE id = $1 AND password_hash = $3`,
        [who.userId, hash, checked],
      );
      // Another request has changed it since it was checked: the password sent is no longer the current one.
      if (changed === 0) throw new Problem('auth.password_wrong');
      const change = { action: 'account.password_changed', keep: who.sessionId } as const;
      await this.newPassword.follow(em, { ...who, tenantId: null }, change);
    });
  }
}
