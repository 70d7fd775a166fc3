import { Injectable } from '@nestjs/common';
import { IdentityDb } from '../kernel/database/tenant-db';
import { PasswordConfirmation } from '../kernel/security/password-confirmation';
import type { Principal } from '../kernel/security/principal';
import { PhoneNumbersService } from '../phone-numbers/phone-numbers.service';
import { TenantsService } from '../tenants/tenants.service';
import { User } from './user.entity';

/** The end of an account, in all of its tenants: work of the identity plane, as a token is for one tenant only. */
@Injectable()
export class AccountDeletionService {
  constructor(
    private readonly identity: IdentityDb,
    private readonly confirmation: PasswordConfirmation,
    private readonly tenants: TenantsService,
    private readonly phoneNumbers: PhoneNumbersService,
  ) {}

  /** Numbers the person brought to a shared tenant stay there, under an owner. */
  async remove(who: Principal, password: string): Promise<void> {
    await this.confirmation.require(who, password);
    await this.identity.run(who.userId, async (em) => {
      // User before tenant, the order in which the foreign keys of a new phone number lock them: no deadlock.
      await em.query('SELECT 1 FROM users WHERE id = $1 FOR UPDATE', [who.userId]);
      const staying = await this.tenants.sharedTenants(em);
      for (const { id } of staying) await this.phoneNumbers.handOver(em, id);
      await this.tenants.recordDeparture(em, who, staying);
      await em.delete(User, { id: who.userId });
    });
  }
}
