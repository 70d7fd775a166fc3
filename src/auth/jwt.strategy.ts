import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { decode } from 'jsonwebtoken';
import type { FastifyRequest } from 'fastify';
import { ExtractJwt, Strategy } from 'passport-jwt';
import { Problem } from '../kernel/http/problem';
import { principalOf, type Principal } from '../kernel/security/principal';
import { VerifiedTokens } from '../kernel/security/verified-tokens';
import { AccessTokens, ALGORITHM, claimsOf, ISSUER } from './access-tokens';

/** Turns an access token into a Principal. */
@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy) {
  constructor(
    tokens: AccessTokens,
    private readonly verified: VerifiedTokens,
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

  /** Whether the session is alive is asked by the RolesGuard or by the work itself. @throws Problem 401 */
  validate(request: FastifyRequest, payload: unknown): Principal {
    const claims = claimsOf(payload);
    if (claims === null) throw new Problem('auth.token_invalid');
    this.verified.remember(request.headers.authorization ?? '', claims);
    return principalOf(claims, request);
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
