import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';
import { Problem } from '../http/problem';
import type { Role } from './principal';

/** What is done in a tenant → the least role that may do it. Guard, API document and docs/permissions.md go by this table. */
export const permissions = {
  'tenant.read': 'member',
  'tenant.rename': 'admin',
  'tenant.export': 'owner',
  'tenant.retention': 'owner',
  'tenant.transfer': 'owner',
  'tenant.delete': 'owner',
  'member.read': 'member',
  'member.leave': 'member',
  'member.change_role': 'admin',
  'member.remove': 'admin',
  'invitation.read': 'admin',
  'invitation.send': 'admin',
  'invitation.revoke': 'admin',
  'ava_profile.read': 'member',
  'ava_profile.change': 'admin',
  'phone_number.read': 'member',
  'phone_number.add': 'admin',
  'phone_number.change': 'admin',
  'phone_number.remove': 'admin',
  'call.read': 'member',
  'call.record': 'member',
  'call.export': 'member',
  'call.import': 'admin',
  'call.change': 'admin',
  'call.delete': 'admin',
  'caller.export': 'admin',
  'caller.erase': 'admin',
  'audit.read': 'admin',
} as const satisfies Readonly<Record<`${string}.${string}`, Role>>;

export type Permission = keyof typeof permissions;

/** What a route says of itself when it is not public: a permission, or one of two things that no role gives or takes. */
export type Access = Permission | 'own' | 'operator';

export const ACCESS = 'ava:access';

const rank: Readonly<Record<Role, number>> = { member: 0, admin: 1, owner: 2 };

export function may(role: Role, permission: Permission): boolean {
  return rank[role] >= rank[permissions[permission]];
}

/** Tells whom to ask. */
export const roleTooLow = (permission: Permission) =>
  new Problem('auth.role_too_low', { members: { requiredRole: permissions[permission] } });

/** The least role for it; an operator is asked for by the OperatorGuard, whatever the role. */
export function leastRole(access: Access): Role | 'operator' {
  if (access === 'operator') return 'operator';
  return access === 'own' ? 'member' : permissions[access];
}

/** Says in decorators and document who may call a route. */
export const allow = (access: Access) =>
  applyDecorators(SetMetadata(ACCESS, access), ApiExtension('x-permission', access));

/** The permission that a route asks for. @param forOthers what the service asks for when it is not about the caller */
export const Needs = (permission: Permission, forOthers?: Permission) =>
  forOthers === undefined
    ? allow(permission)
    : applyDecorators(allow(permission), ApiExtension('x-permission-for-others', forOthers));

/** About the caller's own account: open in every role, and no route takes the id of another person. */
export const Own = () => allow('own');

const who = { member: 'every member', admin: 'admins and owners', owner: 'owners' } as const;

/** For the API document. */
export function accessInWords(access: Access, forOthers?: Permission): string {
  if (access === 'own') return 'About your own account: every role may.';
  if (access === 'operator') return 'For operators of the installation only.';
  const own = `Permission \`${access}\`: ${who[permissions[access]]}.`;
  return forOthers ? `${own} For others \`${forOthers}\`: ${who[permissions[forOthers]]}.` : own;
}
