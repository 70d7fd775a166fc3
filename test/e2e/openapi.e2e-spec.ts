import type { OpenAPIObject } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { catalogue, type ProblemCode } from '../../src/kernel/http/problem-catalogue';
import {
  apiDocument,
  operationsOf,
  withId,
  type DocumentedOperation,
} from '../support/api-document';
import { startApp, type TestApp } from '../support/app';
import { join, register, type Person } from '../support/people';

type Operation = DocumentedOperation['operation'];
interface ErrorAnswer {
  content?: Record<string, { schema: { $ref?: string }; examples?: Record<string, Example> }>;
}
interface Example {
  value: { code: string; status: number; title: string };
}
interface Property {
  $ref?: string;
  description?: string;
  enum?: unknown[];
  items?: { $ref?: string };
}
interface Schema {
  properties?: Record<string, Property>;
}

let app: TestApp;
let alice: Person;
let document: OpenAPIObject;
let operations: DocumentedOperation[];

beforeAll(async () => {
  app = await startApp({ DOCS: 'on' });
  alice = await register(app, 'alice');
  document = await apiDocument(app);
  operations = operationsOf(document);
});
afterAll(() => app.close());

const PROBLEM = 'application/problem+json';
/** Health answers in its own words, not with a problem. */
const NOT_A_PROBLEM = 'GET /health/ready 503';
const notForMembers = [
  'PATCH /tenant',
  'DELETE /tenant',
  'PATCH /tenant/members/{userId}',
  'DELETE /tenant/members/{userId}',
  'POST /tenant/transfer',
  'GET /tenant/export',
  'GET /tenant/invitations',
  'POST /tenant/invitations',
  'POST /tenant/invitations/{id}/resend',
  'DELETE /tenant/invitations/{id}',
  'PUT /ava-profile',
  'PATCH /ava-profile',
  'POST /phone-numbers',
  'PATCH /phone-numbers/{id}',
  'DELETE /phone-numbers/{id}',
  'PATCH /calls/{id}',
  'DELETE /calls/{id}',
  'POST /calls/import',
  'POST /calls/delete-preview',
  'POST /calls/delete',
  'POST /callers/export',
  'POST /callers/erase-preview',
  'POST /callers/erase',
  'GET /callers/receipts',
  'GET /tenant/retention',
  'PUT /tenant/retention',
  'GET /tenant/retention/preview',
  'GET /audit',
  'GET /audit/export',
];
const errorsOf = (operation: Operation) =>
  Object.entries(operation.responses as Record<string, ErrorAnswer>)
    .filter(([status]) => Number(status) >= 400)
    .map(([status, answer]) => ({ status: Number(status), answer }));

const codesOf = (operation: Operation) =>
  errorsOf(operation).flatMap(({ answer }) =>
    Object.keys(answer.content?.[PROBLEM]?.examples ?? {}),
  );

const schemas = () =>
  Object.entries((document.components?.schemas ?? {}) as Record<string, Schema>);

describe('the API document', () => {
  it('describes every operation: summary, description, a known tag, an id of its own, a good answer', () => {
    const tags = document.tags?.map(({ name }) => name) ?? [];
    const ids = operations.map(({ operation }) => operation.operationId);

    const poor = operations.filter(
      ({ operation: { summary, description, tags: own = [], responses } }) =>
        !summary ||
        !description ||
        own.length !== 1 ||
        !own.every((tag) => tags.includes(tag)) ||
        !Object.keys(responses).some((status) => status.startsWith('2')),
    );

    expect(operations.length).toBeGreaterThan(35);
    expect(poor.map(({ id }) => id)).toEqual([]);
    expect(new Set(ids).size).toBe(operations.length);
    expect(ids).not.toContain(undefined);
  });

  it('shows each error as a problem with an example a code, under the status of that code', () => {
    const wrong = operations.flatMap(({ id, operation }) =>
      errorsOf(operation).flatMap(({ status, answer }) => {
        const { schema, examples = {} } = answer.content?.[PROBLEM] ?? {};
        const good =
          schema?.$ref === '#/components/schemas/Problem' &&
          Object.keys(examples).length > 0 &&
          Object.entries(examples).every(
            ([code, { value }]) =>
              value.code === code &&
              value.status === status &&
              catalogue[code as ProblemCode].status === status &&
              value.title === catalogue[code as ProblemCode].en[0],
          );
        return good ? [] : [`${id} ${status}`];
      }),
    );

    expect(wrong).toEqual([NOT_A_PROBLEM]);
  });

  it('tells the errors that come with a token, a body and a parameter, and those of the server', () => {
    const missing = operations.flatMap(({ id, operation }) => {
      const expected: ProblemCode[] = ['server.error'];
      if (`${id} 503` !== NOT_A_PROBLEM) expected.push('server.unavailable');
      if (operation.security?.length) {
        expected.push('auth.token_missing', 'auth.token_invalid', 'auth.token_expired');
        expected.push('auth.session_ended', 'tenant.suspended');
      }
      if (operation.requestBody) {
        expected.push('request.invalid', 'request.malformed', 'request.too_deep');
        expected.push('request.too_large', 'request.media_type');
      }
      const names = ((operation.parameters ?? []) as { name: string }[]).map(({ name }) => name);
      if (names.some((name) => name !== 'If-Match')) expected.push('request.invalid');
      if (names.includes('cursor')) expected.push('cursor.invalid');
      if (names.includes('If-Match')) expected.push('ava_profile.changed');
      const told = codesOf(operation);
      return expected.filter((code) => !told.includes(code)).map((code) => `${id} ${code}`);
    });

    expect(missing).toEqual([]);
  });

  it('tells a role that is too low exactly where a member meets it', async () => {
    const bob = await join(app, await register(app, 'bob'), {
      tenantId: alice.tenantId,
      role: 'member',
    });
    const open = operations.filter(
      ({ path, operation }) => operation.security?.length && path !== '/auth/logout',
    );

    const met: string[] = [];
    for (const { id, method, path } of open) {
      const url = withId(path, alice.userId);
      const answer = await bob.client.send(method, url, method === 'GET' ? undefined : {});
      if (answer.body?.code === 'auth.role_too_low') met.push(id);
    }

    const told = open.filter(({ operation }) => codesOf(operation).includes('auth.role_too_low'));
    expect(met).toEqual(notForMembers);
    expect(told.map(({ id }) => id)).toEqual(met);
  });

  it('lists every code of the catalogue, as a choice and in a table', () => {
    const codes = Object.keys(catalogue);
    const problem = schemas().find(([name]) => name === 'Problem')?.[1];

    const untold = codes.filter(
      (code) => !document.info.description?.includes(`| \`${code}\` | ${statusOf(code)} |`),
    );

    expect(untold).toEqual([]);
    expect(problem?.properties?.code?.enum).toEqual(codes);
  });

  it('describes every field, with an example, a choice or a schema of its own', () => {
    const fields = schemas().flatMap(([name, schema]) =>
      Object.entries(schema.properties ?? {}).map(([field, property]) => ({
        at: `${name}.${field}`,
        property,
        ofProblem: ['Problem', 'FieldProblem'].includes(name),
      })),
    );

    const mute = fields.filter(({ property }) => !property.description);
    const bare = fields.filter(
      ({ ofProblem, property }) =>
        !ofProblem &&
        !['example', 'enum', '$ref', 'allOf'].some((key) => key in property) &&
        property.items?.$ref === undefined,
    );

    expect(fields.length).toBeGreaterThan(100);
    expect(mute.map(({ at }) => at)).toEqual([]);
    expect(bare.map(({ at }) => at)).toEqual([]);
  });

  it('describes every parameter', () => {
    const mute = operations.flatMap(({ id, operation }) =>
      ((operation.parameters ?? []) as { name: string; description?: string }[])
        .filter(({ description }) => !description)
        .map(({ name }) => `${id} ${name}`),
    );

    expect(mute).toEqual([]);
  });

  it('holds no entity, and no column that is for the server alone', () => {
    const entities = app.app.get(DataSource).entityMetadatas.map(({ targetName }) => targetName);
    const fields = schemas().flatMap(([name, { properties = {} }]) =>
      Object.keys(properties).map((field) => `${name}.${field}`),
    );

    expect(entities).toContain('UserCredentials');
    expect(schemas().filter(([name]) => entities.includes(name))).toEqual([]);
    // The hash of a caller’s number in a receipt is keyed. Told to operators: who is one, and what was done as one. Who asks for everything about himself is told that, too.
    expect(fields.filter((field) => /hash|sortedAt|revokedAt|operator|orgId/i.test(field))).toEqual(
      [
        'ReceiptView.numberHash',
        'AccountData.operator',
        'InvitationData.revokedAt',
        'TrailEvent.byOperator',
        'UserOverview.operator',
      ],
    );
    expect(fields.filter((field) => field.endsWith('.tenantId'))).toEqual([
      'Login.tenantId',
      'SwitchTenant.tenantId',
      'SessionData.tenantId',
      'NumberData.tenantId',
      'InvitationData.tenantId',
      'EventData.tenantId',
      'TrailEvent.tenantId',
      'JobView.tenantId',
    ]);
  });
});

const statusOf = (code: string) => catalogue[code as ProblemCode].status;
