import { createHash, createSecretKey, type KeyObject } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { sign } from 'jsonwebtoken';
import { SETTINGS, type Settings } from '../kernel/config/settings';
import { signingSecrets } from '../kernel/security/signing-keys';
import type { Claims } from '../kernel/security/verified-tokens';

export const ACCESS_TOKEN_SECONDS = 900;
export const ALGORITHM = 'HS256';
export const ISSUER = 'ava-api';

/** Signs access tokens and finds the key that checks one. */
@Injectable()
export class AccessTokens {
  /** KeyObjects made once: given text, jsonwebtoken tries to parse it as a public key at each verification (50 times slower). */
  private readonly keys: ReadonlyMap<string, KeyObject>;
  private readonly current: { readonly id: string; readonly key: KeyObject };

  constructor(@Inject(SETTINGS) { jwtSecret }: Pick<Settings, 'jwtSecret'>) {
    const secrets = signingSecrets(jwtSecret);
    this.keys = new Map(secrets.map((secret) => [idOf(secret), keyOf(secret)]));
    this.current = { id: idOf(secrets[0]), key: keyOf(secrets[0]) };
  }

  sign({ sub, tid, sid }: Omit<Claims, 'exp'>): string {
    return sign({ tid, sid, typ: 'access' }, this.current.key, {
      algorithm: ALGORITHM,
      keyid: this.current.id,
      subject: sub,
      issuer: ISSUER,
      audience: ISSUER,
      expiresIn: ACCESS_TOKEN_SECONDS,
    });
  }

  key(keyId: string): KeyObject | undefined {
    return this.keys.get(keyId);
  }
}

const keyOf = (secret: string) => createSecretKey(Buffer.from(secret));

/** Names a secret without telling anything of it, so that rotation finds the key of a token at once. */
function idOf(secret: string): string {
  return createHash('sha256').update(`ava/jwt/kid/v1${secret}`).digest('hex').slice(0, 8);
}

/** passport-jwt checks signature, algorithm, issuer and audience, and `exp` only when there is one; the rest is checked here. */
export function claimsOf(payload: unknown): Claims | null {
  const { sub, tid, sid, typ, exp, iat } = payload as Record<string, unknown>;
  if (typ !== 'access' || typeof exp !== 'number' || typeof iat !== 'number') return null;
  if (![sub, tid, sid].every((id) => isUUID(id))) return null;
  return { sub, tid, sid, exp } as Claims;
}
