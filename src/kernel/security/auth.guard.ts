import { applyDecorators, Injectable, SetMetadata, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../http/problem';

/** What the strategy has to know of the route. */
export type MarkedRequest = FastifyRequest & { evenWhenSuspended?: boolean };

export const PUBLIC = 'ava:public';

/** Opens a route to everybody. Rare: the list of public routes is held by a test. */
export const Public = () => SetMetadata(PUBLIC, true);

const TOKEN_COUNTS = 'ava:token-counts';

/** Open to everybody too, but a token that is sent must be good: the route does something else for whoever is logged in. */
export const PublicOrOwn = () => applyDecorators(Public(), SetMetadata(TOKEN_COUNTS, true));

const EVEN_WHEN_SUSPENDED = 'ava:even-when-suspended';

/**
 * For the few routes that are about the person and not about the tenant: who is in a suspended tenant can still leave it.
 * Their handlers work in the identity plane; the tenant's is shut.
 */
export const EvenWhenSuspended = () => SetMetadata(EVEN_WHEN_SUSPENDED, true);

/** Closed by default: every route needs an access token unless it says `@Public()`. */
@Injectable()
export class AccessTokenGuard extends AuthGuard('jwt') {
  constructor(private readonly reflector: Reflector) {
    super();
  }

  override canActivate(context: ExecutionContext) {
    const request = context.switchToHttp().getRequest<MarkedRequest>();
    request.evenWhenSuspended = this.has(EVEN_WHEN_SUSPENDED, context);
    if (!this.has(PUBLIC, context)) return super.canActivate(context);
    const counts = request.headers.authorization !== undefined && this.has(TOKEN_COUNTS, context);
    return counts ? super.canActivate(context) : true;
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
