import { Client, type Notification } from 'pg';
import { EVENTS } from '../../src/calls/call-events.query';
import { startApp, type TestApp } from '../support/app';
import { claim, LoginSession, memberOf, type Member } from '../support/plane-session';

let app: TestApp;
let login: LoginSession;
let alice: Member;
let bob: Member;

beforeAll(async () => {
  app = await startApp();
  login = await LoginSession.open(app);
  alice = await memberOf(app, 'alice');
  bob = await memberOf(app, 'bob');
});
afterAll(async () => {
  await login.close();
  await app.close();
});

const INSERT = `INSERT INTO calls (tenant_id, id) VALUES ($1, gen_random_uuid())`;

const watch = (...callers: { sessionId: string; userId: string; tenantId: string }[]) =>
  login.query<{ place: number; last: number }>(
    'SELECT place, last FROM ava.watch_calls($1, $2, $3)',
    [
      callers.map(({ sessionId }) => sessionId),
      callers.map(({ userId }) => userId),
      callers.map(({ tenantId }) => tenantId),
    ],
  );

describe('SQL under the server’s login, in the plane of Alice', () => {
  it('hears of Bob’s calls no more than that something happened', async () => {
    const listener = new Client({ connectionString: app.database.serverUrl });
    await listener.connect();
    const heard: Notification[] = [];
    listener.on('notification', (one) => heard.push(one));
    await listener.query('LISTEN ava_calls');
    const between = async () => {
      // What has been notified arrives with the next answer.
      await listener.query('SELECT 1');
      return heard.splice(0).map(({ channel, payload = '' }) => ({ channel, payload }));
    };

    await bob.client.post('/calls', {
      startedAt: '2025-01-31T09:30:00Z',
      direction: 'inbound',
      status: 'ended',
    });
    const ofOne = await between();
    await app.sql(
      `INSERT INTO calls (tenant_id, id) SELECT $1, gen_random_uuid() FROM generate_series(1, 500)`,
      [bob.tenantId],
    );
    const ofMany = await between();
    await app.sql('UPDATE calls SET status = status WHERE tenant_id = ANY ($1)', [
      [alice.tenantId, bob.tenantId],
    ]);
    const ofTwo = await between();
    await listener.end();

    const something = [{ channel: 'ava_calls', payload: '' }];
    expect([ofOne, ofMany, ofTwo]).toEqual([something, something, something]);
  });

  it.each(['call_events', 'call_feeds'])('sees and changes no row of Bob in %s', async (table) => {
    await login.with(claim(alice), async () => {
      const rows = await login.query<{ tenant_id: string }>(`SELECT tenant_id FROM ${table}`);
      expect([...new Set(rows.map((row) => row.tenant_id))]).toEqual([alice.tenantId]);
      for (const sql of [
        `INSERT INTO ${table} (tenant_id) VALUES ('${bob.tenantId}')`,
        `UPDATE ${table} SET tenant_id = '${bob.tenantId}'`,
        `DELETE FROM ${table}`,
        `SELECT ava.log_calls()`,
      ]) {
        expect(await login.meets(sql)).toBe('42501');
      }
    });
  });

  it('finds nothing with the claim of Bob’s tenant', async () => {
    await login.with(claim({ ...alice, tenantId: bob.tenantId }), async () => {
      expect(await login.query('SELECT 1 FROM call_events')).toEqual([]);
      expect(await login.query('SELECT 1 FROM call_feeds')).toEqual([]);
    });
  });
});

describe('the question for whom there is news', () => {
  it('answers to whom it would let in, and to no one else', async () => {
    const both = await watch(alice, bob);
    expect(both.map(({ place }) => place).toSorted()).toEqual([1, 2]);

    expect(await watch({ ...alice, tenantId: bob.tenantId })).toEqual([]);
    expect(await watch({ ...alice, userId: bob.userId })).toEqual([]);
    expect(await watch({ ...bob, sessionId: alice.sessionId })).toEqual([]);
    const [last] = await watch({ ...bob, tenantId: alice.tenantId }, alice);
    expect(last?.place).toBe(2);
  });
});

describe('the order of events', () => {
  it('is that of the commits: a tenant’s next change waits for the one before, others do not', async () => {
    const first = new Client({ connectionString: app.database.adminUrl });
    await first.connect();
    const second = new Client({ connectionString: app.database.adminUrl });
    await second.connect();
    await second.query(`SET lock_timeout = '1ms'`);
    await first.query('BEGIN');
    await first.query(INSERT, [bob.tenantId]);

    await expect(second.query(INSERT, [bob.tenantId])).rejects.toMatchObject({ code: '55P03' });
    await second.query(INSERT, [alice.tenantId]);
    await first.query('COMMIT');
    await second.query(INSERT, [bob.tenantId]);

    await first.end();
    await second.end();
  });

  it('has no two at the same time, whatever the clock says', async () => {
    await app.sql(`UPDATE call_feeds SET last_at = now() + interval '1 day' WHERE tenant_id = $1`, [
      bob.tenantId,
    ]);
    const before = await app.sql<{ last_at: Date }>(
      'SELECT last_at FROM call_feeds WHERE tenant_id = $1',
      [bob.tenantId],
    );
    await app.sql(INSERT, [bob.tenantId]);

    const later = await app.sql(
      'SELECT at FROM call_events WHERE tenant_id = $1 AND at > $2::timestamptz',
      [bob.tenantId, before[0]?.last_at],
    );
    expect(later).toHaveLength(1);
  });
});

describe('the reading of events', () => {
  it('goes by the keys of the own tenant, however much is there of others', async () => {
    await app.sql(
      `INSERT INTO calls (tenant_id, id) SELECT t, gen_random_uuid()
         FROM unnest($1::uuid[]) t, generate_series(1, 5000)`,
      [[alice.tenantId, bob.tenantId]],
    );
    await app.sql(
      `INSERT INTO call_events (tenant_id, at, type, call_id)
       SELECT tenant_id, now() - row_number() OVER () * interval '1 second', 'created', id FROM calls`,
    );
    await app.sql('ANALYZE call_events, calls');

    await login.with(claim(alice), async () => {
      const rows = await login.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${EVENTS}`, [
        alice.tenantId,
        (Date.now() - 60_000) * 1000,
      ]);
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(plan).toContain('Index Scan using call_events_pkey');
      expect(plan).toContain('Index Scan using calls_pkey');
      expect(plan).not.toMatch(/Seq Scan|Sort/);
    });
  });
});
