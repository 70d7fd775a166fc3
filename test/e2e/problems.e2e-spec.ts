import type { OpenAPIObject } from '@nestjs/swagger';
import { withId } from '../support/api-document';
import { startApp, type TestApp } from '../support/app';
import { Client, type Answer } from '../support/client';
import { register, type Person } from '../support/people';

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
const call = { startedAt: '2025-01-31T09:30:00Z', direction: 'inbound', status: 'ended' };

let app: TestApp;
let alice: Person;

beforeAll(async () => {
  app = await startApp({ DOCS: 'on' });
  alice = await register(app, 'alice');
});
afterAll(() => app.close());

function expectProblem(answer: Answer, status: number, code: string): void {
  expect(answer.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(answer.body).toMatchObject({
    type: `urn:ava:problem:${code}`,
    title: expect.any(String),
    status,
    detail: expect.any(String),
    code,
    instance: expect.stringMatching(/^\/[^?]*$/),
    requestId: answer.headers['x-request-id'],
  });
  expect(answer.status).toBe(status);
}

/** A body of bytes, with the header given or none. */
async function patchMe(payload: Buffer | string, contentType?: string): Promise<Answer> {
  const {
    statusCode,
    headers,
    payload: text,
  } = await app.app.inject({
    method: 'PATCH',
    url: '/me',
    headers: {
      authorization: `Bearer ${alice.accessToken}`,
      ...(contentType === undefined ? {} : { 'content-type': contentType }),
    },
    payload: Buffer.from(payload),
  });
  return { status: statusCode, headers, text, body: JSON.parse(text) as unknown };
}

describe('a route', () => {
  it.each(['/nope', '/', '/calls/', '/CALLS', '//', '/calls//x', '/calls;a=1', '/%2e%2e', '/me/x'])(
    'that is unknown is 404: %s',
    async (url) => {
      expectProblem(await alice.client.get(url), 404, 'route.not_found');
    },
  );

  it('answers 405 and what it allows to every method it does not have, with a token or without', async () => {
    const document = (await alice.client.get('/openapi.json')).body as OpenAPIObject;
    for (const path of Object.keys(document.paths)) {
      const url = withId(path, '00000000-0000-4000-8000-000000000000');
      // A word in the place of an id, as in /calls/export: the methods of /calls/{id} take it for an id.
      const own = Object.entries(document.paths)
        .filter(([other]) => new RegExp(`^${withId(other, '[^/]+')}$`).test(url))
        .flatMap(([, item]) => Object.keys(item).map((name) => name.toUpperCase()));
      if (own.includes('GET')) own.push('HEAD');
      for (const method of methods.filter((name) => !own.includes(name))) {
        const answer = await new Client(app.app).send(method, url);

        expectProblem(answer, 405, 'method.not_allowed');
        expect(String(answer.headers.allow).split(', ')).toEqual([...new Set(own)].sort());
      }
    }
  });

  it('answers HEAD like GET, without the body', async () => {
    expect(await alice.client.send('HEAD', '/calls')).toMatchObject({ status: 200, text: '' });
  });
});

describe('a URL', () => {
  it.each([
    ['no hexadecimal digits', '/calls/%zz', 'request.malformed'],
    ['no UTF-8', '/calls/%ff', 'request.malformed'],
    ['a surrogate', '/calls/%ED%A0%80', 'request.malformed'],
    ['NUL in the path', '/calls/%00', 'request.invalid'],
    ['NUL in the query', '/calls?customer=%00', 'request.invalid'],
    ['an id of 500 characters', `/calls/${'a'.repeat(500)}`, 'request.invalid'],
    ['an id of 501 characters', `/calls/${'a'.repeat(501)}`, 'request.refused'],
    ['a long parameter', `/calls?customer=${'1'.repeat(12_000)}`, 'request.invalid'],
    ['a long name', `/calls?${'a'.repeat(12_000)}=1`, 'request.invalid'],
  ])('with %s is 400, under the headers of every answer', async (_, url, code) => {
    const answer = await alice.client.get(url);

    expectProblem(answer, 400, code);
    expect(answer.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    });
  });

  it('is repeated in the problem without its query, which may hold a number', async () => {
    const answer = await alice.client.get('/calls?customer=%2B33612100067&limit=0');

    expect(answer.body.instance).toBe('/calls');
    expect(answer.text).not.toContain('612100067');
    expect(app.logs()).not.toContain('612100067');
  });
});

describe('a body', () => {
  it.each([
    'application/xml',
    'text/plain',
    'text/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/problem+json',
    'json',
    undefined,
  ])('of type %s is 415', async (type) => {
    expectProblem(await patchMe('{"name":"Z"}', type), 415, 'request.media_type');
  });

  it('is JSON with any spelling of the header, and a byte order mark is skipped', async () => {
    expect((await patchMe('{"name":"A"}', 'Application/JSON; charset=UTF-8')).status).toBe(200);
    expect((await patchMe('\ufeff{"name":"B"}', 'application/json')).body.name).toBe('B');
  });

  it('may have 1 MiB, and 4 MiB where a call brings its transcript', async () => {
    const transcript = 'é'.repeat(600_000);
    const nameOf = (bytes: number) => `{"name":"${'x'.repeat(bytes - '{"name":""}'.length)}"}`;
    const mib = 1024 * 1024;

    const [fits, tooLarge] = [nameOf(mib), nameOf(mib + 1)];
    expectProblem(await alice.client.patch('/me', fits), 400, 'request.invalid');
    expectProblem(await alice.client.patch('/me', tooLarge), 413, 'request.too_large');
    const kept = await alice.client.post('/calls', { ...call, transcript });
    expect(kept.body.transcript).toBe(transcript);
    const huge = { ...call, transcript: 'x'.repeat(4 * mib) };
    expectProblem(await alice.client.post('/calls', huge), 413, 'request.too_large');
  });

  it.each(['{', '{"name":}', '{"name":"x",}', '{"name":"a"}{}', 'NaN', "{'name':'x'}", ' ', '\n'])(
    'that is no JSON is 400: %j',
    async (text) => {
      expectProblem(await alice.client.patch('/me', text), 400, 'request.malformed');
    },
  );

  it.each(['[]', '[{}]', '""', '1', 'true', 'null'])('%s is 400: no object', async (text) => {
    const answer = await alice.client.patch('/me', text);

    expectProblem(answer, 400, 'request.invalid');
    expect(answer.body.errors).toEqual([
      { field: '(body)', code: 'body.object', message: 'must be a JSON object' },
    ]);
  });

  it('that is missing or empty counts as {}: what is required is named', async () => {
    const none = await new Client(app.app).post('/auth/login');
    const empty = await new Client(app.app).post('/auth/login', '');

    for (const answer of [none, empty]) {
      expectProblem(answer, 400, 'request.invalid');
      expect(answer.body.errors).toMatchObject([
        { field: 'email', code: 'field.required' },
        { field: 'password', code: 'field.required' },
      ]);
    }
  });

  it.each([
    '{"__proto__":{"admin":true}}',
    '{"constructor":{"prototype":{"admin":true}}}',
    '{"flags":{"__proto__":{"admin":true}}}',
    String.raw`{"\u005f\u005fproto\u005f\u005f":{"admin":true}}`,
  ])('that reaches for a prototype is 400 and changes none: %s', async (text) => {
    const answer = await alice.client.patch('/onboarding', text);

    expectProblem(answer, 400, 'request.malformed');
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  it.each([
    [[0xff], 'no byte of UTF-8'],
    [[0xc3], 'half a character'],
    [[0xed, 0xa0, 0x80], 'a surrogate'],
    [[0xc0, 0xaf], 'an overlong slash'],
  ])('that is not UTF-8 is 400: %j, %s', async (bytes) => {
    const json = Buffer.concat([Buffer.from('{"name":"'), Buffer.from(bytes), Buffer.from('"}')]);

    expectProblem(await patchMe(json, 'application/json'), 400, 'request.malformed');
  });

  it.each([
    ['arrays', '['.repeat(40_000)],
    ['closed arrays', '['.repeat(40_000) + ']'.repeat(40_000)],
    ['objects', '{"a":'.repeat(40_000)],
    ['33 levels', `{"flags":{"a":${'['.repeat(31)}${']'.repeat(31)}}}`],
  ])('that is nested too deeply is 400, whole or not: %s', async (_, text) => {
    expectProblem(await alice.client.patch('/onboarding', text), 400, 'request.too_deep');
  });

  it('may nest 32 levels, and brackets in its texts do not count', async () => {
    const deep = `{"flags":{"a":${'['.repeat(30)}${']'.repeat(30)}}}`;
    const text = JSON.stringify({ flags: { b: `\\"${'['.repeat(100)}` } });

    expect((await alice.client.patch('/onboarding', deep)).status).toBe(200);
    expect((await alice.client.patch('/onboarding', text)).status).toBe(200);
  });
});

describe('a problem', () => {
  it.each([
    ['fr', 'fr'],
    ['fr-CA,fr;q=0.9,en;q=0.8', 'fr'],
    ['de, fr;q=0.5, en;q=0.4', 'fr'],
    ['en, fr;q=0.9', 'en'],
    ['de', 'en'],
    ['*', 'en'],
    ['', 'en'],
    ['nonsense;;q=;', 'en'],
  ])('speaks the language of Accept-Language: %s gives %s', async (accepted, language) => {
    const headers = { 'accept-language': accepted };
    const answer = await alice.client.patch('/me', { name: '' }, { headers });

    expect(answer.headers['content-language']).toBe(language);
    expect(answer.headers.vary).toContain('accept-language');
    expect([answer.body.title, answer.body.errors[0].message]).toEqual(
      language === 'fr'
        ? ['Certains champs ne sont pas valides', 'doit avoir de 1 à 255 caractères']
        : ['Some fields are not valid', 'must have 1 to 255 characters'],
    );
  });

  it('carries the request id that was sent, when that is harmless, else a new one', async () => {
    const idOf = async (given: string) => {
      const answer = await alice.client.get('/nope', { headers: { 'x-request-id': given } });
      expect(answer.body.requestId).toBe(answer.headers['x-request-id']);
      return String(answer.headers['x-request-id']);
    };

    expect(await idOf('trace_0123-abc')).toBe('trace_0123-abc');
    for (const bad of ['short', 'a'.repeat(65), 'with spaces in it', 'quote"quote"', 'é'.repeat(9)])
      expect(await idOf(bad)).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
  });
});
