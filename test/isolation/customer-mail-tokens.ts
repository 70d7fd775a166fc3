import { randomUUID } from 'node:crypto';
import { MailTokens } from '../../src/kernel/security/mail-tokens';
import type { TestApp } from '../support/app';
import type { Person } from '../support/people';

const purposes = ['verify-email', 'password-reset', 'email-change'] as const;
type Purpose = (typeof purposes)[number];

/** One token of each kind, in the place of what registration has sent. @returns them as the mails had them */
export async function mailTokensOf(
  app: TestApp,
  { userId, email }: Person,
  mark: (field: string) => string,
): Promise<Readonly<Record<Purpose, string>>> {
  const mailTokens = app.app.get(MailTokens);
  const made: [Purpose, string][] = [];
  await app.sql('DELETE FROM account_tokens WHERE user_id = $1', [userId]);
  for (const purpose of purposes) {
    const id = randomUUID();
    const { nonce, hash } = mailTokens.issue(purpose, id);
    const to = purpose === 'email-change' ? `${mark('to').toLowerCase()}@example.com` : email;
    await app.sql(
      `INSERT INTO account_tokens (id, user_id, purpose, email, nonce, token_hash, expires_at, replaced_email)
       VALUES ($1, $2, $3, $4, $5, $6, '2099-01-01', $7)`,
      [id, userId, purpose, to, nonce, hash, mark('before')],
    );
    made.push([purpose, mailTokens.tokenFor(purpose, { id, nonce, hash }) ?? '']);
  }
  return Object.fromEntries(made) as Record<Purpose, string>;
}
