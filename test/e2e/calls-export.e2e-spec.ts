import { TenantDb } from '../../src/kernel/database/tenant-db';
import { startApp, type TestApp } from '../support/app';
import { register, type Person } from '../support/people';
import { said, trailOf } from '../support/team';

const CALLS = 2500;

let app: TestApp;
let alice: Person;

beforeAll(async () => {
  app = await startApp();
});
beforeEach(async () => {
  alice = await register(app, 'alice');
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => app.close());

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

describe('the export of calls', () => {
  it('takes the filters of the list, its search among them', async () => {
    await record(alice, 200, 'Une facture');
    await record(alice, 100, 'Un rendez-vous');

    const found = await alice.client.get('/calls/export?format=ndjson&q=factures&status=ended');
    const refused = await alice.client.get('/calls/export?q=-spam');
    const ranked = await alice.client.get('/calls/export?q=facture&sort=relevance');

    expect(idsOf(found.text)).toHaveLength(198);
    expect(linesOf(found.text)[0]).toMatchObject({ status: 'ended', transcript: 'Une facture' });
    expect(refused.body.errors).toEqual([
      expect.objectContaining({ field: 'q', code: 'search.nothing' }),
    ]);
    expect(ranked.body.errors).toEqual([
      expect.objectContaining({ field: 'sort', code: 'field.unknown' }),
    ]);
  });

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
        'transcript,messages,recordingUrl,provider,providerCallId,notes,tags,erasedAt',
      `${id},'+33612100067,ended,inbound,2025-01-31T09:30:00.000Z,2025-01-31T09:34:00.000Z,240,' =1+1,,0.42,,${createdAt},` +
        `"Bonjour,\nAlice ""🙂""","[{""role"": ""bot"", ""message"": ""Bonjour""}]",https://example.com/r/1.mp3,vapi,of-vapi-1,'＝1,"[""vip"",""a,b""]",`,
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
    const earlier = { startedAt: '2024-01-01T00:00:00Z', endedAt: '2024-01-01T00:04:00Z' };
    await alice.client.post('/calls', { ...whole, ...earlier });

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
    // Three to a page, and the one behind the last.
    expect(read).toHaveBeenCalledTimes(11);
  });
});
