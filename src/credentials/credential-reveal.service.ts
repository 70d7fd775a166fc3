import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service';
import { TenantDb } from '../kernel/database/tenant-db';
import { Problem } from '../kernel/http/problem';
import { PasswordConfirmation } from '../kernel/security/password-confirmation';
import type { Principal } from '../kernel/security/principal';
import { RateLimits } from '../kernel/security/rate-limits';
import type { Provider } from '../providers/providers.types';
import type { RevealedTwilioAccount, RevealedVapiKey } from './credentials.dto';
import { UserCredentials } from './credentials.entity';
import { readable } from './stored-credentials';

interface Asked {
  readonly provider: Provider;
  readonly password: string;
}

/** The only way for a credential to leave in clear: to its owner, who knows the password, and never without a trace. */
@Injectable()
export class CredentialRevealService {
  constructor(
    private readonly db: TenantDb,
    private readonly audit: AuditService,
    private readonly confirmation: PasswordConfirmation,
    private readonly limits: RateLimits,
  ) {}

  vapi(who: Principal, password: string): Promise<RevealedVapiKey> {
    return this.reveal(who, { provider: 'vapi', password }, (row) => ({
      apiKey: readable(row.vapiApiKey).reveal(),
    }));
  }

  twilio(who: Principal, password: string): Promise<RevealedTwilioAccount> {
    return this.reveal(who, { provider: 'twilio', password }, (row) => ({
      accountSid: readable(row.twilioAccountSid).reveal(),
      authToken: readable(row.twilioAuthToken).reveal(),
    }));
  }

  private async reveal<T>(
    who: Principal,
    { provider, password }: Asked,
    open: (row: UserCredentials) => T,
  ): Promise<T> {
    try {
      await this.limits.take('credential.reveal', who.userId);
      await this.confirmation.require(who, password);
      return await this.db.run(who, async (em) => {
        const opened = open(await em.findOneByOrFail(UserCredentials, { id: who.userId }));
        await this.audit.record(em, who, { action: 'credential.reveal', target: provider });
        return opened;
      });
    } catch (error) {
      await this.recordRefusal(who, provider, error);
      throw error;
    }
  }

  /** In a transaction of its own, which the failure of the request does not undo. */
  private async recordRefusal(who: Principal, target: Provider, error: unknown): Promise<void> {
    if (!(error instanceof Problem) || error.status >= 500) return;
    const details = { reason: error.code };
    await this.db.run(who, (em) =>
      this.audit.record(em, who, { action: 'credential.reveal_refused', target, details }),
    );
  }
}
