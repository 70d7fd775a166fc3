import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { auditStatement } from '../audit/audit.service';
import { IdentityDb, TenantDb } from '../kernel/database/tenant-db';
import { Problem } from '../kernel/http/problem';
import type { Principal } from '../kernel/security/principal';
import { Secret } from '../kernel/security/secret';
import type { Provider } from '../providers/providers.types';
import {
  mask,
  TwilioSettingsView,
  VapiSettingsView,
  type SetTwilioCredentials,
} from './credentials.dto';
import { UserCredentials } from './credentials.entity';

interface Held {
  readonly vapi: VapiSettingsView;
  readonly twilio: TwilioSettingsView;
}

type Unopened = Pick<VapiSettingsView, 'configured' | 'updatedAt' | 'verifiedAt' | 'status'>;

/** Provider credentials: always the caller's own row, whatever the tenant or role. */
@Injectable()
export class CredentialsService {
  constructor(
    private readonly db: TenantDb,
    private readonly identity: IdentityDb,
  ) {}

  get(who: Principal): Promise<UserCredentials> {
    return this.db.read(who, (em) => em.findOneByOrFail(UserCredentials, { id: who.userId }));
  }

  /**
   * For what tells of everything at once: nothing in it names or opens an account. In a suspended tenant without the masks,
   * as only the tenant's door opens a credential.
   */
  async held(who: Principal): Promise<Held> {
    try {
      return await this.masked(who);
    } catch (error) {
      if (!(error instanceof Problem) || error.code !== 'tenant.suspended') throw error;
      return this.unopened(who);
    }
  }

  setVapiKey(who: Principal, apiKey: string): Promise<UserCredentials> {
    return this.change(who, 'vapi', {
      vapiApiKey: Secret.of(apiKey),
      vapiUpdatedAt: new Date(),
      vapiVerifiedAt: null,
      vapiStatus: 'unverified',
    });
  }

  async clearVapiKey(who: Principal): Promise<void> {
    await this.change(who, 'vapi', {
      vapiApiKey: null,
      vapiUpdatedAt: null,
      vapiVerifiedAt: null,
      vapiStatus: 'unverified',
    });
  }

  setTwilio(
    who: Principal,
    { accountSid, authToken }: SetTwilioCredentials,
  ): Promise<UserCredentials> {
    return this.change(who, 'twilio', {
      twilioAccountSid: Secret.of(accountSid),
      twilioAuthToken: Secret.of(authToken),
      twilioUpdatedAt: new Date(),
      twilioVerifiedAt: null,
      twilioStatus: 'unverified',
    });
  }

  async clearTwilio(who: Principal): Promise<void> {
    await this.change(who, 'twilio', {
      twilioAccountSid: null,
      twilioAuthToken: null,
      twilioUpdatedAt: null,
      twilioVerifiedAt: null,
      twilioStatus: 'unverified',
    });
  }

  /** Which providers the caller can work with: configured and readable. */
  async usable(em: EntityManager, who: Principal): Promise<{ vapi: boolean; twilio: boolean }> {
    const row = await em.findOneByOrFail(UserCredentials, { id: who.userId });
    const [vapi, twilio] = [VapiSettingsView.of(row), TwilioSettingsView.of(row)].map(
      ({ configured, status }) => configured && status !== 'unreadable' && status !== 'invalid',
    ) as [boolean, boolean];
    return { vapi, twilio };
  }

  private async masked(who: Principal): Promise<Held> {
    const row = await this.get(who);
    const twilio = TwilioSettingsView.of(row);
    const accountSid = twilio.accountSid === null ? null : mask(twilio.accountSid);
    return { vapi: VapiSettingsView.of(row), twilio: { ...twilio, accountSid } };
  }

  private async unopened({ userId }: Principal): Promise<Held> {
    const [vapi, twilio] = await this.identity.read(userId, (em) =>
      em.query<[Unopened, Unopened]>(
        `SELECT configured, updated_at AS "updatedAt", verified_at AS "verifiedAt", status
           FROM ava.my_credentials() ORDER BY provider DESC`,
      ),
    );
    return {
      vapi: { ...vapi, apiKey: null },
      twilio: { ...twilio, accountSid: null, authToken: null },
    };
  }

  private change(
    who: Principal,
    provider: Provider,
    values: Partial<UserCredentials>,
  ): Promise<UserCredentials> {
    const cleared = values[`${provider}UpdatedAt`] === null;
    // The subscriber binds by the id; not enumerable, so that the statement does not set it.
    const row = Object.defineProperty(values, 'id', { value: who.userId }) as UserCredentials;
    const action = cleared ? 'credential.clear' : 'credential.set';
    const record = auditStatement(who, { action, target: provider });
    return this.db.change(who, record, async (em) => {
      await em.update(UserCredentials, { id: who.userId }, row);
      return row;
    });
  }
}
