import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { PUBLIC } from './auth.guard';
import { ACCESS, may, roleTooLow, type Access } from './permissions';
import type { AuthenticatedRequest } from './principal';

/** Runs after the access token guard, which has read the role from the database. A route that names no permission is closed. */
@Injectable()
export class RolesGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const marks = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC, marks) === true) return true;
    const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS, marks);
    if (access === undefined) throw new Error('This route says nothing of who may call it.');
    if (access === 'own' || access === 'operator') return true;
    const { role } = context.switchToHttp().getRequest<AuthenticatedRequest>().user;
    if (may(role, access)) return true;
    throw roleTooLow(access);
  }
}
