import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { requireOwned } from '../kernel/security/owned-resource';
import { SessionsService } from './sessions.service';

/** A session of another user does not exist. */
@Injectable()
export class SessionGuard implements CanActivate {
  constructor(private readonly sessions: SessionsService) {}

  canActivate(context: ExecutionContext): Promise<true> {
    return requireOwned(context, (who, id) => this.sessions.find(who, id), 'session.not_found');
  }
}
