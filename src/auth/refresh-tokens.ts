import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../kernel/config/settings';
import { deriveKeys } from '../kernel/security/signing-keys';

const SESSION_BYTES = 16;
const SECRET_BYTES = 32;
const MAC_BYTES = 16;
const TOKEN_BYTES = SESSION_BYTES + SECRET_BYTES + MAC_BYTES;

/**
 * Opaque refresh tokens: session id ‖ secret ‖ MAC. The MAC proves that a token was issued here, so a genuine one that is
 * no longer current is a reuse, while a made-up one that merely names a session cannot end it.
 */
@Injectable()
export class RefreshTokens {
  private readonly keys: ReturnType<typeof deriveKeys>;

  constructor(@Inject(SETTINGS) { jwtSecret }: Pick<Settings, 'jwtSecret'>) {
    this.keys = deriveKeys(jwtSecret, 'ava/refresh/v1');
  }

  first(sessionId: string): string {
    return this.make(sessionId, randomBytes(SECRET_BYTES));
  }

  /**
   * The one token that follows this one. It is derived, not drawn, so that a client whose answer was lost, or two tabs
   * that refresh at once, are given the same successor although only hashes are stored.
   */
  successor(token: string, sessionId: string): string {
    const secret = createHmac('sha256', this.keys[0]).update('next').update(token).digest();
    return this.make(sessionId, secret);
  }

  /** The session a genuine token belongs to; null for anything that was not issued here. */
  sessionOf(token: string): string | null {
    const bytes = Buffer.from(token, 'base64url');
    if (bytes.length !== TOKEN_BYTES || bytes.toString('base64url') !== token) return null;
    const body = bytes.subarray(0, -MAC_BYTES);
    const mac = bytes.subarray(-MAC_BYTES);
    if (!this.keys.some((key) => timingSafeEqual(mac, macOf(key, body)))) return null;
    const hex = body.toString('hex', 0, SESSION_BYTES);
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  }

  private make(sessionId: string, secret: Buffer): string {
    const body = Buffer.concat([Buffer.from(sessionId.replaceAll('-', ''), 'hex'), secret]);
    return Buffer.concat([body, macOf(this.keys[0], body)]).toString('base64url');
  }
}

export function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function macOf(key: Buffer, body: Buffer): Buffer {
  return createHmac('sha256', key).update(body).digest().subarray(0, MAC_BYTES);
}
