import { randomUUID } from 'node:crypto';
import { ListCalls } from '../../src/calls/calls.dto';
import { termsOf } from '../../src/calls/call-search';
import { pageOfMatches } from '../../src/calls/call-search.query';
import { callsToDelete, deleteCalls } from '../../src/calls/calls-deletion.query';
import { exportCount, exportPage } from '../../src/calls/calls-export.query';
import { updateChanged } from '../../src/calls/calls-import.query';
import { amountsOfCalls, outcomesOfCalls, tagsOfCalls } from '../../src/calls/calls-stats.query';
import { pageOfCalls } from '../../src/calls/calls.query';
import { startApp, type TestApp } from '../support/app';
import { query } from '../support/database';
import { register, type Person } from '../support/people';
import { claim, LoginSession, sessionIdOf } from '../support/plane-session';

let app: TestApp;
let alice: Person;
let login: LoginSession;

interface Plan {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  'Join Type'?: string;
  Plans?: Plan[];
}

/** Four tenants with 5,000 calls each, most of them alike. */
beforeAll(async () => {
  app = await startApp();
  alice = await register(app, 'alice');
  login = await LoginSession.open(app);
  const others = [];
  for (const name of ['bob', 'carol', 'dave']) others.push(await register(app, name));
  for (const { tenantId } of [alice, ...others]) {
    await app.sql(
      `INSERT INTO calls (tenant_id, id, started_at, status, direction, customer, provider, provider_call_id, transcript)
       SELECT $1, gen_random_uuid(), timestamptz '2025-01-01' + i * interval '1 min',
              CASE WHEN i % 1000 = 0 THEN 'failed' ELSE 'ended' END,
              CASE WHEN i % 1000 = 1 THEN 'web' ELSE 'inbound' END,
              '+336' || lpad((i % 500)::text, 8, '0'), 'vapi', 'call-' || i, repeat('Bonjour ', 20)
         FROM generate_series(1, 5000) AS i`,
      [tenantId],
    );
  }
  // Which pages are visible to all decides whether an index alone may answer; none is whose commit is not on the disk yet.
  await app.sql('CHECKPOINT');
  await app.sql('VACUUM ANALYZE calls, call_texts');
});
afterAll(async () => {
  await login.close();
  await app.close();
});

/** The plan as the server gets it: in the tenant plane, under its policies. */
async function nodesOf(sql: string, parameters: unknown[]): Promise<Plan[]> {
  const [row] = await login.with(claim({ ...alice, sessionId: sessionIdOf(alice) }), () =>
    login.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(`EXPLAIN (FORMAT JSON) ${sql}`, parameters),
  );
  const flat = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(flat)];
  return row ? flat(row['QUERY PLAN'][0].Plan) : [];
}

async function expectIndex(sql: string, parameters: unknown[], index: RegExp): Promise<void> {
  const nodes = await nodesOf(sql, parameters);

  expect(nodes.map((node) => node['Node Type'])).not.toContain('Seq Scan');
  expect(nodes.map((node) => node['Index Name'] ?? '').join()).toMatch(index);
}

describe('with 20,000 calls', () => {
  const from = '2025-01-03T00:00:00Z';

  it.each<[Partial<ListCalls>, RegExp]>([
    [{}, /^,+calls_sorted_at_idx$/],
    [{ status: 'ended' }, /^,+calls_(sorted_at|status)_idx$/],
    [{ status: 'failed' }, /calls_status_idx/],
    [{ status: 'unheard-of' }, /calls_status_idx/],
    [{ direction: 'inbound' }, /calls_sorted_at_idx/],
    [{ direction: 'web' }, /calls_/],
    [{ customer: '+33600000042' }, /calls_customer_idx/],
    [{ phoneNumberId: randomUUID() }, /calls_phone_number_idx/],
    [{ tag: 'vip' }, /calls_tagged_idx/],
    [{ startedAtGe: from }, /calls_sorted_at_idx/],
    [{ startedAtGt: from, startedAtLt: '2025-01-03T01:00:00Z' }, /calls_sorted_at_idx/],
    [{ startedAtLe: from }, /calls_sorted_at_idx/],
    [{ limit: 100 }, /calls_sorted_at_idx/],
  ])(
    'a page with %j is read by an index, first and later, in both orders',
    async (filters, index) => {
      const after = { at: '1735948800000000', id: randomUUID() };
      for (const order of ['asc', 'desc'] as const) {
        for (const position of [null, after]) {
          const asked = Object.assign(new ListCalls(), filters, { order });
          const { sql, parameters } = pageOfCalls(alice.tenantId, asked, position);

          await expectIndex(sql, parameters, index);
        }
      }
    },
  );

  it.each([{}, { status: 'failed' }, { startedAtGe: from }])(
    'a search with %j goes through the nearest calls by indexes',
    async (filters) => {
      const asked = Object.assign(new ListCalls(), { q: 'bonjour' }, filters);
      const { sql, parameters } = pageOfMatches(alice.tenantId, {
        query: asked,
        terms: termsOf('bonjour'),
        after: null,
      });

      await expectIndex(sql, parameters, /calls_(sorted_at|status)_idx.*call_texts_pkey/);
    },
  );

  it('the calls with a word are found by the words, and not by going through those of the tenant', async () => {
    const [source] = await app.sql<{ text: string }>(
      `SELECT prosrc AS text FROM pg_proc WHERE oid = 'ava.matching_calls'::regproc`,
    );
    const [, inner = ''] = /RETURN QUERY (SELECT[^;]+);/.exec(source?.text ?? '') ?? [];
    const statement = inner
      .replace('@@ asked', `@@ 'x'::tsquery`)
      .replace('FROM tenant', `FROM '${alice.tenantId}'::uuid`);

    const asOwner = `${app.database.adminUrl}?options=${encodeURIComponent('-c role=ava_owner -c enable_seqscan=off')}`;
    const plan = JSON.stringify(await query(asOwner, `EXPLAIN ${statement}`));

    expect(plan).toContain('Bitmap Index Scan on call_texts_vector_idx');
    expect(plan).not.toContain('call_texts_pkey');
  });

  it('the first page needs no sorting', async () => {
    const { sql, parameters } = pageOfCalls(alice.tenantId, new ListCalls(), null);

    const types = (await nodesOf(sql, parameters)).map((node) => node['Node Type']);

    // A Result node asks once for the tenant of the context.
    expect(types.filter((type) => type !== 'Result')).toEqual(['Limit', 'Index Scan']);
  });

  it.each(['cells', 'json'] as const)(
    'a page of the export, as %s, is read by the index of the list and needs no sorting',
    async (form) => {
      const ends = { asc: '1735732800000000', desc: '1735948800000000' };
      for (const order of ['asc', 'desc'] as const) {
        for (const after of [null, { at: ends[order], id: randomUUID() }]) {
          const query = Object.assign(new ListCalls(), { order });
          const { sql, parameters } = exportPage(alice.tenantId, { query, after, form });

          const nodes = await nodesOf(sql, parameters);

          const types = nodes.map((node) => node['Node Type']);
          expect(types).not.toContain('Seq Scan');
          expect(types.join()).not.toContain('Sort');
          expect(nodes.map((node) => node['Index Name'] ?? '').join()).toMatch(/sorted_at_idx/);
        }
      }
    },
  );

  it('what is to be exported is counted by an index, and what is imported found by its key', async () => {
    const query = Object.assign(new ListCalls(), { status: 'failed' });
    const counting = exportCount(alice.tenantId, query, null);
    const calls = JSON.stringify([{ id: randomUUID(), given: ['notes'], provider: 'vapi' }]);

    await expectIndex(counting.sql, counting.parameters, /calls_status_idx/);
    const nodes = await nodesOf(updateChanged, [alice.tenantId, calls]);
    const indexes = nodes.map((node) => node['Index Name'] ?? '').join();
    expect(indexes).toContain('calls_provider_call_id_key');
  });

  it.each(['hour', 'day', 'week', 'month'] as const)(
    'statistics by the %s read the calls from an index alone',
    async (bucket) => {
      const asked = { from, to: '2025-01-04T00:00:00Z', bucket, timeZone: 'Europe/Paris' };
      const statements = [outcomesOfCalls, amountsOfCalls].map((of) => of(alice.tenantId, asked));
      const plans = statements.map(({ sql, parameters }) => nodesOf(sql, parameters));
      const nodes = (await Promise.all(plans)).flat();

      const reads = nodes.filter((node) => node['Relation Name'] === 'calls');
      const ways = new Set(reads.map((node) => `${node['Node Type']} ${node['Index Name']}`));
      expect([...ways]).toEqual(['Index Only Scan calls_sorted_at_idx']);
      // By sorting or hashing: no bucket is tried with each.
      expect(nodes.filter((node) => node['Join Type'] === 'Full')).toHaveLength(3);
    },
  );

  it('tags are counted from the calls that have any', async () => {
    await expectIndex(tagsOfCalls, [alice.tenantId], /calls_tagged_idx/);
  });

  it('what is to be deleted is found by an index, and deleted by its key', async () => {
    const chosen = callsToDelete(alice.tenantId, { status: 'failed' }, true);
    await expectIndex(chosen.sql, chosen.parameters, /calls_status_idx/);

    await expectIndex(deleteCalls, [alice.tenantId, [randomUUID(), randomUUID()]], /calls_pkey/);
  });

  it('one call, and one of a provider, is found by its key', async () => {
    await expectIndex(
      'SELECT * FROM calls WHERE tenant_id = $1 AND id = $2',
      [alice.tenantId, randomUUID()],
      /calls_pkey/,
    );
    await expectIndex(
      'SELECT * FROM calls WHERE tenant_id = $1 AND provider = $2 AND provider_call_id = $3',
      [alice.tenantId, 'vapi', 'call-7'],
      /calls_provider_call_id_key/,
    );
  });

  it('a query that names no tenant is held to one by the policy, through an index', async () => {
    const nodes = await nodesOf(
      'SELECT id FROM calls ORDER BY sorted_at DESC, id DESC LIMIT 25',
      [],
    );

    expect(nodes.map((node) => node['Node Type'])).not.toContain('Seq Scan');
    expect(nodes.map((node) => node['Index Name'] ?? '').join()).toContain('calls_');
  });

  it.each([
    ['calls', 'tenant_id'],
    ['phone_numbers', 'tenant_id'],
    ['ava_profiles', 'tenant_id'],
    ['memberships', 'tenant_id'],
    ['memberships', 'user_id'],
    ['sessions', 'user_id'],
    ['phone_numbers', 'org_id'],
  ])('what the cascade deletes of %s by %s is found by an index', async (table, column) => {
    // Few rows are read faster without an index; what matters is that there is one to use.
    const eager = `${app.database.adminUrl}?options=${encodeURIComponent('-c enable_seqscan=off')}`;
    const nodes = await query(
      eager,
      `EXPLAIN (FORMAT JSON) DELETE FROM ONLY ${table} WHERE ${column} = '${alice.tenantId}'`,
    );

    expect(JSON.stringify(nodes)).toContain('Index');
    expect(JSON.stringify(nodes)).not.toContain('Seq Scan');
  });

  it('the last page answers as the first does', async () => {
    const last = await alice.client.get('/calls?limit=100&startedAtLt=2025-01-01T00:10:00Z');

    expect(last.body.items).toHaveLength(9);
    expect((await alice.client.get('/calls?status=failed')).body.items).toHaveLength(5);
  });
});
