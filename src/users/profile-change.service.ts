import { Injectable } from '@nestjs/common';
import { TenantDb } from '../kernel/database/tenant-db';
import { Problem } from '../kernel/http/problem';
import { PasswordConfirmation } from '../kernel/security/password-confirmation';
import type { Principal } from '../kernel/security/principal';
import { EmailChangeService } from './email-change.service';
import { User } from './user.entity';
import type { ChangeMe } from './users.dto';
import { UsersService } from './users.service';
import type { UserView } from './users.types';

@Injectable()
export class ProfileChangeService {
  constructor(
    private readonly db: TenantDb,
    private readonly confirmation: PasswordConfirmation,
    private readonly users: UsersService,
    readonly emailChange: EmailChangeService,
  ) {}

  /** The address changes once it was confirmed. @throws Problem 403 when the password for it is wrong, 429 */
  async change(who: Principal, { currentPassword, email, ...values }: ChangeMe): Promise<UserView> {
    if (email !== undefined) {
      await this.confirm(who, currentPassword);
      await this.emailChange.begin(who, email);
    }
    return this.db.run(who, async (em) => {
      if (Object.keys(values).length > 0) await em.update(User, { id: who.userId }, values);
      return this.users.view(em, who.userId);
    });
  }

  private async confirm(who: Principal, password: string | undefined): Promise<void> {
    if (password === undefined) {
      throw Problem.invalid({ field: 'currentPassword', code: 'current_password.required' });
    }
    await this.confirmation.require(who, password);
  }
}
