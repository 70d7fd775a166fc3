import type { Type } from '@nestjs/common';
import { GUARDS_METADATA, METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants';
import { RequestMethod } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import { AccessTokenGuard, PUBLIC } from '../kernel/security/auth.guard';
import { ACCESS, leastRole, type Access } from '../kernel/security/permissions';
import { RolesGuard } from '../kernel/security/roles.guard';
import type { Route, RouteFacts } from './facts.types';

type Handler = (...parameters: unknown[]) => unknown;

/** Who may open a route to everybody has to say so here as well. */
export const publicRoutes: readonly string[] = [
  'POST /auth/register',
  'POST /auth/login',
  'POST /auth/refresh',
  'POST /invitations/accept',
  'POST /invitations/preview',
  'POST /invitations/decline',
  'POST /auth/verify-email',
  'POST /auth/password-reset',
  'POST /auth/password-reset/confirm',
  'POST /auth/email-change/confirm',
  'GET /health/live',
  'GET /health/ready',
];

/** The routes of the code that runs, as its decorators left them. Nothing needs to be instantiated for it. */
export function routesOf(modules: ModulesContainer): RouteFacts {
  const all = [...modules.values()];
  const guards = all.flatMap((module) =>
    [...module.providers.values()].filter(({ subtype }) => subtype === 'guard'),
  );
  const controllers = all.flatMap((module) => [...module.controllers.values()]);
  const has = (guard: Type) => guards.some(({ metatype }) => metatype === guard);
  return {
    closedByDefault: has(AccessTokenGuard),
    rolesChecked: has(RolesGuard),
    routes: controllers
      .flatMap(({ metatype }) => routesOfController(metatype as Type))
      .toSorted((a, b) => `${a.path} ${a.method}`.localeCompare(`${b.path} ${b.method}`)),
  };
}

function routesOfController(controller: Type): Route[] {
  const prefix = String(Reflect.getMetadata(PATH_METADATA, controller) ?? '');
  return Object.values(Object.getOwnPropertyDescriptors(controller.prototype as object))
    .map(({ value }) => value as Handler)
    .filter(
      (handler) => typeof handler === 'function' && Reflect.hasMetadata(METHOD_METADATA, handler),
    )
    .map((handler) => ({
      method: RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod],
      path: joined(prefix, String(Reflect.getMetadata(PATH_METADATA, handler))),
      token: markOf(PUBLIC, handler, controller) !== true,
      guards: [...guardsOf(controller), ...guardsOf(handler)],
      ...permissionOf(markOf(ACCESS, handler, controller) as Access | undefined),
    }));
}

function permissionOf(access: Access | undefined): Pick<Route, 'permission' | 'role'> {
  if (access === undefined) return { permission: null, role: null };
  return { permission: access, role: leastRole(access) };
}

function joined(...parts: string[]): string {
  return `/${parts
    .map((part) => part.replace(/^\/|\/$/g, ''))
    .filter((part) => part !== '')
    .join('/')}`;
}

/** As the guard looks it up: the handler's own word counts before the controller's. */
function markOf(key: string, ...targets: [Handler, Type]): unknown {
  return targets
    .map((one) => Reflect.getMetadata(key, one) as unknown)
    .find((mark) => mark !== undefined);
}

function guardsOf(target: object): string[] {
  return ((Reflect.getMetadata(GUARDS_METADATA, target) ?? []) as Type[]).map(({ name }) => name);
}
