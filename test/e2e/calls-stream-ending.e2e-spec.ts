import type { Readable } from 'node:stream';
import { CallStreams } from '../../src/calls/call-streams.service';
import { TenantDb } from '../../src/kernel/database/tenant-db';
import { startApp, type TestApp } from '../support/app';
import { EventStream } from '../support/event-stream';
import { register, type Person } from '../support/people';

let app: TestApp;
let streams: CallStreams;
let alice: Person;
const opened: EventStream[] = [];

beforeAll(async () => {
  app = await startApp();
  await app.app.listen(0, '127.0.0.1');
  streams = app.app.get(CallStreams);
  // The only owner goes here by SQL.
  await app.sql('ALTER TABLE memberships DISABLE TRIGGER USER');
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

const insert = ({ tenantId }: Person, count: number, summary = 'words') =>
  app.sql<{ id: string }>(
    `INSERT INTO calls (tenant_id, id, started_at, direction, status, summary)
     SELECT $1, gen_random_uuid(), now(), 'inbound', 'ended', $3 FROM generate_series(1, $2::int) RETURNING id`,
    [tenantId, count, summary],
  );

/** Heartbeats, until one finds that nothing was taken. */
async function cutOff(server: Readable): Promise<void> {
  const closed = new Promise((resolve) => server.once('close', resolve));
  while (server.readableLength === 0) await app.sql('SELECT 1');
  while (!server.destroyed) {
    streams.beat();
    await app.sql('SELECT 1');
  }
  await closed;
}

/** Ids of the calls that are told of until the stream breaks off, or so many. */
async function created(stream: EventStream, most = Number.POSITIVE_INFINITY): Promise<string[]> {
  const seen: string[] = [];
  try {
    while (seen.length < most) {
      const event = await stream.next();
      if (event?.type === 'call.created') seen.push(event.data.id as string);
    }
  } catch {
    // Broken off.
  }
  return seen;
}

const endings = {
  'the session is revoked': 'UPDATE sessions SET revoked_at = now() WHERE user_id = $1',
  'the session expires': 'UPDATE sessions SET expires_at = now() WHERE user_id = $1',
  'the member is removed': 'DELETE FROM memberships WHERE user_id = $1',
  'the tenant is suspended':
    'UPDATE tenants t SET suspended_at = now() FROM memberships m WHERE m.tenant_id = t.id AND m.user_id = $1',
};

describe('a stream', () => {
  it.each(Object.entries(endings))('ends when %s, at the next look', async (_, end) => {
    const stream = await follow(alice);
    await stream.next();
    // The reading with which a stream begins is over: nothing but the look can tell.
    await insert(alice, 1);
    await stream.next();

    await app.sql(end, [alice.userId]);
    await streams.look();

    expect(await stream.next()).toBeNull();
    expect(stream.answer.complete).toBe(true);
  });

  it.each(Object.entries(endings))('tells nothing after %s', async (_, end) => {
    const stream = await follow(alice);
    await stream.next();

    await app.sql(end, [alice.userId]);
    await insert(alice, 1);

    expect(await stream.next()).toBeNull();
  });

  it('asks about all of them in one question', async () => {
    const bob = await register(app, 'bob');
    for (const who of [alice, alice, bob]) await (await follow(who)).next();
    const ask = jest.spyOn(app.app.get(TenantDb), 'watchCalls');

    await streams.look();

    const asked = ask.mock.calls[0]?.[0].map(({ userId }) => userId);
    expect(asked?.slice(-3)).toEqual([alice.userId, alice.userId, bob.userId]);
    ask.mockRestore();
  });

  it('shows a sign of life', async () => {
    const stream = await follow(alice);
    await stream.next();

    streams.beat();

    expect(await stream.next()).toMatchObject({ type: 'beat' });
  });

  it('is cut when its client takes nothing, and can be taken up again', async () => {
    // More than all buffers on the way hold.
    await insert(alice, 1);
    const start = await follow(alice);
    await start.next();
    for (let i = 0; i < 50; i += 1) await insert(alice, 20, 'x'.repeat(20_000));
    const open = jest.spyOn(streams, 'open');
    const slow = await follow(alice, start.lastId);
    const server = await (open.mock.results[0]?.value as Promise<Readable>);
    open.mockRestore();

    await cutOff(server);
    const seen = await created(slow);
    expect(seen.length).toBeLessThan(1000);

    const again = await follow(alice, slow.lastId);
    seen.push(...(await created(again, 1000 - seen.length)));
    expect(new Set(seen).size).toBe(1000);
  });

  it('is forgotten at once when its client goes', async () => {
    const open = jest.spyOn(streams, 'open');
    const stream = await follow(alice);
    await stream.next();
    const server = await (open.mock.results[0]?.value as Promise<Readable>);
    open.mockRestore();

    stream.close();
    await new Promise((resolve) => server.once('close', resolve));
    const bob = await follow(await register(app, 'bob'));
    await bob.next();
    const ask = jest.spyOn(app.app.get(TenantDb), 'watchCalls');
    await streams.look();

    const asked = ask.mock.calls[0]?.[0].map(({ userId }) => userId);
    expect(asked?.length).toBeGreaterThan(0);
    expect(asked).not.toContain(alice.userId);
    ask.mockRestore();
  });

  it('goes on when the connection that listens is lost', async () => {
    const stream = await follow(alice);
    await stream.next();
    const gone = await app.sql(
      `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'ava-api calls'`,
    );
    expect(gone).toHaveLength(1);

    const [unheard] = await insert(alice, 1);
    await streams.look();
    expect(await stream.next()).toMatchObject({ data: { id: unheard?.id } });

    // The next one listens again.
    await (await follow(alice)).next();
    const [heard] = await insert(alice, 1);
    expect(await stream.next()).toMatchObject({ data: { id: heard?.id } });
  });

  it('ends with the server, which opens no other', async () => {
    const stream = await follow(alice);
    await stream.next();

    await streams.onModuleDestroy();

    expect(await stream.next()).toBeNull();
    expect(stream.answer.complete).toBe(true);
    const late = await alice.client.get('/calls/stream');
    expect([late.status, late.body.code]).toEqual([503, 'server.unavailable']);
  });
});
