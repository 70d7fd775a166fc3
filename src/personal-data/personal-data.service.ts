import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { CredentialsService } from '../credentials/credentials.service';
import { IdentityDb } from '../kernel/database/tenant-db';
import type { Principal } from '../kernel/security/principal';
import { RateLimits } from '../kernel/security/rate-limits';
import type { PersonalData } from './personal-data.dto';

const MOST_NUMBERS = 10_000;
const MOST_INVITATIONS = 10_000;
const PAGE = 1000;

type Held = Omit<PersonalData, 'events'>;
type EventRow = PersonalData['events'][number] & { readonly position?: string };

const ACCOUNT = `
  SELECT id, email, email_verified_at AS "emailVerifiedAt", name, locale, operator, onboarding_flags AS "onboardingFlags",
         password_changed_at AS "passwordChangedAt", created_at AS "createdAt", updated_at AS "updatedAt"
    FROM users WHERE id = $1`;
const TENANTS = `
  SELECT id, name, role, joined_at AS "joinedAt" FROM ava.my_tenants() ORDER BY joined_at, id`;
const SESSIONS = `
  SELECT id, tenant_id AS "tenantId", user_agent AS "userAgent", host(ip) AS ip, created_at AS "createdAt",
         last_seen_at AS "lastSeenAt", rotated_at AS "rotatedAt", expires_at AS "expiresAt", revoked_at AS "endedAt"
    FROM sessions WHERE user_id = $1 ORDER BY created_at DESC, id`;
const MAIL_TOKENS = `
  SELECT purpose, email, created_at AS "createdAt", expires_at AS "expiresAt", used_at AS "usedAt",
         replaced_email AS "replacedEmail"
    FROM account_tokens WHERE user_id = $1 ORDER BY created_at DESC, id`;
const NUMBERS = `
  SELECT id, tenant_id AS "tenantId", number, label, provider, provider_sid AS "providerSid", created_at AS "createdAt"
    FROM ava.my_numbers($1)`;
const INVITATIONS = `
  SELECT tenant_id AS "tenantId", tenant_name AS "tenantName", email, role, sent, created_at AS "createdAt",
         expires_at AS "expiresAt", accepted_at AS "acceptedAt", declined_at AS "declinedAt", revoked_at AS "revokedAt"
    FROM ava.my_invitations($1)`;
/** The position as text: a Date would lose the microseconds, and rows with them. */
const EVENTS = `
  SELECT id, at, tenant_id AS "tenantId", action, target, own, about_me AS "aboutMe", request_id AS "requestId",
         host(ip) AS ip, details, at::text AS position
    FROM ava.my_events($1, $2, $3)`;

/** Everything that is held about a person, in all tenants: work of the identity plane, which sees no provider key. */
@Injectable()
export class PersonalDataService {
  constructor(
    private readonly db: IdentityDb,
    private readonly credentials: CredentialsService,
    private readonly limits: RateLimits,
  ) {}

  /** In pieces, as the trail of years may be long. @throws Problem 429; what fails later breaks the answer off */
  async export(who: Principal): Promise<Readable> {
    await this.limits.take('account.export', who.userId);
    const held = await this.held(who);
    return Readable.from(this.text(who.userId, held));
  }

  private async held(who: Principal): Promise<Held> {
    const credentials = await this.credentials.held(who);
    const rest = await this.db.run(who.userId, (em) => ofPerson(em, who.userId));
    return { exportedAt: new Date(), ...rest, credentials };
  }

  private async *text(userId: string, held: Held): AsyncGenerator<string> {
    yield `${JSON.stringify(held).slice(0, -1)},"events":[`;
    let after: EventRow | undefined;
    do {
      const page = await this.events(userId, after);
      const shown = page.map(({ position: _position, ...event }) => JSON.stringify(event));
      if (shown.length > 0) yield `${after ? ',' : ''}${shown.join(',')}`;
      after = page.length === PAGE ? page.at(-1) : undefined;
    } while (after);
    yield ']}';
  }

  private async events(userId: string, after?: EventRow): Promise<EventRow[]> {
    try {
      return await this.db.read(userId, (em) =>
        em.query<EventRow[]>(EVENTS, [after?.position, after?.id, PAGE]),
      );
    } catch {
      // The server logs why an answer broke off, and the error of a query carries its values.
      throw new Error('The export could not be read to its end.');
    }
  }
}

async function ofPerson(
  em: EntityManager,
  userId: string,
): Promise<Omit<Held, 'exportedAt' | 'credentials'>> {
  const [account] = await em.query<[Held['account']]>(ACCOUNT, [userId]);
  return {
    account,
    tenants: await em.query<Held['tenants']>(TENANTS),
    sessions: await em.query<Held['sessions']>(SESSIONS, [userId]),
    mailTokens: await em.query<Held['mailTokens']>(MAIL_TOKENS, [userId]),
    phoneNumbers: await em.query<Held['phoneNumbers']>(NUMBERS, [MOST_NUMBERS]),
    invitations: await em.query<Held['invitations']>(INVITATIONS, [MOST_INVITATIONS]),
  };
}
