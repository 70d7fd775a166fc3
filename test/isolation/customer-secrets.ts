import { randomBytes, randomUUID } from 'node:crypto';
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

/** Through the API, as only it can seal them. */
export async function saveCredentials({ client }: Person): Promise<string[]> {
  const apiKey = randomBytes(24).toString('hex');
  const accountSid = `AC${randomBytes(16).toString('hex')}`;
  const authToken = randomBytes(16).toString('hex');
  await client.post('/vapi-settings', { apiKey });
  await client.post('/twilio-settings', { accountSid, authToken });
  const mask = (text: string) => `${text.slice(0, 4)}…${text.slice(-4)}`;
  return [apiKey, mask(apiKey), accountSid, authToken, mask(authToken)];
}
