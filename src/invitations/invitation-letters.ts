import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Job } from '../jobs/jobs.types';
import { TenantDb } from '../kernel/database/tenant-db';
import { MailTokens } from '../kernel/security/mail-tokens';
import type { Role } from '../kernel/security/principal';
import { Mail } from '../mail/mail.service';
import type { Letter, Locale } from '../mail/mail.types';

interface Row {
  readonly email: string;
  readonly role: Role;
  readonly sentAt: Date;
  readonly expiresAt: Date;
  readonly nonce: Buffer;
  readonly hash: Buffer;
  readonly tenant: string;
  readonly inviter: string;
  readonly locale: Locale;
}

/** The mail with the link. The job holds the id only: address and token are read when the mail is written. */
@Injectable()
export class InvitationLetters implements OnModuleInit {
  constructor(
    private readonly db: TenantDb,
    private readonly mail: Mail,
    private readonly tokens: MailTokens,
  ) {}

  onModuleInit(): void {
    this.mail.register('invitation', (job, id) => this.load(job, id));
    this.mail.follow('invitation', async (job, outcome) => {
      await this.db.job(job, (em) => em.query('SELECT ava.note_delivery($1)', [outcome]));
    });
  }

  newToken(id: string): { readonly nonce: Buffer; readonly hash: Buffer } {
    return this.tokens.issue('invitation', id);
  }

  post(em: EntityManager, id: string): Promise<void> {
    return this.mail.post(em, 'invitation', id);
  }

  /** In the language of whoever invites: that of an account would tell that there is one. */
  private async load(job: Job, id: string): Promise<Letter<'invitation'> | null> {
    const [row] = await this.db.job(job, (em) =>
      em.query<Row[]>(
        `SELECT i.email, i.role, i.sent_at AS "sentAt", i.expires_at AS "expiresAt", i.token_nonce AS nonce, i.token_hash AS hash,
                t.name AS tenant, coalesce(u.name, u.email) AS inviter, u.locale
           FROM invitations i JOIN tenants t ON t.id = i.tenant_id JOIN users u ON u.id = i.invited_by
          WHERE i.tenant_id = $1 AND i.id = $2 AND ava.invitation_state(i) = 'open'`,
        [job.tenantId, id],
      ),
    );
    // Sent again before this mail could leave: the job of that one brings the link.
    if (row && row.sentAt > job.addedAt) return null;
    const token = row ? this.tokens.tokenFor('invitation', { id, ...row }) : null;
    if (!row || token === null) return null;
    const { email: to, locale, inviter, tenant, role, expiresAt } = row;
    const link = this.mail.link('/invitations/accept', token);
    return { to, locale, values: { inviter, tenant, role, expiresAt }, link };
  }
}
