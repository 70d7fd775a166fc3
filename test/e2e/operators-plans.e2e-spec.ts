import { randomUUID } from 'node:crypto';
import { TENANTS_FOUND } from '../../src/admin/tenants-overview.service';
import { trailColumns } from '../../src/admin/trail-overview.service';
import { USERS_FOUND } from '../../src/admin/users-overview.service';
import { AuditSearch, type EventFilter } from '../../src/audit/audit-search.service';
import { eventColumns } from '../../src/audit/audit-trail.service';
import { startApp, type TestApp } from '../support/app';
import { register, type Person } from '../support/people';
import { claim, LoginSession, sessionIdOf } from '../support/plane-session';

let app: TestApp;
let olga: Person;
let login: LoginSession;

const CALLS = 40_000;

/** 2,000 tenants and people; one tenant has 40,000 calls and as many events, and there are 40,000 events of the others. */
beforeAll(async () => {
  app = await startApp();
  olga = await register(app, 'olga', { tenantName: 'Zürich' });
  login = await LoginSession.open(app);
  await app.sql('UPDATE users SET operator = true WHERE id = $1', [olga.userId]);
  await app.sql(
    `WITH people AS (
       INSERT INTO users (id, email, password_hash, created_at)
         SELECT gen_random_uuid(), 'user' || i || '@example.com', 'x', timestamptz '2024-01-01' + i * interval '1 h'
           FROM generate_series(1, 2000) i RETURNING id, email, created_at),
     made AS (
       INSERT INTO tenants (id, name, created_at, suspended_at)
         SELECT id, 'Tenant ' || email, created_at, CASE WHEN email LIKE 'user77%' THEN now() END FROM people RETURNING id)
     INSERT INTO memberships (tenant_id, user_id, role) SELECT id, id, 'owner' FROM made`,
  );
  await app.sql(
    `INSERT INTO calls (tenant_id, id, started_at)
     SELECT $1, gen_random_uuid(), timestamptz '2025-01-01' + i * interval '1 min' FROM generate_series(1, ${CALLS}) i`,
    [olga.tenantId],
  );
  await app.sql(
    `INSERT INTO audit_events (id, tenant_id, actor_id, action, target, at)
     SELECT gen_random_uuid(), t.id, t.id, CASE i % 1000 WHEN 0 THEN 'rare.event' ELSE 'test.event' END, 'target ' || i % 500,
            timestamptz '2025-01-01' + i * interval '1 s'
       FROM generate_series(1, 20) i, tenants t
     UNION ALL
     SELECT gen_random_uuid(), $1, $2, CASE i % 1000 WHEN 0 THEN 'rare.event' ELSE 'test.event' END, 'target ' || i % 500,
            timestamptz '2025-01-01' + i * interval '1 s'
       FROM generate_series(1, 40000) i`,
    [olga.tenantId, olga.userId],
  );
  for (const table of ['tenants', 'users', 'memberships', 'sessions', 'calls', 'audit_events']) {
    await app.sql(`VACUUM (ANALYZE) ${table}`);
  }
});
afterAll(async () => {
  await login.close();
  await app.close();
});

type Reads = Readonly<Record<string, number>>;

/** Table → rows touched so far, by scanning it or through an index; inside of functions as well. */
async function rowsTouched(): Promise<Reads> {
  const rows = await login.query<{ table: string; rows: number }>(
    `SELECT relname AS table, (seq_tup_read + coalesce(idx_tup_fetch, 0))::int AS rows
       FROM pg_stat_xact_user_tables WHERE schemaname = 'public'`,
  );
  return Object.fromEntries(rows.map(({ table, rows: count }) => [table, count]));
}

async function readsOf(role: string, sql: string, parameters: unknown[]): Promise<Reads> {
  return login.with(claim({ ...olga, sessionId: sessionIdOf(olga) }, role), async () => {
    // The counters of a connection go on from one transaction to the next.
    const before = await rowsTouched();
    await login.query(sql, parameters);
    const after = await rowsTouched();
    return Object.fromEntries(
      Object.entries(after).map(([table, rows]) => [table, rows - (before[table] ?? 0)]),
    );
  });
}

/** No table may be read whole: all of these have far more rows. */
async function expectFew(reads: Promise<Reads>, most: Reads): Promise<void> {
  const many = Object.entries(await reads).filter(([table, rows]) => rows > (most[table] ?? 40));

  expect(many).toEqual([]);
}

const AT = '1736942400000000';

describe('with 2,000 tenants and one of many calls', () => {
  const tenants = (terms: unknown[], limit = 26, counted = 10_000) =>
    readsOf('ava_operator', TENANTS_FOUND, [...terms, limit, counted]);
  // Of calls: those of the one tenant, up to where they are counted.
  const bounds = { tenants: 140, memberships: 140, users: 140, calls: 10_100 };

  it.each([
    ['all', [null, null, null, null, null, null]],
    ['a later page', [null, null, null, null, AT, randomUUID()]],
    ['one by id', [randomUUID(), null, null, null, null, null]],
    ['the suspended', [null, null, null, true, null, null]],
    ['by the beginning of a name', [null, 'tenant USER77', null, null, null, null]],
    ['by the address of a member', [null, null, 'User77@Example.com', null, null, null]],
  ])('a page of tenants, %s, reads few rows and no table whole', async (_, terms) => {
    for (let again = 0; again < 7; again++) await expectFew(tenants(terms), bounds);
  });

  it('the calls of a tenant are counted in an index, up to the bound', async () => {
    const terms = [olga.tenantId, null, null, null, null, null];

    const [row] = await login.with(
      claim({ ...olga, sessionId: sessionIdOf(olga) }, 'ava_operator'),
      () => login.query<{ callCount: number }>(TENANTS_FOUND, [...terms, 1, 1000]),
    );

    expect(row?.callCount).toBe(1000);
    await expectFew(tenants(terms, 1, 1000), { ...bounds, calls: 1010 });
  });

  it.each([
    ['all', [null, null, null, null]],
    ['a later page', [null, null, AT, randomUUID()]],
    ['one by id', [randomUUID(), null, null, null]],
    ['by the beginning of an address', [null, 'USER77', null, null]],
  ])('a page of people, %s, reads few rows and no table whole', async (_, terms) => {
    for (let again = 0; again < 7; again++) {
      await expectFew(readsOf('ava_operator', USERS_FOUND, [...terms, 26]), bounds);
    }
  });

  it('the counts of the installation do not read all calls', async () => {
    const reads = await readsOf('ava_operator', 'SELECT * FROM ava.installation_counts()', []);

    expect(reads.calls).toBeLessThan(CALLS / 2);
  });
});

describe('with 80,000 events', () => {
  const search = new AuditSearch();
  const after = { at: AT, id: randomUUID() };
  const pageOf = (what: typeof trailColumns, filter: EventFilter, from: typeof after | null) =>
    search.query({ ...what, filter, after: from, limit: 26 });
  const from = '2025-01-01T01:00:00Z';
  const filters: readonly EventFilter[] = [
    {},
    { action: 'test.' },
    { target: 'target 7' },
    { from, to: '2025-01-01T02:00:00Z' },
  ];

  it.each([...filters, { action: 'rare.' }, { action: 'unheard.of' }, { target: 'unheard of' }])(
    'a page of a tenant’s trail with %j reads few rows, first and later',
    async (filter) => {
      for (const position of [null, after]) {
        const own = { tenantId: olga.tenantId, ...filter };
        for (const memberId of [undefined, olga.userId]) {
          const { sql, parameters } = pageOf(eventColumns, { ...own, memberId }, position);
          await expectFew(readsOf('ava_tenant', sql, parameters), { audit_events: 1500 });
        }
      }
    },
  );

  it.each([
    {},
    { action: 'test.' },
    { from, to: '2025-01-01T02:00:00Z' },
    { actorId: randomUUID() },
    { tenantId: randomUUID(), action: 'rare.' },
  ])('a page of all trails with %j reads few rows', async (filter) => {
    for (const position of [null, after]) {
      const { sql, parameters } = pageOf(trailColumns, filter, position);
      await expectFew(readsOf('ava_operator', sql, parameters), { audit_events: 1500 });
    }
  });
});
