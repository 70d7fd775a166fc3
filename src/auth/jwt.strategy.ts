import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { decode } from 'jsonwebtoken';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { TenantDb } from '../kernel/database/tenant-db';
import { Problem } from '../kernel/http/problem';
import { addressOf } from '../kernel/http/client-address';
import type { MarkedRequest } from '../kernel/security/auth.guard';
import type { Principal } from '../kernel/security/principal';
import { AccessTokens, ALGORITHM, claimsOf, ISSUER } from './access-tokens';

/** Turns an access token into a Principal. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy) {
  constructor(
    tokens: AccessTokens,
    private readonly db: TenantDb,
  ) {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      algorithms: [ALGORITHM],
      issuer: ISSUER,
      audience: ISSUER,
      passReqToCallback: true,
      secretOrKeyProvider: (_request, token: string, done) => {
        const key = tokens.key(keyIdOf(token));
        // The typings know text and Buffer only; jsonwebtoken takes a KeyObject.
        if (key) done(null, key as unknown as Buffer);
        else done(new Error('unknown key'));
      },
    });
  }

  /** The caller as the database knows it now: a removed member, ended session or suspended tenant loses access at once. */
  async validate(request: MarkedRequest, payload: unknown): Promise<Principal> {
    const claims = claimsOf(payload);
    if (claims === null) throw new Problem('auth.token_invalid');
    const who = { userId: claims.sub, tenantId: claims.tid, sessionId: claims.sid };
    const role = await (request.evenWhenSuspended ? this.db.standing(who) : this.db.role(who));
    return { ...who, role, requestId: request.id, ip: addressOf(request.ip) };
  }
}

/** The decoder throws on a payload that is no JSON: such a token names no key. */
function keyIdOf(token: string): string {
  try {
    return decode(token, { complete: true })?.header.kid ?? '';
  } catch {
    return '';
  }
}
