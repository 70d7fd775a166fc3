import { once } from 'node:events';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startApp, type TestApp } from '../support/app';
import type { Answer } from '../support/client';
import { register, type Person } from '../support/people';
import { joinAs, said, trailOf } from '../support/team';

let app: TestApp;
let alice: Person;

beforeAll(async () => {
  app = await startApp();
  await app.app.listen(0, '127.0.0.1');
});
beforeEach(async () => {
  alice = await register(app, 'alice');
});
afterAll(async () => {
  app.app.getHttpServer().closeAllConnections();
  await app.close();
});

const NDJSON = { 'content-type': 'application/x-ndjson' };
const call = { startedAt: '2025-01-31T09:30:00Z', direction: 'inbound', status: 'ended' };
const known = (id: string, more = {}) => ({
  ...call,
  provider: 'vapi',
  providerCallId: id,
  ...more,
});
const text = (...lines: (object | string)[]) =>
  lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');
const send = (body: string, headers = {}, by = alice): Promise<Answer> =>
  by.client.post('/calls/import', body, { headers: { ...NDJSON, ...headers } });
const countOf = async ({ tenantId }: Person) =>
  (await app.sql('SELECT id FROM calls WHERE tenant_id = $1', [tenantId])).length;
const codesOf = ({ body }: Answer) =>
  (body.rejected as { line: number; errors: { field: string; code: string }[] }[]).map(
    ({ line, errors }) => [line, ...errors.map(({ field, code }) => `${field} ${code}`)],
  );

/** Sends over a socket; the body goes on as long as the caller writes. */
function upload({ accessToken }: Person) {
  const { port } = app.app.getHttpServer().address() as AddressInfo;
  const headers = { ...NDJSON, authorization: `Bearer ${accessToken}` };
  const asking = request({ port, path: '/calls/import', method: 'POST', headers, agent: false });
  asking.on('error', () => undefined);
  return asking;
}

describe('an import of calls', () => {
  it('stores each line as POST /calls does, and the same again is unchanged', async () => {
    const whole = {
      ...known('a'),
      endedAt: '2025-01-31T09:34:00Z',
      customer: '+33612100067',
      transcript: 'Bonjour\n"🙂"',
      cost: 0.1234567,
      messages: [{ role: 'bot', toString: 1 }],
      tags: ['vip', 'a,"b'],
    };
    const lines = text(whole, known('b'), { ...call, providerCallId: 'a' });

    const first = await send(lines);
    const again = await send(lines.replaceAll('\n', '\r\n'));

    expect(first.body).toEqual({
      ...{ created: 3, updated: 0, unchanged: 0 },
      ...{ rejectedCount: 0, rejected: [] },
    });
    expect(again.body).toMatchObject({ created: 0, updated: 0, unchanged: 3 });
    const alone = await alice.client.post('/calls', { ...whole, providerCallId: 'alone' });
    const imported = await alice.client.post('/calls', whole);
    expect(imported.status).toBe(200);
    expect({ ...imported.body, id: '', createdAt: '', providerCallId: '' }).toEqual({
      ...{ ...alone.body, id: '', createdAt: '', providerCallId: '' },
    });
  });

  it('changes the fields that a line has, and no others', async () => {
    await send(text(known('a', { endedAt: '2025-01-31T09:31:00Z', notes: 'Ours', tags: ['vip'] })));
    await send(text(known('b')));

    const { body } = await send(
      text(known('a', { status: 'failed', endedAt: '2025-01-31T09:32:00Z' }), known('b')),
    );

    expect(body).toMatchObject({ created: 0, updated: 1, unchanged: 1 });
    expect((await alice.client.post('/calls', known('a'))).body).toMatchObject({
      ...{ status: 'failed', durationSeconds: 120, notes: 'Ours', tags: ['vip'] },
    });
    expect((await send(text(known('a', { notes: null })))).body).toMatchObject({ updated: 1 });
    expect((await alice.client.post('/calls', known('a'))).body.notes).toBeNull();
  });

  it('takes the same call twice in one file, the later line last', async () => {
    const { body } = await send(text(known('a'), known('a', { notes: '2' }), known('a')));

    expect(body).toMatchObject({ created: 1, updated: 1, unchanged: 1 });
    expect((await alice.client.post('/calls', known('a'))).body.notes).toBe('2');
  });

  it('leaves the call of another tenant with the same id alone', async () => {
    const bob = await register(app, 'bob');
    await send(text(known('a', { notes: 'of Bob' })), {}, bob);

    const { body } = await send(text(known('a', { notes: 'of Alice' })));

    expect(body).toMatchObject({ created: 1, updated: 0 });
    expect((await bob.client.post('/calls', known('a'))).body.notes).toBe('of Bob');
  });

  it('rejects line by line what POST /calls refuses, in the language of the caller', async () => {
    const bob = await register(app, 'bob');
    const number = await bob.client.post('/phone-numbers', { number: '+33612345678' });
    const own = await alice.client.post('/phone-numbers', { number: '+33612345678' });

    const answer = await send(
      text(
        { ...call, status: 'unheard-of', extra: 1 },
        { ...call, phoneNumberId: number.body.id },
        { ...call, phoneNumberId: alice.tenantId },
        { ...call, phoneNumberId: (own.body.id as string).toUpperCase() },
        { ...call, endedAt: '2025-01-30T00:00:00Z' },
        {},
        { ...call, tenantId: bob.tenantId, id: bob.userId },
        { ...call, endedAt: '9999-12-31T00:00:00Z' },
      ),
      { 'accept-language': 'fr' },
    );

    expect(answer.body).toMatchObject({ created: 1, rejectedCount: 7 });
    expect(codesOf(answer)).toEqual([
      [1, 'extra field.unknown'],
      [2, 'phoneNumberId phone_number.unknown'],
      [3, 'phoneNumberId phone_number.unknown'],
      [5, 'endedAt time.order'],
      [6, ...['startedAt', 'direction', 'status'].map((name) => `${name} field.required`)],
      [7, 'tenantId field.unknown', 'id field.unknown'],
      [8, 'endedAt time.length'],
    ]);
    expect(answer.body.rejected[1].errors).toEqual([
      { ...answer.body.rejected[2].errors[0], message: 'n’est pas un numéro de ce tenant' },
    ]);
  });

  it('rejects lines that cannot be read, and goes on with the next', async () => {
    const deep = '['.repeat(40_000);
    const lines = [
      ...['{', 'null', '[]', '"text"', '1', deep, `[${'1,'.repeat(60_000)}1]`],
      ...['{"__proto__":{}}', '{"a":1e400}', JSON.stringify({ ...call, notes: 'a\0b' })],
      ...[JSON.stringify({ ...call, notes: '\ud800' }), 'x'.repeat(1024 * 1024 + 1)],
    ];
    const body = `\ufeff${text(call, '', '   ', ...lines)}${JSON.stringify(call)}`;

    const answer = await send(body);

    expect(answer.body).toMatchObject({ created: 2, rejectedCount: lines.length });
    expect(codesOf(answer).map(([line, first]) => [line, (first as string).split(' ')[1]])).toEqual(
      [
        ...[
          [4, 'line.malformed'],
          [5, 'body.object'],
          [6, 'body.object'],
          [7, 'body.object'],
        ],
        ...[
          [8, 'body.object'],
          [9, 'line.too_deep'],
          [10, 'line.too_many_values'],
        ],
        ...[
          [11, 'name.reserved'],
          [12, 'number.inexact'],
          [13, 'text.characters'],
        ],
        ...[
          [14, 'text.characters'],
          [15, 'line.too_long'],
        ],
      ],
    );
  });

  it('rejects bytes that are no UTF-8, wherever the chunks end', async () => {
    const line = Buffer.from(text({ ...call, notes: 'é🙂' }));
    const asking = upload(alice);
    const answered = once(asking, 'response');
    for (const byte of line) asking.write(Buffer.from([byte]));
    asking.end(Buffer.concat([Buffer.from('{"notes":"'), Buffer.from([0xff]), Buffer.from('"}')]));

    const [answer] = (await answered) as [AsyncIterable<Buffer>];
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk);

    const body = JSON.parse(Buffer.concat(chunks).toString()) as object;
    expect(body).toMatchObject({ created: 1, rejectedCount: 1 });
    expect(body).toMatchObject({ rejected: [{ line: 2, errors: [{ code: 'line.malformed' }] }] });
  });

  it('tells the first thousand rejected lines and counts the others, however long their names', async () => {
    const name = 'x'.repeat(3000);

    const { body } = await send(text(...new Array<object>(1200).fill({ [name]: 1 }), call));

    expect(body).toMatchObject({ created: 1, rejectedCount: 1200 });
    expect(body.rejected).toHaveLength(1000);
    expect(body.rejected.at(-1).line).toBe(1000);
    expect(body.rejected[0].errors[0].field).toHaveLength(200);
  });

  it('takes thousands of lines, and tells of it in the trail', async () => {
    const lines = Array.from({ length: 2500 }, (_, i) => known(`call ${i}`));

    expect((await send(text(...lines, {}))).body).toMatchObject({ created: 2500 });
    expect((await send(text(...lines, {}))).body).toMatchObject({ unchanged: 2500 });

    expect(await countOf(alice)).toBe(2500);
    expect((await trailOf(app, alice)).map(({ action, details }) => [action, details])).toEqual([
      ['calls.import_started', {}],
      ['calls.imported', { created: 2500, updated: 0, unchanged: 0, rejectedCount: 1 }],
    ]);
  });

  it('is for admins, takes NDJSON and nothing else, and no other route does', async () => {
    const max = await joinAs(app, alice, { role: 'member' });
    const ada = await joinAs(app, alice, { role: 'admin' });
    const post = (url: string, type: string) =>
      alice.client.post(url, text(call), { headers: { 'content-type': type } });

    expect(said(await send(text(call), {}, max))).toEqual([403, 'auth.role_too_low']);
    expect((await send(text(call), {}, ada)).body.created).toBe(1);
    for (const [url, type] of [
      ['/calls/import', 'application/json'],
      ['/calls/import', 'text/plain'],
      ['/calls', NDJSON['content-type']],
      ['/auth/login', NDJSON['content-type']],
    ] as const) {
      expect(said(await post(url, type))).toEqual([415, 'request.media_type']);
    }
    expect(said(await alice.client.post('/calls/import'))).toEqual([415, 'request.media_type']);
    expect((await send('')).body).toMatchObject({ created: 0, rejectedCount: 0 });
  });
});
