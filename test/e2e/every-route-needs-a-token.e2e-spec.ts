import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import { GUARDS_METADATA, METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants';
import { ModulesContainer } from '@nestjs/core';
import type { OpenAPIObject } from '@nestjs/swagger';
import { decode, sign, type JwtPayload } from 'jsonwebtoken';
import { jwtSecret, startApp, type TestApp } from '../support/app';
import { rowsOf } from '../support/catalogue';
import { Client } from '../support/client';
import { register, type Person } from '../support/people';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
type Operation = NonNullable<OpenAPIObject['paths'][string]['get']>;
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
  'GET /health/live',
  'GET /health/ready',
];
const ownGuards: Readonly<Record<string, string>> = {
  UsersModule: 'UserGuard',
  TenantsModule: 'TenantGuard',
  CallsModule: 'CallGuard',
  AvaProfilesModule: 'AvaProfileGuard',
  PhoneNumbersModule: 'PhoneNumberGuard',
};

let app: TestApp;
let alice: Person;
let routes: Route[];

beforeAll(async () => {
  app = await startApp({ DOCS: 'on' });
  alice = await register(app, 'alice');
  const { body } = await new Client(app.app).get('/openapi.json');
  routes = Object.entries((body as OpenAPIObject).paths).flatMap(([path, item]) =>
    Object.entries(item as Record<string, Operation>).map(([name, operation]) => ({
      id: `${name.toUpperCase()} ${path}`,
      method: name.toUpperCase() as Method,
      url: path.replace('{id}', '00000000-0000-4000-8000-000000000000'),
      operationId: operation.operationId ?? '',
      open: !operation.security?.length,
    })),
  );
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
          module: module.name,
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

const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Authorization headers that must open nothing, each made from a token that would. */
function refusedHeaders(token: string): Record<string, [header: string | undefined, code: string]> {
  const { header, payload } = decode(token, { complete: true }) ?? {};
  const claims = payload as JwtPayload;
  const options = { algorithm: 'HS256', keyid: header?.kid ?? '' } as const;
  const past = { ...claims, iat: (claims.iat ?? 0) - 2000, exp: (claims.exp ?? 0) - 2000 };
  const [head = '', body = '', signature = ''] = token.split('.');
  const bearer = (text: string) => `Bearer ${text}`;
  return {
    none: [undefined, 'auth.token_missing'],
    empty: ['', 'auth.token_missing'],
    'another scheme': [`Basic ${base64({ alice: 1 })}`, 'auth.token_missing'],
    garbage: [bearer('garbage'), 'auth.token_invalid'],
    'three garbage parts': [bearer('a.b.c'), 'auth.token_invalid'],
    expired: [bearer(sign(past, jwtSecret, options)), 'auth.token_expired'],
    'algorithm none': [
      bearer(`${base64({ ...header, alg: 'none' })}.${body}.`),
      'auth.token_invalid',
    ],
    'algorithm none, signed': [
      bearer(`${base64({ ...header, alg: 'none' })}.${body}.${signature}`),
      'auth.token_invalid',
    ],
    'another key': [
      bearer(sign(claims, 'not-the-secret-of-this-server-but-as-long', options)),
      'auth.token_invalid',
    ],
    'another key that it names itself': [
      bearer(sign(claims, 'not-the-secret', { ...options, keyid: 'mine' })),
      'auth.token_invalid',
    ],
    'changed claims': [
      bearer(`${head}.${base64({ ...claims, tid: claims.sub })}.${signature}`),
      'auth.token_invalid',
    ],
  };
}

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
    const answers: number[] = [];
    for (const { method, url } of routes.filter(({ open }) => open)) {
      const body = method === 'GET' ? undefined : { nonsense: true };
      for (const token of [undefined, 'garbage']) {
        answers.push((await new Client(app.app).send(method, url, body, { token })).status);
      }
    }

    expect(answers).toEqual([400, 400, 400, 400, 400, 400, 200, 200, 200, 200]);
  });
});

describe('the guards of the modules', () => {
  it.each(Object.entries(ownGuards))('%s carries its own %s', (module, guard) => {
    const own = handlers().filter((handler) => handler.module === module);
    const byId = own.filter(({ path }) => path.includes(':id'));

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
