import { Injectable } from '@nestjs/common';
import { IdentityDb } from '../kernel/database/tenant-db';
import type { Principal } from '../kernel/security/principal';
import { RateLimits } from '../kernel/security/rate-limits';
import { AccountTokens } from './account-tokens.service';

/** A new address counts once its reader has confirmed it; until then the account keeps the present one. */
@Injectable()
export class EmailChangeService {
  constructor(
    private readonly db: IdentityDb,
    private readonly limits: RateLimits,
    private readonly tokens: AccountTokens,
  ) {}

  /**
   * Whether somebody else has the address is not looked up: only its reader is told, at the confirmation. The present
   * address takes a change back; written in another case it is the same one and needs no proof.
   */
  async begin({ userId }: Principal, email: string): Promise<void> {
    await this.limits.take('email_change.person', userId);
    await this.db.run(userId, async (em) => {
      const [, same] = await em.query<[unknown, number]>(
        'UPDATE users SET email = $2, updated_at = now() WHERE id = $1 AND lower(email) = lower($2)',
        [userId, email],
      );
      if (same > 0) await this.tokens.discard(em, userId, 'email-change');
      else await this.tokens.send(em, { userId, purpose: 'email-change', email });
    });
  }

  async cancel({ userId }: Principal): Promise<void> {
    await this.db.run(userId, (em) => this.tokens.discard(em, userId, 'email-change'));
  }
}
