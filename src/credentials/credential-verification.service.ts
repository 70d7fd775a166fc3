import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service';
import { TenantDb } from '../kernel/database/tenant-db';
import type { Principal } from '../kernel/security/principal';
import type { Provider, Verdict } from '../providers/providers.types';
import { TwilioClient } from '../providers/twilio.client';
import { VapiClient } from '../providers/vapi.client';
import { UserCredentials } from './credentials.entity';
import { lockOwn, sameText, readable } from './stored-credentials';

const secrets = {
  vapi: ['vapiApiKey'],
  twilio: ['twilioAccountSid', 'twilioAuthToken'],
} as const satisfies Record<Provider, readonly (keyof UserCredentials)[]>;

/** Asks a provider whether it accepts the caller's credentials, and keeps what it said. */
@Injectable()
export class CredentialVerificationService {
  constructor(
    private readonly db: TenantDb,
    private readonly audit: AuditService,
    private readonly vapiClient: VapiClient,
    private readonly twilioClient: TwilioClient,
  ) {}

  async vapi(who: Principal): Promise<UserCredentials> {
    const asked = await this.own(who);
    const verdict = await this.vapiClient.verify(readable(asked.vapiApiKey));
    return this.keep(who, 'vapi', asked, verdict);
  }

  async twilio(who: Principal): Promise<UserCredentials> {
    const asked = await this.own(who);
    const [sid, token] = [readable(asked.twilioAccountSid), readable(asked.twilioAuthToken)];
    return this.keep(who, 'twilio', asked, await this.twilioClient.verify(sid, token));
  }

  private own(who: Principal): Promise<UserCredentials> {
    return this.db.read(who, (em) => em.findOneByOrFail(UserCredentials, { id: who.userId }));
  }

  /** What was saved while the provider was asked is another credential: it stays unverified. */
  private keep(
    who: Principal,
    provider: Provider,
    asked: UserCredentials,
    verdict: Verdict,
  ): Promise<UserCredentials> {
    return this.db.run(who, async (em) => {
      const row = await lockOwn(em, who);
      const current = secrets[provider].every((name) => sameText(row[name], asked[name]));
      const details = { outcome: verdict, ...(current ? {} : { replaced: true }) };
      await this.audit.record(em, who, { action: 'credential.verify', target: provider, details });
      if (!current) return row;
      return em.save(Object.assign(row, outcome(provider, verdict)));
    });
  }
}

function outcome(provider: Provider, verdict: Verdict): Partial<UserCredentials> {
  const now = new Date();
  return provider === 'vapi'
    ? { vapiStatus: verdict, vapiVerifiedAt: now }
    : { twilioStatus: verdict, twilioVerifiedAt: now };
}
