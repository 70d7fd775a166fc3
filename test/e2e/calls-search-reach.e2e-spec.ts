import { termsOf } from '../../src/calls/call-search';
import { pageOfMatches } from '../../src/calls/call-search.query';
import { ListCalls } from '../../src/calls/calls.dto';
import { startApp, type TestApp } from '../support/app';
import { register, type Person } from '../support/people';
import { claim, LoginSession, sessionIdOf } from '../support/plane-session';

let app: TestApp;
let alice: Person;
let login: LoginSession;

/** All 2,500 calls say `bonjour`. Of the oldest, 30 say `facture` after it, and the next 10 before it. */
beforeAll(async () => {
  app = await startApp();
  alice = await register(app, 'alice');
  login = await LoginSession.open(app);
  await app.sql(
    `INSERT INTO calls (tenant_id, id, status, started_at, transcript)
     SELECT $1, gen_random_uuid(), 'ended', timestamptz '2025-01-01' + i * interval '1 min',
            CASE WHEN i <= 30 THEN 'bonjour facture' WHEN i <= 40 THEN 'facture bonjour' ELSE 'bonjour' END
       FROM generate_series(1, 2500) AS i`,
    [alice.tenantId],
  );
  await app.sql('ANALYZE calls, call_texts');
});
afterAll(async () => {
  await login.close();
  await app.close();
});

/** How often the words of a single call were read. */
async function textsRead(q: string, how: Partial<ListCalls>): Promise<number> {
  const query = Object.assign(new ListCalls(), { q, ...how });
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
    const read = await textsRead('facture', { sort: 'relevance' });

    expect(read).toBeGreaterThanOrEqual(230);
    expect(read).toBeLessThan(300);
    expect((await alice.client.get('/calls?q=facture&sort=relevance')).body.items).toHaveLength(25);
  });

  it('goes through them when most have it, and does not look for all in the index', async () => {
    // 200 to see how many have it, the 500 that are ranked, and these once more for their rank.
    expect(await textsRead('bonjour', { sort: 'relevance' })).toBe(1200);
  });
});

describe('a phrase that none of the nearest calls has', () => {
  const found = async (q: string, rest = '') => {
    const path = `/calls?q=${encodeURIComponent(q)}&limit=100${rest}`;
    const { items } = (await alice.client.get(path)).body as { items: { startedAt: string }[] };
    return items.map(({ startedAt }) => Number(startedAt.slice(14, 16)));
  };
  const from = (first: number, last: number) =>
    Array.from({ length: last - first + 1 }, (_, i) => first + i);

  it.each([
    '',
    '&order=asc',
    '&sort=relevance',
    '&startedAtGe=2025-01-01T00:00:00Z',
    '&status=ended',
  ])('is found in its order alone%s', async (rest) => {
    expect((await found('"bonjour facture"', rest)).sort((a, b) => a - b)).toEqual(from(1, 30));
    expect((await found('"facture bonjour"', rest)).sort((a, b) => a - b)).toEqual(from(31, 40));
  });

  it('is left out in its order alone', async () => {
    expect((await found('facture -"bonjour facture"')).reverse()).toEqual(from(31, 40));
    expect((await found('facture -"facture bonjour"')).reverse()).toEqual(from(1, 30));
  });

  it('is found page by page', async () => {
    const first = await alice.client.get('/calls?q=%22bonjour+facture%22&limit=20');
    const { nextCursor } = first.body as { nextCursor: string };
    const second = await alice.client.get(
      `/calls?q=%22bonjour+facture%22&limit=20&cursor=${nextCursor}`,
    );

    expect([first.body.items, second.body.items].map(({ length }) => length)).toEqual([20, 10]);
    expect(second.body.nextCursor).toBeNull();
  });

  it('is looked for in as many calls as a page needs', async () => {
    // 200 nearest, ten that have the words the other way round, five for the page and one that tells of a next.
    expect(await textsRead('"bonjour facture"', { limit: 5 })).toBe(216);
  });
});

it('no phrase goes from the summary into the transcript', async () => {
  const bob = await register(app, 'bob');
  const call = { startedAt: '2025-01-31T09:30:00Z', direction: 'inbound', status: 'ended' };
  const texts = { summary: 'Demande de facture', transcript: 'Chaudière en panne' };
  await bob.client.post('/calls', { ...call, ...texts });
  const count = async (q: string) => {
    const answer = await bob.client.get(`/calls?q=${encodeURIComponent(q)}`);
    return (answer.body.items as unknown[]).length;
  };

  expect(await count('facture chaudière')).toBe(1);
  expect(await count('"en panne" "demande de facture"')).toBe(1);
  expect(await count('"facture chaudière"')).toBe(0);
  expect(await count('facture-chaudière')).toBe(0);
  expect(await count('panne -"facture chaudière"')).toBe(1);
});
