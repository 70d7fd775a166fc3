import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { requireOwn } from '../kernel/security/owned-resource';
import { UsersService } from './users.service';

/** Lets the routes of `/me` reach the caller's own row and no other; no id is taken from the request. */
@Injectable()
export class UserGuard implements CanActivate {
  constructor(private readonly users: UsersService) {}

  canActivate(context: ExecutionContext): Promise<true> {
    return requireOwn(context, (who) => this.users.find(who), 'auth.session_ended');
  }
}
