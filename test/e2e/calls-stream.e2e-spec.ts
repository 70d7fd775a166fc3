import { startApp, type TestApp } from '../support/app';
import { EventStream } from '../support/event-stream';
import { register, type Person } from '../support/people';
import { said } from '../support/team';

const call = { startedAt: '2025-01-31T09:30:00Z', direction: 'inbound', status: 'ringing' };

let app: TestApp;
let alice: Person;
let bob: Person;
const opened: EventStream[] = [];

beforeAll(async () => {
  app = await startApp();
  await app.app.listen(0, '127.0.0.1');
  bob = await register(app, 'bob');
});
beforeEach(async () => {
  alice = await register(app, 'alice');
});
afterEach(() => {
  for (const stream of opened.splice(0)) stream.close();
});
afterAll(async () => {
  app.app.getHttpServer().closeAllConnections();
  await app.close();
});

async function follow(who: Person, lastEventId?: string): Promise<EventStream> {
  const stream = await EventStream.open(app, who, lastEventId);
  opened.push(stream);
  return stream;
}

const record = async ({ client }: Person, more: object = {}): Promise<string> =>
  (await client.post('/calls', { ...call, ...more })).body.id as string;

/** By another process, as it were: this one has not written them. */
const insert = ({ tenantId }: Person, count: number) =>
  app.sql<{ id: string }>(
    `INSERT INTO calls (tenant_id, id, started_at, direction, status, transcript)
     SELECT $1, gen_random_uuid(), now(), 'inbound', 'ended', 'words' FROM generate_series(1, $2::int) RETURNING id`,
    [tenantId, count],
  );

describe('following the calls', () => {
  it('tells at once what is recorded, changed and deleted, as the list shows it', async () => {
    const stream = await follow(alice);
    expect(stream.answer.statusCode).toBe(200);
    expect(stream.answer.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    expect(await stream.next()).toMatchObject({ type: 'position' });

    const id = await record(alice, { summary: 'Asks for a date.', transcript: 'secret words' });
    const listed = (await alice.client.get('/calls')).body.items[0] as object;
    expect(await stream.next()).toMatchObject({ type: 'call.created', data: listed });
    await alice.client.patch(`/calls/${id}`, { notes: 'Called back.' });
    expect(await stream.next()).toMatchObject({ type: 'call.updated', data: listed });
    await alice.client.delete(`/calls/${id}`);
    const gone = await stream.next();
    expect(gone).toMatchObject({ type: 'call.deleted' });
    expect(gone?.data).toEqual({ id });
  });

  it('tells nothing of another tenant, whoever writes', async () => {
    const [hers, his] = [await follow(alice), await follow(bob)];
    await hers.next();
    await his.next();

    const ofBob = await record(bob);
    await insert(bob, 3);
    await app.sql('UPDATE calls SET status = status');
    await app.sql('DELETE FROM calls WHERE id = $1', [ofBob]);
    const [mine] = await insert(alice, 1);

    expect(await hers.next()).toMatchObject({ type: 'call.created', data: { id: mine?.id } });
    const events = await his.take(9);
    expect(events.filter((event) => event?.data?.id === mine?.id)).toEqual([]);
    expect(events.at(-1)).toMatchObject({ type: 'call.deleted', data: { id: ofBob } });
  });

  it('says nothing of a call that was already there', async () => {
    const stream = await follow(alice);
    await stream.next();
    const same = { provider: 'vapi', providerCallId: 'one' };
    const id = await record(alice, same);
    expect(await record(alice, same)).toBe(id);
    const other = await record(alice);

    const events = await stream.take(2);

    expect(events.map((event) => event?.data.id as string)).toEqual([id, other]);
  });

  it('tells everything of a large change, each once and in order', async () => {
    const stream = await follow(alice);
    await stream.next();

    const ids = (await insert(alice, 1000)).map(({ id }) => id);
    const events = await stream.take(1000);

    expect(new Set(events.map((event) => event?.data.id as string))).toEqual(new Set(ids));
    const positions = events.map((event) => Number(event?.id));
    expect(positions).toEqual(positions.toSorted((a, b) => a - b));
    expect(new Set(positions).size).toBe(1000);
  });

  it('asks to read the list again when too much has changed to be told', async () => {
    const stream = await follow(alice);
    await stream.next();

    await insert(alice, 1001);
    const id = await record(alice);

    expect(await stream.next()).toMatchObject({ type: 'reset', data: {} });
    expect(await stream.next()).toMatchObject({ type: 'call.created', data: { id } });
  });

  it('tells of a tenant that goes nothing more, and lets it go', async () => {
    const stream = await follow(alice);
    await stream.next();
    await insert(alice, 2);
    await stream.take(2);

    await app.sql('DELETE FROM tenants WHERE id = $1', [alice.tenantId]);
    await insert(bob, 1);

    expect(await stream.next()).toBeNull();
  });

  it('answers HEAD without opening a stream', async () => {
    for (let i = 0; i < 10; i += 1) {
      const head = await alice.client.send('HEAD', '/calls/stream');
      expect(head).toMatchObject({ status: 200, text: '' });
    }
  });
});

describe('going on after a while', () => {
  it('tells what has happened since the last event, once', async () => {
    const first = await follow(alice);
    await first.next();
    await insert(alice, 3);
    const seen = await first.take(2);
    first.close();
    const [missed] = await insert(alice, 1);
    if (missed) await app.sql('UPDATE calls SET status = $2 WHERE id = $1', [missed.id, 'failed']);

    const second = await follow(alice, first.lastId);
    const [top, ...events] = await second.take(4);

    expect(top).toEqual({ id: first.lastId, type: 'position', data: undefined });
    expect(events.map((event) => event?.type)).toEqual([
      'call.created',
      'call.created',
      'call.updated',
    ]);
    expect(events[1]?.data).toMatchObject({ id: missed?.id, status: 'failed' });
    expect(seen.map((event) => event?.data.id as string)).not.toContain(events[0]?.data.id);
  });

  it('says of a call that has gone meanwhile that it has gone, and no more', async () => {
    await insert(alice, 1);
    const first = await follow(alice);
    await first.next();
    const id = await record(alice);
    await alice.client.delete(`/calls/${id}`);

    const events = await (await follow(alice, first.lastId)).take(3);

    expect(events.map((event) => event?.type)).toEqual(['position', 'position', 'call.deleted']);
  });

  it('begins where it was when nothing has happened, however long ago that is', async () => {
    await insert(alice, 1);
    await app.sql(`UPDATE call_feeds SET last_at = '2025-01-31' WHERE tenant_id = $1`, [
      alice.tenantId,
    ]);
    const stream = await follow(alice);
    await stream.next();

    expect(await (await follow(alice, stream.lastId)).next()).toMatchObject({ type: 'position' });
  });

  it.each([
    ['from too long ago', '1000000'],
    ['from the future', '9999999999999999'],
    ['of no known form', 'x'.repeat(5000)],
    ['that is a number below zero', '-1'],
  ])('asks to read the list again after an id %s', async (_, id) => {
    await insert(alice, 2);

    const stream = await follow(alice, id);

    expect(await stream.next()).toMatchObject({ type: 'reset', data: {} });
    const mine = await record(alice);
    expect(await stream.next()).toMatchObject({ type: 'call.created', data: { id: mine } });
  });

  it('keeps what has happened for an hour, and clears what is over', async () => {
    await insert(alice, 5);
    await app.sql(`UPDATE call_events SET at = at - interval '2 hours' WHERE tenant_id = $1`, [
      alice.tenantId,
    ]);

    await insert(alice, 2);

    const [left] = await app.sql<{ count: string }>(
      'SELECT count(*) FROM call_events WHERE tenant_id = $1',
      [alice.tenantId],
    );
    expect(left?.count).toBe('3');
  });
});

describe('the number of streams', () => {
  it('is bounded for a session, and one that is closed makes room', async () => {
    const streams: EventStream[] = [];
    for (let i = 0; i < 6; i += 1) streams.push(await follow(alice));

    const refused = await alice.client.get('/calls/stream');
    expect(said(refused)).toEqual([429, 'call.too_many_streams']);
    expect(refused.headers['retry-after']).toBe('30');
    expect((await bob.client.get('/calls/stream')).status).toBe(200);

    // The server ends it, and says so when that is done.
    await app.sql('UPDATE sessions SET revoked_at = now() WHERE user_id = $1', [alice.userId]);
    await insert(alice, 1);
    for (const stream of streams) while ((await stream.next()) !== null);
    await app.sql('UPDATE sessions SET revoked_at = NULL WHERE user_id = $1', [alice.userId]);
    expect((await alice.client.get('/calls/stream')).status).toBe(200);
  });
});
