import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { IdentityDb } from '../kernel/database/tenant-db';
import { networkOf } from '../kernel/http/client-address';
import { Problem } from '../kernel/http/problem';
import { MailTokens, type TokenPurpose } from '../kernel/security/mail-tokens';
import { RateLimits } from '../kernel/security/rate-limits';
import { Mail } from '../mail/mail.service';

export type AccountPurpose = Exclude<TokenPurpose, 'invitation'>;

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const seconds: Readonly<Record<AccountPurpose, number>> = {
  'verify-email': 3 * 24 * HOUR,
  'password-reset': 30 * MINUTE,
  'email-change': 24 * HOUR,
};

/** A token that somebody has shown, and whose account it is good for. */
export interface ShownToken {
  readonly purpose: AccountPurpose;
  readonly hash: Buffer;
  readonly userId: string;
}

interface ProvenAddress {
  readonly id: string;
  readonly email: string;
}

/**
 * Tokens that are sent to an address and prove that its reader is the person. Of each kind only the newest counts, once;
 * tables hold hashes. All of it in the identity plane.
 */
@Injectable()
export class AccountTokens {
  constructor(
    private readonly db: IdentityDb,
    private readonly limits: RateLimits,
    private readonly mailTokens: MailTokens,
    private readonly mail: Mail,
  ) {}

  /** In the place of an earlier one of the same kind, whose mail is worthless from here on. */
  async send(
    em: EntityManager,
    { userId, purpose, email }: { userId: string; purpose: AccountPurpose; email: string },
  ): Promise<void> {
    const id = randomUUID();
    const { nonce, hash } = this.mailTokens.issue(purpose, id);
    await em.query('SELECT ava.sweep_account_tokens()');
    await em.query(
      `INSERT INTO account_tokens (id, user_id, purpose, email, nonce, token_hash, expires_at)
       VALUES ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7))
       ON CONFLICT (user_id, purpose) WHERE used_at IS NULL DO UPDATE SET
         id = excluded.id, email = excluded.email, nonce = excluded.nonce, token_hash = excluded.token_hash,
         created_at = now(), expires_at = excluded.expires_at`,
      [id, userId, purpose, email, nonce, hash, seconds[purpose]],
    );
    await this.mail.post(em, purpose, id);
  }

  /** @throws Problem 400 when it is none of ours, was used or has run out, all told alike; 429 */
  async show(purpose: AccountPurpose, token: string, ip: string | null): Promise<ShownToken> {
    await this.limits.take('account_token.network', networkOf(ip));
    const hash = this.mailTokens.hashOf(token);
    if (hash === null) throw invalid(purpose);
    const [row] = await this.db.read(null, (em) =>
      em.query<{ owner: string | null }[]>('SELECT ava.token_owner($1, $2) AS owner', [
        hash,
        purpose,
      ]),
    );
    if (!row?.owner) throw invalid(purpose);
    return { purpose, hash, userId: row.owner };
  }

  /** Of several requests with the same token one gets through. @throws Problem 400 as `show` */
  async redeem(em: EntityManager, { purpose, hash, userId }: ShownToken): Promise<ProvenAddress> {
    // Person before token, as in every change of an account: no deadlock.
    await em.query('SELECT 1 FROM users WHERE id = $1 FOR UPDATE', [userId]);
    const [[row]] = await em.query<[ProvenAddress[], number]>(
      `UPDATE account_tokens SET used_at = now()
        WHERE user_id = $1 AND token_hash = $2 AND purpose = $3 AND used_at IS NULL AND expires_at > now()
       RETURNING id, email`,
      [userId, hash, purpose],
    );
    if (!row) throw invalid(purpose);
    return row;
  }

  async discard(em: EntityManager, userId: string, ...purposes: AccountPurpose[]): Promise<void> {
    await em.query(
      'DELETE FROM account_tokens WHERE user_id = $1 AND purpose = ANY ($2) AND used_at IS NULL',
      [userId, purposes],
    );
  }
}

/** Also for a token whose account has another address by now. */
export function invalid(purpose: AccountPurpose): Problem {
  return new Problem(purpose === 'password-reset' ? 'reset.invalid' : 'verification.invalid');
}
