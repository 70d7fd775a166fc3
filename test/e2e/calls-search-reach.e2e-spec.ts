import { termsOf } from '../../src/calls/call-search';
import { pageOfMatches } from '../../src/calls/call-search.query';
import { ListCalls } from '../../src/calls/calls.dto';
import { startApp, type TestApp } from '../support/app';
import { register, type Person } from '../support/people';
import { claim, LoginSession, sessionIdOf } from '../support/plane-session';

let app: TestApp;
let alice: Person;
let login: LoginSession;

/** All 2,500 calls say `bonjour`, and 30 of them `facture`. */
beforeAll(async () => {
  app = await startApp();
  alice = await register(app, 'alice');
  login = await LoginSession.open(app);
  await app.sql(
    `INSERT INTO calls (tenant_id, id, started_at, transcript)
     SELECT $1, gen_random_uuid(), timestamptz '2025-01-01' + i * interval '1 min',
            'bonjour' || CASE WHEN i <= 30 THEN ' facture' ELSE '' END FROM generate_series(1, 2500) AS i`,
    [alice.tenantId],
  );
  await app.sql('ANALYZE calls, call_texts');
});
afterAll(async () => {
  await login.close();
  await app.close();
});

/** How often the words of a single call were read. */
async function textsRead(q: string): Promise<number> {
  const query = Object.assign(new ListCalls(), { q, sort: 'relevance' });
  const asked = { query, terms: termsOf(q), after: null };
  const { sql, parameters } = pageOfMatches(alice.tenantId, asked);
  const rows = await login.with(claim({ ...alice, sessionId: sessionIdOf(alice) }), () =>
    login.query<{ 'QUERY PLAN': unknown }>(`EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`, parameters),
  );
  const reads = JSON.stringify(rows).matchAll(
    /"Index Name":"call_texts_pkey".*?"Actual Loops":(\d+)/g,
  );
  return [...reads].reduce((sum, [, loops]) => sum + Number(loops), 0);
}

describe('a search by relevance', () => {
  it('reads few of the nearest calls when few of them have the word', async () => {
    const read = await textsRead('facture');

    expect(read).toBeGreaterThanOrEqual(230);
    expect(read).toBeLessThan(300);
    expect((await alice.client.get('/calls?q=facture&sort=relevance')).body.items).toHaveLength(25);
  });

  it('goes through them when most have it, and does not look for all in the index', async () => {
    expect(await textsRead('bonjour')).toBeGreaterThan(2000);
  });
});
