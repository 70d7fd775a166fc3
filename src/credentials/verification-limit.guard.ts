import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { AuthenticatedRequest } from '../kernel/security/principal';
import { RateLimits } from '../kernel/security/rate-limits';

/** Lets a caller ask the providers about his credentials ten times a minute. */
@Injectable()
export class VerificationLimit implements CanActivate {
  constructor(private readonly limits: RateLimits) {}

  /** @throws Problem 429 `rate.limited` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { user } = context.switchToHttp().getRequest<AuthenticatedRequest>();
    await this.limits.take('credential.verify', user.userId);
    return true;
  }
}
