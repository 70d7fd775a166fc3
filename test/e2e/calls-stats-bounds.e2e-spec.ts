import { startApp, type TestApp } from '../support/app';
import { register, type Person } from '../support/people';

let app: TestApp;
let alice: Person;

beforeAll(async () => {
  app = await startApp();
  alice = await register(app, 'alice');
});
afterAll(() => app.close());

describe('statistics', () => {
  it.each(['hour', 'day', 'week', 'month'])('there may be 1,000 of a %s', async (bucket) => {
    const days = { hour: 1000 / 24, day: 1000, week: 7000, month: 30_000 }[bucket] ?? 0;
    const to = new Date(Date.UTC(2080, 0, 1) - 1);
    const from = new Date(to.getTime() - days * 86_400_000).toISOString();

    const query = `from=${from}&to=${to.toISOString()}&bucket=${bucket}`;
    const { body } = await alice.client.get(`/calls/stats?${query}`);
    const buckets = body.buckets as unknown[];

    expect(buckets.length).toBeGreaterThan(980);
    expect(buckets.length).toBeLessThan(1002);
  });
});

describe('a period', () => {
  it('begins and ends at the microsecond, as a filter of the list does', async () => {
    await app.sql(
      `INSERT INTO calls (tenant_id, id, started_at) VALUES ($1, gen_random_uuid(), '2024-01-01T00:00:00.000100Z')`,
      [alice.tenantId],
    );
    const counted = async (from: string, to: string) => {
      const stats = await alice.client.get(
        `/calls/stats?from=2024-01-01T00:00:00.${from}Z&to=2024-01-01T00:00:00.${to}Z`,
      );
      return (stats.body.period as { calls: number }).calls;
    };

    expect(await counted('0', '0001')).toBe(0);
    expect(await counted('0', '000101')).toBe(1);
    expect(await counted('0001', '000101')).toBe(1);
    expect(await counted('000101', '9')).toBe(0);
  });
});

describe('what is refused', () => {
  it.each<readonly [query: string, field: string, code: string]>([
    ['from=2025-01-02T00:00:00Z&to=2025-01-01T00:00:00Z', 'to', 'period.empty'],
    ['from=2025-01-01T00:00:00Z&to=2025-01-01T00:00:00Z', 'to', 'period.empty'],
    ['from=2025-01-01T00:00:00.000002Z&to=2025-01-01T00:00:00.000001Z', 'to', 'period.empty'],
    ['from=2025-01-01T00:00:00Z&to=2025-02-12T00:00:00Z&bucket=hour', 'bucket', 'period.too_long'],
    ['from=1970-01-01T00:00:00Z&to=9999-01-01T00:00:00Z&bucket=month', 'bucket', 'period.too_long'],
    ['from=2999-01-01T00:00:00Z', 'from', 'period.empty'],
    ['bucket=minute', 'bucket', 'choice.invalid'],
    ['from=yesterday', 'from', 'instant.invalid'],
    ...[
      'Mars/Base',
      'CET',
      'EST5EDT',
      '%2B01:00',
      'posix/Europe/Paris',
      `UTC'`,
      'Europe/Paris;',
      '',
    ].map((zone) => [`timeZone=${zone}`, 'timeZone', 'time_zone.invalid'] as const),
  ])('%s', async (query, field, code) => {
    const { status, body } = await alice.client.get(`/calls/stats?${query}`);

    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'request.invalid', errors: [{ field, code }] });
  });

  it('a zone that the database does not know, as one that nobody knows', async () => {
    const known = jest.spyOn(Intl, 'DateTimeFormat').mockImplementation(() => ({}) as never);

    const { status, body } = await alice.client.get('/calls/stats?timeZone=Mars/Base');

    known.mockRestore();
    expect(status).toBe(400);
    expect(body).toMatchObject({ errors: [{ field: 'timeZone', code: 'time_zone.invalid' }] });
  });
});
