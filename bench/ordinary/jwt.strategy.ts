import { createSecretKey } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { AuthGuard, PassportStrategy } from '@nestjs/passport';
import { ExtractJwt, Strategy } from 'passport-jwt';

export interface AuthenticatedRequest {
  readonly user: { readonly userId: string; readonly tenantId: string };
}

@Injectable()
export class JwtStrategy extends PassportStrategy(Strategy) {
  constructor() {
    super({
      jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
      algorithms: ['HS256'],
      // Most give it the text, with which each verification takes fifty times as long: that would decide every figure.
      secretOrKey: createSecretKey(Buffer.from(process.env.JWT_SECRET ?? '')) as unknown as Buffer,
    });
  }

  validate(payload: { sub: string; tid: string }): AuthenticatedRequest['user'] {
    return { userId: payload.sub, tenantId: payload.tid };
  }
}

@Injectable()
export class JwtAuthGuard extends AuthGuard('jwt') {}
