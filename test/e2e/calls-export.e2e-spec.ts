import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { CallsExportService } from '../../src/calls/calls-export.service';
import { TenantDb } from '../../src/kernel/database/tenant-db';
import { startApp, type TestApp } from '../support/app';
import { register, type Person } from '../support/people';
import { said, trailOf } from '../support/team';
import { rest } from '../support/wire';

const CALLS = 2500;

let app: TestApp;
let alice: Person;

beforeAll(async () => {
  app = await startApp();
  await app.app.listen(0, '127.0.0.1');
});
beforeEach(async () => {
  alice = await register(app, 'alice');
});
afterEach(() => jest.restoreAllMocks());
afterAll(async () => {
  app.app.getHttpServer().closeAllConnections();
  await app.close();
});

/** Calls by SQL; groups of them begin at the same moment, so that the key decides. */
const record = ({ tenantId }: Person, count: number, transcript = 'words') =>
  app.sql(
    `INSERT INTO calls (tenant_id, id, started_at, direction, status, transcript)
     SELECT $1, gen_random_uuid(), timestamptz '2025-01-31' + n / 7 * interval '1 microsecond', 'inbound',
            CASE WHEN n % 100 = 0 THEN 'failed' ELSE 'ended' END, $3
       FROM generate_series(1, $2::int) n`,
    [tenantId, count, transcript],
  );
const whole = {
  startedAt: '2025-01-31T09:30:00Z',
  endedAt: '2025-01-31T09:34:00Z',
  direction: 'inbound',
  status: 'ended',
  customer: '+33612100067',
  transcript: 'Bonjour,\nAlice "🙂"',
  summary: ' =1+1',
  cost: 0.42,
  recordingUrl: 'https://example.com/r/1.mp3',
  provider: 'vapi',
  providerCallId: 'of-vapi-1',
  messages: [{ role: 'bot', message: 'Bonjour' }],
  notes: '＝1',
  tags: ['vip', 'a,b'],
};
const linesOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const idsOf = (text: string) =>
  linesOf(text)
    .slice(0, -1)
    .map(({ id }) => id as string);

/** Begins to download over a socket and takes nothing until it is read. */
async function download(query: string): Promise<IncomingMessage> {
  const { port } = app.app.getHttpServer().address() as AddressInfo;
  const headers = { authorization: `Bearer ${alice.accessToken}` };
  const asking = request({ port, path: `/calls/export?${query}`, headers, agent: false }).end();
  const [answer] = (await once(asking, 'response')) as [IncomingMessage];
  return answer;
}

/** The streams that the service makes from now on. */
function streams(): Promise<Readable>[] {
  const made: Promise<Readable>[] = [];
  const service = app.app.get(CallsExportService);
  const open = service.export.bind(service);
  jest.spyOn(service, 'export').mockImplementation((...asked) => {
    const stream = open(...asked);
    made.push(stream);
    return stream;
  });
  return made;
}

describe('the export of calls', () => {
  it('has each call as GET /calls/{id} shows it, in NDJSON and in JSON', async () => {
    const { body: recorded } = await alice.client.post('/calls', whole);
    await app.sql(
      `INSERT INTO calls (tenant_id, id, started_at) VALUES ($1, gen_random_uuid(), '2025-01-30T10:00:00.123987Z')`,
      [alice.tenantId],
    );
    const { body: list } = await alice.client.get('/calls');
    const calls = [recorded, (await alice.client.get(`/calls/${list.items[1].id}`)).body];

    const ndjson = await alice.client.get('/calls/export?format=ndjson');
    const json = await alice.client.get('/calls/export?format=json');

    expect(ndjson.headers['content-type']).toBe('application/x-ndjson');
    expect(ndjson.headers['content-disposition']).toBe('attachment; filename="calls.ndjson"');
    expect(linesOf(ndjson.text)).toEqual([
      ...calls,
      { type: 'end', rows: 2, cursor: expect.any(String) },
    ]);
    expect(json.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(json.body).toEqual({ items: calls, nextCursor: null });
  });

  it('is CSV without a byte order mark and without a formula, when no form is asked for', async () => {
    const { id, createdAt } = (await alice.client.post('/calls', whole)).body;

    const { headers, text } = await alice.client.get('/calls/export');

    expect(headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(text.split('\r\n')).toEqual([
      'id,customer,status,direction,startedAt,endedAt,durationSeconds,summary,phoneNumberId,cost,endedReason,createdAt,' +
        'transcript,messages,recordingUrl,provider,providerCallId,notes,tags',
      `${id},'+33612100067,ended,inbound,2025-01-31T09:30:00.000Z,2025-01-31T09:34:00.000Z,240,' =1+1,,0.42,,${createdAt},` +
        `"Bonjour,\nAlice ""🙂""","[{""role"": ""bot"", ""message"": ""Bonjour""}]",https://example.com/r/1.mp3,vapi,of-vapi-1,'＝1,"[""vip"",""a,b""]"`,
      '',
    ]);
  });

  it.each([
    ['csv', /^id,[^\n]*\r\n$/],
    ['ndjson', /^\{"type":"end","rows":0,"cursor":null\}\n$/],
    ['json', /^\{"items":\[\n\],"nextCursor":null\}\n$/],
  ])('ends well when there is none, as %s, and then tells nothing of it', async (format, form) => {
    const { status, text } = await alice.client.get(`/calls/export?format=${format}`);

    expect([status, text]).toEqual([200, expect.stringMatching(form)]);
    expect(await trailOf(app, alice)).toEqual([]);
  });

  it('has every call once, of no other tenant, in either order, with the filters of the list', async () => {
    const bob = await register(app, 'bob');
    await record(bob, 20, 'words of bob');
    await record(alice, CALLS);

    const all = await alice.client.get('/calls/export?format=ndjson');
    const upwards = await alice.client.get('/calls/export?format=ndjson&order=asc');
    const failed = await alice.client.get('/calls/export?format=json&status=failed');

    expect(new Set(idsOf(all.text)).size).toBe(CALLS);
    expect(linesOf(all.text)).toHaveLength(CALLS + 1);
    expect(idsOf(upwards.text)).toEqual(idsOf(all.text).toReversed());
    expect(failed.body.items).toHaveLength(CALLS / 100);
    expect(all.text).not.toMatch(/bob/);
    expect((await trailOf(app, alice)).map(({ action, details }) => [action, details])).toEqual([
      ['calls.exported', { format: 'ndjson', count: CALLS }],
      ['calls.exported', { format: 'ndjson', count: CALLS }],
      ['calls.exported', { format: 'json', count: CALLS / 100 }],
    ]);
  });

  it('goes on behind a call that was received, a page of the list, or an earlier export', async () => {
    await record(alice, 40);
    const all = idsOf((await alice.client.get('/calls/export?format=ndjson')).text);
    const { body: page } = await alice.client.get('/calls?limit=10');
    const behind = async (cursor: string) =>
      (await alice.client.get(`/calls/export?format=ndjson&cursor=${cursor}`)).text;

    const left = await behind(all[24] ?? '');
    const { cursor } = linesOf(left).at(-1) as { cursor: string };
    await alice.client.post('/calls', { ...whole, startedAt: '2024-01-01T00:00:00Z' });

    expect(idsOf(left)).toEqual(all.slice(25));
    expect(idsOf(await behind(page.nextCursor as string))).toHaveLength(31);
    expect(linesOf(await behind(cursor))).toMatchObject([
      { transcript: whole.transcript },
      { type: 'end', rows: 1 },
    ]);
  });

  it('takes no cursor of another filter or tenant, and no call of another tenant or of nobody', async () => {
    const bob = await register(app, 'bob');
    await record(bob, 5);
    await record(alice, 5);
    const { body: page } = await bob.client.get('/calls?limit=2');
    const { body: own } = await alice.client.get('/calls?limit=2');
    const foreign = await alice.client.get(`/calls/export?cursor=${page.items[0].id}`);
    const nobodys = await alice.client.get(`/calls/export?cursor=${alice.tenantId}`);

    expect(said(foreign)).toEqual([400, 'cursor.invalid']);
    expect({ ...foreign.body, requestId: '' }).toEqual({ ...nobodys.body, requestId: '' });
    for (const url of [`cursor=${page.nextCursor}`, `cursor=${own.nextCursor}&status=ended`]) {
      expect(said(await alice.client.get(`/calls/export?${url}`))).toEqual([400, 'cursor.invalid']);
    }
  });

  it('holds few bytes of large calls at a time', async () => {
    await record(alice, 30, 'x'.repeat(500_000));
    const read = jest.spyOn(app.app.get(TenantDb), 'read');

    const { text } = await alice.client.get('/calls/export?format=ndjson');

    expect(idsOf(text)).toHaveLength(30);
    const pages = (await Promise.all(read.mock.results.map(({ value }) => value))) as unknown[][];
    expect(Math.max(...pages.map((page) => page.length))).toBe(3);
  });
});

describe('an export of calls that is under way', () => {
  beforeEach(() => record(alice, CALLS, 'x'.repeat(20_000)));

  it('reads no further than the client takes, and nothing when it has gone', async () => {
    const made = streams();
    const read = jest.spyOn(app.app.get(TenantDb), 'read');
    const answer = await download('format=csv');
    await once(answer, 'readable');
    const [stream] = await Promise.all(made);
    for (let i = 0; i < 30; i += 1) await app.sql('SELECT 1');

    const closed = once(stream as Readable, 'close');
    answer.destroy();
    await closed;

    const asked = read.mock.calls.length;
    expect(asked).toBeLessThan(12);
    for (let i = 0; i < 30; i += 1) await app.sql('SELECT 1');
    expect(read.mock.calls).toHaveLength(asked);
  });

  it.each([
    ['the session ends', 'UPDATE sessions SET revoked_at = now() WHERE tenant_id = $1'],
    ['the tenant is suspended', 'UPDATE tenants SET suspended_at = now() WHERE id = $1'],
    ['the member is removed', 'DELETE FROM memberships WHERE tenant_id = $1'],
  ])('breaks off when %s', async (_, end) => {
    const answer = await download('format=ndjson');
    await once(answer, 'readable');
    expect(answer.statusCode).toBe(200);

    await app.sql(end, [alice.tenantId]);
    const { text, whole: complete } = await rest(answer);

    expect(complete).toBe(false);
    expect(text.split('\n').length).toBeLessThan(CALLS);
    expect(text).not.toContain('"type":"end"');
    expect(app.logs()).toContain('the answer broke off');
  });

  it('is one of two of its tenant and of four: others have their turn, and more are told to come back', async () => {
    const made = streams();
    const others = [await register(app, 'bob'), await register(app, 'carol')];
    const running = [await download('format=csv'), await download('format=json')];

    const third = await alice.client.get('/calls/export');
    const [bob, carol] = await Promise.all(others.map(({ client }) => client.get('/calls/export')));

    expect(said(third)).toEqual([429, 'tenant.export_busy']);
    expect(third.headers['retry-after']).toBe('30');
    expect([bob?.status, carol?.status]).toEqual([200, 200]);
    const closed = Promise.all(made.slice(0, 2).map(async (one) => once(await one, 'close')));
    for (const answer of running) answer.destroy();
    await closed;
    expect((await alice.client.get('/calls/export?status=none')).status).toBe(200);
  });
});
