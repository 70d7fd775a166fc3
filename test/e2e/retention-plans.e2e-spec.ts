import { callerNumber } from '../../src/callers/caller-number';
import { SCAN } from '../../src/callers/caller-scan';
import { CLEAR_TRANSCRIPTS, DELETE_CALLS, PREVIEW } from '../../src/retention/retention.query';
import { startApp, type TestApp } from '../support/app';
import { register, type Person } from '../support/people';
import { claim, LoginSession, sessionIdOf } from '../support/plane-session';

let app: TestApp;
let alice: Person;
let login: LoginSession;

/** Two tenants with 5,000 calls each: those of old have nothing left to remove. */
beforeAll(async () => {
  app = await startApp();
  alice = await register(app, 'alice');
  login = await LoginSession.open(app);
  for (const { tenantId } of [alice, await register(app, 'bob')]) {
    await app.sql(
      `INSERT INTO calls (tenant_id, id, started_at, customer, transcript)
       SELECT $1, gen_random_uuid(), now() - i * interval '1 hour', '+336' || i, CASE WHEN i < 500 THEN 'Bonjour' END
         FROM generate_series(1, 5000) AS i`,
      [tenantId],
    );
  }
  await app.sql('ANALYZE calls');
});
afterAll(async () => {
  await login.close();
  await app.close();
});

/** The plan as the server gets it: in the tenant plane, under its policies. */
async function planOf(sql: string, parameters: unknown[]): Promise<string> {
  const rows = await login.with(claim({ ...alice, sessionId: sessionIdOf(alice) }), () =>
    login.query(`EXPLAIN (FORMAT JSON) ${sql}`, parameters),
  );
  return JSON.stringify(rows);
}

describe('with 10,000 calls', () => {
  const { digits, roughly, inOrder } = callerNumber('+33612100067');

  it.each<[string, string, (tenantId: string) => unknown[], string]>([
    ['the preview', PREVIEW, (tenant) => [tenant, 90, 10], 'calls_content_idx'],
    ['deleting calls', DELETE_CALLS, (tenant) => [tenant, 90, 500], 'calls_sorted_at_idx'],
    ['clearing transcripts', CLEAR_TRANSCRIPTS, (tenant) => [tenant, 10, 500], 'calls_content_idx'],
    [
      'a later page of a caller’s calls',
      SCAN,
      (tenant) => [
        ...[tenant, '2025-01-31', '820d5d8b-af76-4ec6-adcd-56fed15c78bf', 1000],
        ...[digits, roughly, inOrder],
      ],
      'calls_sorted_at_idx',
    ],
  ])('%s is read by an index', async (_, sql, parameters, index) => {
    const plan = await planOf(sql, parameters(alice.tenantId));

    expect(plan).toContain(index);
    expect(plan).not.toContain('Seq Scan');
  });
});
