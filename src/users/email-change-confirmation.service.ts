import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditService } from '../audit/audit.service';
import { IdentityDb } from '../kernel/database/tenant-db';
import { Problem } from '../kernel/http/problem';
import type { Origin } from '../kernel/http/client-address';
import { Mail } from '../mail/mail.service';
import { AccountTokens } from './account-tokens.service';
import { isEmailTaken } from './users.service';

@Injectable()
export class EmailChangeConfirmation {
  constructor(
    private readonly db: IdentityDb,
    private readonly tokens: AccountTokens,
    private readonly mail: Mail,
    private readonly audit: AuditService,
  ) {}

  /** Tells the address that was replaced. @throws Problem 400 `verification.invalid`, 409 when somebody has it meanwhile */
  async confirm(token: string, origin: Origin): Promise<void> {
    const shown = await this.tokens.show('email-change', token, origin.ip);
    const { userId } = shown;
    try {
      await this.db.run(userId, async (em) => {
        const { id, email } = await this.tokens.redeem(em, shown);
        await replace(em, { userId, tokenId: id, email });
        await this.tokens.discard(em, userId, 'verify-email', 'password-reset');
        const event = { action: 'account.email_changed' } as const;
        await this.audit.record(em, { ...origin, userId, tenantId: null }, event);
        await this.mail.post(em, 'email-changed', id);
      });
    } catch (error) {
      throw isEmailTaken(error) ? new Problem('user.email_taken') : error;
    }
  }
}

async function replace(
  em: EntityManager,
  { userId, tokenId, email }: { userId: string; tokenId: string; email: string },
): Promise<void> {
  // First what was there: the letter to it is written later.
  await em.query(
    'UPDATE account_tokens t SET replaced_email = u.email FROM users u WHERE t.id = $1 AND u.id = t.user_id',
    [tokenId],
  );
  await em.query(
    'UPDATE users SET email = $2, email_verified_at = now(), updated_at = now() WHERE id = $1',
    [userId, email],
  );
}
