import type { OpenAPIObject } from '@nestjs/swagger';
import { withId } from '../support/api-document';
import { startApp, type TestApp } from '../support/app';
import { rowsOf } from '../support/catalogue';
import type { Answer } from '../support/client';
import { join, register, type Person } from '../support/people';

interface Schema {
  type: string;
  nullable?: boolean;
  description?: string;
  enum?: string[];
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  maximum?: number;
  example?: unknown;
}
interface Written {
  id: string;
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  url: string;
  fields: Record<string, Schema>;
  required: string[];
  /** The body that the document's examples make. */
  example: Record<string, unknown>;
}
type Body = Record<string, unknown>;
/** A body, and the fields of it that must be named. */
type Case = [body: Body, ...fields: string[]];

let app: TestApp;
let alice: Person;
let written: Written[];

beforeAll(async () => {
  app = await startApp({ DOCS: 'on', RATE_LIMITS: 'off' });
  alice = await register(app, 'alice');
  await app.sql('UPDATE users SET operator = true WHERE id = $1', [alice.userId]);
  const call = { startedAt: '2025-01-31T09:30:00Z', direction: 'inbound', status: 'ended' };
  const ids: Record<string, string> = {
    calls: (await alice.client.post('/calls', call)).body.id as string,
    'phone-numbers': (await alice.client.post('/phone-numbers', { number: '+33123456789' })).body
      .id as string,
    // Not the tenant that the operator acts from.
    admin: (await register(app, 'bea')).tenantId,
    tenant: (await join(app, await register(app, 'max'), { ...alice, role: 'member' })).userId,
  };
  const document = (await alice.client.get('/openapi.json')).body as OpenAPIObject;
  const schemas = document.components?.schemas as Record<
    string,
    { properties: Record<string, Schema>; required?: string[] }
  >;
  written = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item as Record<string, { requestBody?: unknown }>).flatMap(([name, about]) => {
      const schema = /schemas\/(\w+)/.exec(JSON.stringify(about.requestBody ?? null))?.[1];
      if (schema === undefined) return [];
      const { properties: fields, required = [] } = schemas[schema] ?? { properties: {} };
      const examples = Object.entries(fields).map(([field, { example }]) => [field, example]);
      return {
        id: `${name.toUpperCase()} ${path}`,
        method: name.toUpperCase() as Written['method'],
        url: withId(path, ids[path.split('/')[1] ?? ''] ?? ''),
        fields,
        required,
        example: Object.fromEntries(examples) as Body,
      };
    }),
  );
});
afterAll(() => app.close());

const long = 'x'.repeat(10_000);
const ofType: Readonly<Record<string, unknown>> = {
  string: 'text',
  number: 1.5,
  boolean: true,
  array: ['text'],
  object: { text: 'text' },
};

/** Values that no reading of the field's schema admits. */
function refusedBy(schema: Schema): unknown[] {
  const own = schema.type === 'integer' ? ['integer'] : [schema.type];
  const others = Object.entries(ofType).filter(([type]) => !own.includes(type));
  const values = others.map(([, value]) => value);
  if (!schema.nullable) values.push(null);
  if (schema.type === 'string') values.push(...textsRefusedBy(schema));
  if (schema.type === 'array') values.push(['a\0b'], ['\ud800'], [[]], [null], [1], ['a\nb']);
  if (schema.type === 'object') values.push({ a: 'a\0b' }, { a: ['\ud800'] }, { 'a\0b': 1 });
  if (schema.maximum !== undefined) values.push(-1, schema.maximum + 1, 1e300);
  return values;
}

function textsRefusedBy(schema: Schema) {
  const { enum: choices, format, pattern, description = '', minLength = 0, maxLength } = schema;
  const strict = [choices, format, pattern].some((rule) => rule !== undefined);
  const values = ['a\0b', '\0', '\ud800', 'a\udc00b'];
  if (strict || minLength > 0) values.push('', ' \n\t ');
  if (strict) values.push('🙂', "' OR 1=1 --");
  if (strict || (maxLength ?? Infinity) < long.length) values.push(long);
  return [...values, ...linesRefusedBy(description)];
}

function linesRefusedBy(description: string): string[] {
  const lines = ['a\r\nb', 'a\u202eb', 'a\u2028b', 'a\u0007b'];
  const links = ['www.evil.example', 'a https://evil.example'];
  return [
    ...(description.includes('One line.') ? lines : []),
    ...(description.includes('No link.') ? links : []),
  ];
}

const shown = (value: unknown) => JSON.stringify(value ?? null).slice(0, 40);
const top = (path: string) => path.split(/[.[]/, 1)[0];

/** What is wrong with an answer that should refuse exactly these fields. */
function complaint({ status, headers, body, text }: Answer, ...fields: string[]): string | null {
  const named =
    (body?.errors as { field: string; code: string; message: string }[] | undefined) ?? [];
  const right =
    status === 400 &&
    String(headers['content-type']).startsWith('application/problem+json') &&
    body.code === 'request.invalid' &&
    named.length > 0 &&
    named.every(({ message }) => message !== '') &&
    [...new Set(named.map(({ field }) => top(field)))].sort().join() === fields.toSorted().join();
  return right ? null : `${status} ${text.slice(0, 400)}`;
}

/** Sends each body to its operation; the answers must refuse it, name the fields and leave every table as it was. */
async function expectRefused(cases: (of: Written) => Case[]) {
  const before = await rowsOf(app.database.adminUrl);
  const wrong: string[] = [];
  let sent = 0;
  for (const operation of written) {
    for (const [body, ...fields] of cases(operation)) {
      const answer = await alice.client.send(operation.method, operation.url, body);
      const found = complaint(answer, ...fields);
      const values = fields.map((field) => `${field}=${shown(body[field])}`).join();
      if (found !== null) wrong.push(`${operation.id} ${values}: ${found}`);
      sent += 1;
    }
  }
  expect(wrong).toEqual([]);
  expect(sent).toBeGreaterThan(10);
  expect(await rowsOf(app.database.adminUrl)).toEqual(before);
}

describe('every field of every body', () => {
  it('refuses null, the wrong type, the wrong form, and characters that cannot be stored', async () => {
    expect(written.map(({ id }) => id)).toHaveLength(38);

    await expectRefused(({ fields, example }) =>
      Object.entries(fields).flatMap(([field, schema]) =>
        refusedBy(schema).map((value): Case => [{ ...example, [field]: value }, field]),
      ),
    );
  });

  it('is named when it is missing but required, all of them at once', async () => {
    await expectRefused(({ required }) => (required.length > 0 ? [[{}, ...required]] : []));
  });

  it('must be known: what a client may not set is refused, not dropped', async () => {
    const evil = { id: 'x', ownerId: 'x', role: 'owner', operator: true, createdAt: null };

    await expectRefused(({ example, fields }) => [
      [{ ...example, ...evil }, ...Object.keys(evil).filter((field) => !(field in fields))],
      ...('tenantId' in fields ? [] : [[{ ...example, tenantId: 'x' }, 'tenantId'] satisfies Case]),
    ]);
  });

  it('never makes the server fail, whatever is in it', async () => {
    const odd = ['🙂\u202e', "' OR 1=1 --", '${7*7}{{7*7}}', '%00\\u0000', '\u0001', long];
    const values = [...odd, -0, 1e-7, 1e21, '', null, [], {}, [{}], odd.map((role) => ({ role }))];
    const bob = await register(app, 'bob');

    const failures: string[] = [];
    const statuses = new Set<number>();
    for (const { id, method, url, fields, example } of written) {
      if (method === 'DELETE') continue;
      for (const field of Object.keys(fields)) {
        for (const value of values) {
          const answer = await bob.client.send(method, url, { ...example, [field]: value });
          statuses.add(answer.status);
          if (answer.status >= 500) failures.push(`${id} ${field}=${shown(value)}: ${answer.text}`);
        }
      }
    }

    expect(failures).toEqual([]);
    expect([...statuses]).toEqual(expect.arrayContaining([200, 201, 400]));
  });
});
