import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import { GUARDS_METADATA, METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants';
import { ModulesContainer } from '@nestjs/core';
import { apiDocument, operationsOf, withId } from '../support/api-document';
import { startApp, type TestApp } from '../support/app';
import { rowsOf } from '../support/catalogue';
import { Client, type Method } from '../support/client';
import { register, type Person } from '../support/people';
import { refusedHeaders } from '../support/refused-tokens';

type Handler = (...parameters: unknown[]) => unknown;
interface Route {
  id: string;
  method: Method;
  url: string;
  operationId: string;
  open: boolean;
}

/** Whoever opens a route to everybody must add it here, and say why in review. */
const publicRoutes = [
  'POST /auth/register',
  'POST /auth/login',
  'POST /auth/refresh',
  'POST /auth/verify-email',
  'POST /auth/password-reset',
  'POST /auth/password-reset/confirm',
  'POST /invitations/accept',
  'POST /auth/email-change/confirm',
  'POST /invitations/preview',
  'POST /invitations/decline',
  'GET /health/live',
  'GET /health/ready',
];
const ownGuards: Readonly<Record<string, string>> = {
  users: 'UserGuard',
  tenants: 'TenantGuard',
  members: 'MemberGuard',
  invitations: 'InvitationGuard',
  calls: 'CallGuard',
  avaProfiles: 'AvaProfileGuard',
  phoneNumbers: 'PhoneNumberGuard',
};

let app: TestApp;
let alice: Person;
let routes: Route[];

beforeAll(async () => {
  app = await startApp({ DOCS: 'on' });
  alice = await register(app, 'alice');
  routes = operationsOf(await apiDocument(app)).map(({ operation, path, ...rest }) => ({
    ...rest,
    url: withId(path, '00000000-0000-4000-8000-000000000000'),
    operationId: operation.operationId ?? '',
  }));
});
afterAll(() => app.close());

/** Every handler of every controller, as the decorators left it. */
function handlers() {
  return [...app.app.get(ModulesContainer).values()].flatMap((module) =>
    [...module.controllers.values()].flatMap(({ metatype }) => {
      const controller = metatype as Type;
      return Object.entries(Object.getOwnPropertyDescriptors(controller.prototype as object))
        .map(([name, { value }]) => ({ name, handler: value as Handler }))
        .filter(({ handler }) => Reflect.hasMetadata(METHOD_METADATA, handler))
        .map(({ name, handler }) => ({
          operationId: `${lowerFirst(controller.name.replace(/Controller$/, ''))}_${name}`,
          path: Reflect.getMetadata(PATH_METADATA, handler) as string,
          open: [handler, controller].some((one) => Reflect.hasMetadata('ava:public', one)),
          guardsOfClass: guardsOf(controller),
          guards: [...guardsOf(controller), ...guardsOf(handler)],
        }));
    }),
  );
}

const lowerFirst = (name: string) => `${name.charAt(0).toLowerCase()}${name.slice(1)}`;

const guardsOf = (target: object) =>
  ((Reflect.getMetadata(GUARDS_METADATA, target) ?? []) as Type[]).map(({ name }) => name);

describe('every route', () => {
  it('is public only when it is on the list', () => {
    expect(routes.length).toBeGreaterThan(35);
    expect(routes.filter(({ open }) => open).map(({ id }) => id)).toEqual(publicRoutes);
  });

  it('is open in its decorators exactly when it is in the API document, and none is left out there', () => {
    const told = Object.fromEntries(routes.map(({ operationId, open }) => [operationId, open]));
    const built = Object.fromEntries(
      handlers().map(({ operationId, open }) => [operationId, open]),
    );

    expect(built).toEqual(told);
  });

  it('answers 401 in problem form to every token that is not good, before it looks at the body', async () => {
    const closed = routes.filter(({ open }) => !open);
    const before = await rowsOf(app.database.adminUrl);

    const wrong: string[] = [];
    for (const [kind, [authorization, code]] of Object.entries(refusedHeaders(alice.accessToken))) {
      for (const { id, method, url } of closed) {
        const body = method === 'GET' ? undefined : { nonsense: true };
        const headers: Record<string, string> =
          authorization === undefined ? {} : { authorization };
        const answer = await new Client(app.app).send(method, url, body, { headers });
        const fine =
          answer.status === 401 &&
          answer.headers['www-authenticate'] === 'Bearer' &&
          String(answer.headers['content-type']).startsWith('application/problem+json') &&
          answer.body.code === code;
        if (!fine) wrong.push(`${id}, token ${kind}: ${answer.status} ${answer.text}`);
      }
    }

    expect(closed.length).toBe(routes.length - publicRoutes.length);
    expect(wrong).toEqual([]);
    expect(await rowsOf(app.database.adminUrl)).toEqual(before);
    expect((await alice.client.get('/me')).status).toBe(200);
  });

  it('that is public answers without a token, and does not mind a bad one', async () => {
    const answers: Record<string, number[]> = {};
    for (const { id, method, url } of routes.filter(({ open }) => open)) {
      const body = method === 'GET' ? undefined : { nonsense: true };
      answers[id] = [];
      for (const token of [undefined, 'garbage']) {
        const { status } = await new Client(app.app).send(method, url, body, { token });
        answers[id].push(status);
      }
    }

    const invalid = [400, 400];
    expect(answers).toEqual({
      ...Object.fromEntries(
        publicRoutes.filter((route) => route.startsWith('POST')).map((route) => [route, invalid]),
      ),
      // What it does depends on who is logged in, so a token that is sent counts.
      'POST /invitations/accept': [400, 401],
      'GET /health/live': [200, 200],
      'GET /health/ready': [200, 200],
    });
  });
});

describe('the guards of the controllers', () => {
  it.each(Object.entries(ownGuards))('%s carries its own %s', (controller, guard) => {
    const own = handlers().filter(({ operationId }) => operationId.startsWith(`${controller}_`));
    const byId = own.filter(({ path }) => path.includes(':'));

    const onClass = own.every(({ guardsOfClass }) => guardsOfClass.includes(guard));
    const onEveryId = byId.length > 0 && byId.every(({ guards }) => guards.includes(guard));

    expect(own.length).toBeGreaterThan(2);
    expect(onClass || onEveryId).toBe(true);
  });

  it('holds for every handler with an id, wherever it is: none reads a row that no guard has checked', () => {
    const unguarded = handlers().filter(
      ({ path, guards }) => path.includes(':') && !guards.some((name) => name.endsWith('Guard')),
    );

    expect(unguarded).toEqual([]);
  });
});
