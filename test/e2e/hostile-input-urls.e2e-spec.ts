import type { OpenAPIObject } from '@nestjs/swagger';
import { withId } from '../support/api-document';
import { startApp, type TestApp } from '../support/app';
import { rowsOf } from '../support/catalogue';
import { Client, type Answer } from '../support/client';
import { password, register, type Person } from '../support/people';

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
interface About {
  parameters?: { name: string; in: string; schema: { type: string } }[];
}

let app: TestApp;
let alice: Person;
let operations: { id: string; method: Method; path: string; about: About }[];

beforeAll(async () => {
  app = await startApp({ DOCS: 'on', RATE_LIMITS: 'off' });
  alice = await register(app, 'alice');
  await app.sql('UPDATE users SET operator = true WHERE id = $1', [alice.userId]);
  const document = (await alice.client.get('/openapi.json')).body as OpenAPIObject;
  operations = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item as Record<string, About>).map(([name, about]) => {
      const method = name.toUpperCase() as Method;
      return { id: `${method} ${path}`, method, path, about };
    }),
  );
});
afterAll(() => app.close());

function names({ status, headers, body }: Answer, field: string): boolean {
  const errors = (body?.errors ?? []) as { field: string }[];
  return (
    status === 400 &&
    String(headers['content-type']).startsWith('application/problem+json') &&
    errors.length > 0 &&
    errors.every((error) => error.field === field)
  );
}

describe('every query parameter', () => {
  const parameters = () =>
    operations.flatMap(({ path, about }) =>
      (about.parameters ?? [])
        .filter((parameter) => parameter.in === 'query')
        .map(({ name }) => ({ path, name })),
    );

  it('is refused by name when it is empty, doubled, too long or cannot be stored', async () => {
    const before = await rowsOf(app.database.adminUrl);
    const bad = (name: string) => [
      `${name}=`,
      name,
      `${name}=ended&${name}=ended`,
      `${name}=1&${name}=1&${name}=1`,
      `${name}=${'x'.repeat(10_000)}`,
      `${name}=a%00b`,
    ];

    const wrong: string[] = [];
    for (const { path, name } of parameters()) {
      for (const query of bad(name)) {
        const answer = await alice.client.get(`${path}?${query}`);
        if (!names(answer, name)) wrong.push(`${path}?${query.slice(0, 60)}: ${answer.text}`);
      }
    }

    expect(parameters()).toHaveLength(74);
    expect(wrong).toEqual([]);
    expect(await rowsOf(app.database.adminUrl)).toEqual(before);
  });

  it('is refused as unknown in the spellings of other frameworks', async () => {
    const wrong: string[] = [];
    for (const { path, name } of parameters()) {
      for (const odd of [`${name}[]`, `${name}[a]`, `${name}.a`, name.toUpperCase(), 'offset']) {
        const answer = await alice.client.get(`${path}?${encodeURIComponent(odd)}=1`);
        const told = names(answer, odd) && answer.body.errors[0].code === 'field.unknown';
        if (!told) wrong.push(`${path}?${odd}: ${answer.text}`);
      }
    }

    expect(wrong).toEqual([]);
  });

  it('never makes the server fail, whatever is in it', async () => {
    const values = [
      ...['null', 'true', '-1', '0', '101', '1.5', '1e2', 'Infinity', '0x10', '٣', '99999999999'],
      ...["' OR 1=1 --", '🙂', '%', '%ZZ', '%ED%A0%80', '%ff', '\\', '{}', '[]', '+', '%0d%0a'],
      ...['2025-02-30T00:00:00Z', '2025-01-01', '9999-12-31T23:59:59Z', '2025-01-01T00:00:00'],
      ...['1969-12-31T00:00:00Z', '1970-01-01T00:00:00+23:59', '9999-12-31T23:59:59-23:59'],
    ];

    const failures: string[] = [];
    for (const { path, name } of parameters()) {
      for (const value of values) {
        const answer = await alice.client.get(`${path}?${name}=${value}`);
        const fine = answer.status === 200 || answer.body.code === 'cursor.invalid';
        if (!fine && !names(answer, name))
          failures.push(`${path} ${name}=${value}: ${answer.text}`);
      }
    }

    expect(failures).toEqual([]);
  });
});

describe('every id in a path', () => {
  it('that is no UUID is refused by name, and nothing changes', async () => {
    const before = await rowsOf(app.database.adminUrl);
    const uuid = '7f1f7b7e-7a53-4d0f-9f0c-2f5b8a2f2f11';
    const bad = [
      ...['x', '1', '-1', 'null', 'undefined', '*', '%00', '%F0%9F%99%82', '%20', '..%2Fme'],
      ...[`{${uuid}}`, `${uuid}x`, `${uuid}%00`, `%20${uuid}`, uuid.replaceAll('-', '')],
      ...[`${uuid}'%20OR%201=1--`, `${uuid}%0A`, uuid.replace('7', 'g'), 'a'.repeat(500)],
    ];
    const bodies: Record<string, object> = {
      'POST /admin/tenants/{id}/suspend': { reason: 'x' },
    };
    const byId = operations.filter(({ path }) => path.includes('{'));

    const wrong: string[] = [];
    for (const { id, method, path } of byId) {
      for (const value of bad) {
        const body = method === 'PATCH' ? { label: 'x', notes: 'x' } : undefined;
        const answer = await alice.client.send(method, withId(path, value), body ?? bodies[id]);
        if (!names(answer, /\{(\w+)\}/.exec(path)?.[1] ?? ''))
          wrong.push(`${id} ${value}: ${answer.text}`);
      }
      const absent = await alice.client.send(method, withId(path, uuid.toUpperCase()), bodies[id]);
      if (absent.status !== 404) wrong.push(`${id} ${uuid}: ${absent.text}`);
    }

    expect(byId).toHaveLength(17);
    expect(wrong).toEqual([]);
    expect(await rowsOf(app.database.adminUrl)).toEqual(before);
  });
});

describe('a header', () => {
  const anonymous = () => new Client(app.app);
  const login = () => ({ email: alice.email, password });

  it('User-Agent is kept in part when it is long or odd', async () => {
    for (const agent of ['é'.repeat(5000), '\u0080\u00ff', '🙂'.repeat(200), ' ', '']) {
      const answer = await anonymous().post('/auth/login', login(), {
        headers: { 'user-agent': agent },
      });

      expect(answer.status).toBe(200);
    }
  });

  it.each([
    'ava_refresh=%00',
    'ava_refresh=%zz',
    'ava_refresh=',
    'ava_refresh',
    ';;=;',
    '\u00ff=1',
  ])('Cookie %j refreshes nothing', async (cookie) => {
    const answer = await anonymous().post('/auth/refresh', undefined, { headers: { cookie } });

    expect(answer).toMatchObject({ status: 401, body: { code: 'auth.refresh_invalid' } });
  });

  it('X-Forwarded-For may hold anything, also behind a proxy that is trusted', async () => {
    const proxied = await startApp(
      { TRUST_PROXY: 'true', DOCS: 'on', RATE_LIMITS: 'off' },
      app.database,
    );
    const addresses = [
      'garbage',
      '1.2.3.4:5678',
      '[2001:db8::1]:443',
      'unknown',
      ' ',
      '1.2.3.4, x',
    ];

    const statuses: number[] = [];
    for (const address of [...addresses, '203.0.113.7', '2001:db8::1', 'fe80::1%eth0']) {
      const headers = { 'x-forwarded-for': address };
      statuses.push(
        (await new Client(proxied.app).post('/auth/login', login(), { headers })).status,
      );
    }
    await proxied.app.close();

    expect(statuses).toEqual(statuses.map(() => 200));
    expect(
      await app.sql(
        `SELECT host(ip) AS ip FROM sessions WHERE host(ip) ~ '^(203|2001|fe80)' ORDER BY 1`,
      ),
    ).toEqual([{ ip: '2001:db8::1' }, { ip: '203.0.113.7' }, { ip: 'fe80::1' }]);
  });
});
