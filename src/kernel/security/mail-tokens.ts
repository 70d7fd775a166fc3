import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../config/settings';
import { deriveKeys } from './signing-keys';

const NONCE_BYTES = 16;
const TOKEN_BYTES = 32;

/** What a token in a mail is good for. One that was made for something else opens nothing. */
export type TokenPurpose = 'invitation' | 'verify-email' | 'password-reset' | 'email-change';

interface NewToken {
  /** Both are kept in the row; the token itself is in no table and no job. */
  readonly nonce: Buffer;
  readonly hash: Buffer;
}

/**
 * Tokens that are sent by mail. They are derived from the row and a key, not drawn: a second try sends the same one, and
 * who steals the database, which holds hashes only, has none.
 */
@Injectable()
export class MailTokens {
  private readonly keys: ReturnType<typeof deriveKeys>;

  constructor(@Inject(SETTINGS) { jwtSecret }: Pick<Settings, 'jwtSecret'>) {
    this.keys = deriveKeys(jwtSecret, 'ava/mail-token/v1');
  }

  /** For a new row. Giving a row another nonce makes its earlier token worthless. */
  issue(purpose: TokenPurpose, id: string): NewToken {
    const nonce = randomBytes(NONCE_BYTES);
    return { nonce, hash: sha256(derive(this.keys[0], { purpose, id, nonce })) };
  }

  /**
   * The token whose hash stands in the row, whichever of the configured secrets it was made with; null when that secret is
   * no longer configured.
   */
  tokenFor(
    purpose: TokenPurpose,
    { id, nonce, hash }: NewToken & { readonly id: string },
  ): string | null {
    const tokens = this.keys.map((key) => derive(key, { purpose, id, nonce }));
    return tokens.find((token) => isSame(sha256(token), hash)) ?? null;
  }

  /** What to look for in the table; null for anything that cannot be a token. */
  hashOf(token: string): Buffer | null {
    const bytes = Buffer.from(token, 'base64url');
    if (bytes.length !== TOKEN_BYTES || bytes.toString('base64url') !== token) return null;
    return sha256(token);
  }
}

interface Row {
  readonly purpose: TokenPurpose;
  readonly id: string;
  readonly nonce: Buffer;
}

function derive(key: Buffer, { purpose, id, nonce }: Row): string {
  const text = JSON.stringify([purpose, id.toLowerCase(), nonce.toString('hex')]);
  return createHmac('sha256', key).update(text).digest('base64url');
}

function sha256(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function isSame(one: Buffer, other: Buffer): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}
