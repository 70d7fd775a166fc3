import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Job } from '../jobs/jobs.types';
import { IdentityDb } from '../kernel/database/tenant-db';
import { MailTokens } from '../kernel/security/mail-tokens';
import { Mail } from '../mail/mail.service';
import type { Letter, Locale } from '../mail/mail.types';
import type { AccountPurpose } from './account-tokens.service';

interface TokenRow {
  readonly id: string;
  readonly nonce: Buffer;
  readonly hash: Buffer;
  readonly email: string;
  readonly expiresAt: Date;
  readonly locale: Locale;
}

interface Notice {
  readonly email: string;
  readonly at: Date;
  readonly locale: Locale;
}

/** Pages of the web application that the links lead to. */
const pages: Readonly<Record<AccountPurpose, `/${string}`>> = {
  'verify-email': '/verify-email',
  'password-reset': '/reset-password',
  'email-change': '/confirm-email-change',
};

/** What the mails about an account say, read when they are sent. */
@Injectable()
export class AccountLetters implements OnModuleInit {
  constructor(
    private readonly db: IdentityDb,
    private readonly tokens: MailTokens,
    private readonly mail: Mail,
  ) {}

  onModuleInit(): void {
    for (const purpose of Object.keys(pages) as AccountPurpose[]) {
      this.mail.register(purpose, (job, id) => this.withToken(purpose, job, id));
    }
    this.mail.register('password-changed', (job) => this.passwordChanged(job));
    this.mail.register('email-changed', (job, id) => this.emailChanged(job, id));
  }

  private async withToken(
    purpose: AccountPurpose,
    { userId }: Job,
    id: string,
  ): Promise<Letter<AccountPurpose> | null> {
    const row = await this.one<TokenRow>(
      userId,
      `SELECT t.id, t.nonce, t.token_hash AS hash, t.email, t.expires_at AS "expiresAt", u.locale
         FROM account_tokens t JOIN users u ON u.id = t.user_id
        WHERE t.id = $1 AND t.purpose = $2 AND t.used_at IS NULL AND t.expires_at > now()`,
      [id, purpose],
    );
    const token = row && this.tokens.tokenFor(purpose, row);
    if (!row || !token) return null;
    const { email: to, locale, expiresAt } = row;
    return { to, locale, values: { expiresAt }, link: this.mail.link(pages[purpose], token) };
  }

  private async passwordChanged({ userId }: Job): Promise<Letter<'password-changed'> | null> {
    const row = await this.one<Notice>(
      userId,
      'SELECT email, locale, password_changed_at AS at FROM users WHERE id = $1 AND password_changed_at IS NOT NULL',
      [userId],
    );
    return row && this.notice(row, '/forgot-password');
  }

  /** To the address that was replaced: its reader may know nothing of it. */
  private async emailChanged({ userId }: Job, id: string): Promise<Letter<'email-changed'> | null> {
    const row = await this.one<Notice>(
      userId,
      `SELECT t.replaced_email AS email, u.locale, t.used_at AS at
         FROM account_tokens t JOIN users u ON u.id = t.user_id
        WHERE t.id = $1 AND t.replaced_email IS NOT NULL AND t.used_at IS NOT NULL`,
      [id],
    );
    return row && this.notice(row, '/');
  }

  private notice({ email: to, locale, at }: Notice, page: `/${string}`) {
    return { to, locale, values: { at }, link: this.mail.link(page) };
  }

  private async one<Row>(userId: string | null, sql: string, values: unknown[]) {
    if (userId === null) return null;
    const [row] = await this.db.read(userId, (em) => em.query<Row[]>(sql, values));
    return row ?? null;
  }
}
