import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditService, type Actor } from '../audit/audit.service';
import { Mail } from '../mail/mail.service';
import { AccountTokens } from '../users/account-tokens.service';
import { SessionsService } from './sessions.service';

interface Change {
  readonly action: 'account.password_changed' | 'account.password_reset';
  /** The session that asked for it; without one all end. */
  readonly keep: string | null;
}

/** What a new password entails, in the transaction that stores it. */
@Injectable()
export class NewPassword {
  constructor(
    private readonly sessions: SessionsService,
    private readonly tokens: AccountTokens,
    private readonly audit: AuditService,
    private readonly mail: Mail,
  ) {}

  /** Whoever knew the password before keeps nothing: no session, no way back in, no change of address under way. */
  async follow(em: EntityManager, who: Actor, { action, keep }: Change): Promise<void> {
    const sessionsEnded = await this.sessions.endAll(em, who.userId, keep);
    await this.tokens.discard(em, who.userId, 'password-reset', 'email-change');
    await this.audit.record(em, who, { action, details: { sessionsEnded } });
    await this.mail.post(em, 'password-changed', who.userId);
  }
}
