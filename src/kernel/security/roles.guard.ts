import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { TenantDb } from '../database/tenant-db';
import { Problem } from '../http/problem';
import { PUBLIC, STANDING, type Standing } from './auth.guard';
import { ACCESS, leastRole, may, roleTooLow, type Access } from './permissions';
import type { Principal, Role } from './principal';

/**
 * Runs after the access token guard. Asks the database for the caller's standing: a removed member, an ended session or a
 * suspended tenant loses access at the next request. A route that names no permission is closed.
 */
@Injectable()
export class RolesGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly db: TenantDb,
  ) {}

  /** @throws Problem 401 `auth.session_ended`, 403 `tenant.suspended`, `auth.role_too_low` */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { user } = context.switchToHttp().getRequest<{ user?: Principal }>();
    const access = this.mark(ACCESS, context) as Access | undefined;
    if (this.mark(PUBLIC, context) === true) {
      // A token may count there, and then its session has to be alive.
      if (user) await this.db.role(user);
      return true;
    }
    if (access === undefined) throw new Error('This route says nothing of who may call it.');
    if (!user) throw new Problem('auth.token_missing');
    const standing = this.mark(STANDING, context) as Standing | undefined;
    if (standing === 'with-the-work' && leastRole(access) === 'member') return true;
    const role = await this.roleOf(user, standing);
    if (access === 'own' || access === 'operator' || may(role, access)) return true;
    throw roleTooLow(access);
  }

  private roleOf(user: Principal, standing: Standing | undefined): Promise<Role> {
    return standing === 'even-when-suspended' ? this.db.standing(user) : this.db.role(user);
  }

  private mark(key: string, context: ExecutionContext): unknown {
    return this.reflector.getAllAndOverride(key, [context.getHandler(), context.getClass()]);
  }
}
