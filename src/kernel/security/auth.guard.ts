import { Injectable, SetMetadata, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { Problem } from '../http/problem';

export const PUBLIC = 'ava:public';

/** Opens a route to everybody. Rare: the list of public routes is held by a test. */
export const Public = () => SetMetadata(PUBLIC, true);

/** Closed by default: every route needs an access token unless it says `@Public()`. */
@Injectable()
export class AccessTokenGuard extends AuthGuard('jwt') {
  constructor(private readonly reflector: Reflector) {
    super();
  }

  override canActivate(context: ExecutionContext) {
    const open = this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC, [
      context.getHandler(),
      context.getClass(),
    ]);
    return open === true ? true : super.canActivate(context);
  }

  /** passport tells a refusal through `info`; an error is ours or the database's and keeps its own answer. */
  override handleRequest<T>(error: unknown, principal: T | false, info: unknown): T {
    if (error) throw error as Error;
    if (principal) return principal;
    throw new Problem(refusal(info));
  }
}

function refusal(info: unknown) {
  const { name, message } = info as Partial<Error>;
  if (name === 'TokenExpiredError') return 'auth.token_expired';
  return message === 'No auth token' ? 'auth.token_missing' : 'auth.token_invalid';
}
