import { applyDecorators, Injectable, SetMetadata, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../http/problem';
import { principalOf, type Principal } from './principal';
import { VerifiedTokens } from './verified-tokens';

export const PUBLIC = 'ava:public';

/** Opens a route to everybody. Rare: the list of public routes is held by a test. */
export const Public = () => SetMetadata(PUBLIC, true);

const TOKEN_COUNTS = 'ava:token-counts';

/** Open to everybody too, but a token that is sent must be good: the route does something else for whoever is logged in. */
export const PublicOrOwn = () => applyDecorators(Public(), SetMetadata(TOKEN_COUNTS, true));

/** When it is asked whether the session is alive, its user a member and the tenant not suspended: see RolesGuard. */
export const STANDING = 'ava:standing';
export type Standing = 'even-when-suspended' | 'with-the-work';

/**
 * For the few routes that are about the person and not about the tenant: who is in a suspended tenant can still leave it.
 * Their handlers work in the identity plane; the tenant's is shut.
 */
export const EvenWhenSuspended = () => SetMetadata(STANDING, 'even-when-suspended');

/**
 * For the busiest routes, whose work goes through `TenantDb` whatever is asked: opening the tenant's context asks the same
 * question, so asking it before as well would only be one more round trip. Counts where every member may call the route.
 */
export const StandingWithTheWork = () => SetMetadata(STANDING, 'with-the-work');

/** Closed by default: every route needs an access token unless it says `@Public()`. */
@Injectable()
export class AccessTokenGuard extends AuthGuard('jwt') {
  constructor(
    private readonly reflector: Reflector,
    private readonly verified: VerifiedTokens,
  ) {
    super();
  }

  override canActivate(context: ExecutionContext) {
    const request = context.switchToHttp().getRequest<FastifyRequest & { user?: Principal }>();
    const { authorization } = request.headers;
    if (this.has(PUBLIC, context)) {
      if (authorization === undefined || !this.has(TOKEN_COUNTS, context)) return true;
    }
    const claims = authorization === undefined ? undefined : this.verified.find(authorization);
    if (claims === undefined) return super.canActivate(context);
    request.user = principalOf(claims, request);
    return true;
  }

  /** passport tells a refusal through `info`; an error is ours or the database's and keeps its own answer. */
  override handleRequest<T>(error: unknown, principal: T | false, info: unknown): T {
    if (error) throw error as Error;
    if (principal) return principal;
    throw new Problem(refusal(info));
  }

  private has(mark: string, context: ExecutionContext): boolean {
    const targets = [context.getHandler(), context.getClass()];
    return this.reflector.getAllAndOverride<boolean | undefined>(mark, targets) === true;
  }
}

function refusal(info: unknown) {
  const { name, message } = info as Partial<Error>;
  if (name === 'TokenExpiredError') return 'auth.token_expired';
  return message === 'No auth token' ? 'auth.token_missing' : 'auth.token_invalid';
}
