import { Injectable, SetMetadata, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { Problem } from '../http/problem';
import type { AuthenticatedRequest, Role } from './principal';

export const LEAST_ROLE = 'ava:least-role';
const rank: Readonly<Record<Role, number>> = { member: 0, admin: 1, owner: 2 };

/** The least role that may call this route; without it every member may. */
export const LeastRole = (role: Role) => SetMetadata(LEAST_ROLE, role);

/** Runs after the access token guard, which has read the role from the database. */
@Injectable()
export class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const least = this.reflector.get<Role | undefined>(LEAST_ROLE, context.getHandler());
    if (least === undefined) return true;
    const { role } = context.switchToHttp().getRequest<AuthenticatedRequest>().user;
    if (rank[role] >= rank[least]) return true;
    throw new Problem('auth.role_too_low');
  }
}
