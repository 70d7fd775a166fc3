import { startApp, type TestApp } from '../support/app';
import { register, type Person } from '../support/people';

let app: TestApp;
let alice: Person;

interface Figures {
  readonly calls: number;
  readonly start: string;
}

beforeAll(async () => {
  app = await startApp();
});
beforeEach(async () => {
  alice = await register(app, 'alice');
});
afterAll(() => app.close());

/** A call every hour, or every `step`, from then on and before then. */
const every = (step: string, { tenantId }: Person, [from, to]: [string, string]) =>
  app.sql(
    `INSERT INTO calls (tenant_id, id, started_at, status)
     SELECT $1, gen_random_uuid(), at, 'ended' FROM generate_series($2::timestamptz, $3::timestamptz - interval '1 us', $4::interval) at`,
    [tenantId, from, to, step],
  );

async function ask(query: string, { client }: Person = alice) {
  const { status, body, text } = await client.get(`/calls/stats?${query}`);
  if (status !== 200) throw new Error(text);
  return body as Record<'period' | 'previous', Record<string, unknown>> & { buckets: Figures[] };
}
const countsOf = ({ buckets }: { buckets: Figures[] }) => buckets.map(({ calls }) => calls);
const startsOf = ({ buckets }: { buckets: Figures[] }) => buckets.map(({ start }) => start);

const none = {
  ...{ calls: 0, answered: 0, answeredShare: null, cost: 0, byStatus: [], byEndedReason: [] },
  durations: { mean: null, p50: null, p95: null },
};
const january = 'from=2025-01-01T00:00:00Z&to=2025-01-03T00:00:00Z';

describe('the figures of a period', () => {
  const calls = [
    ['ended', 'customer-ended-call', 10, 0.1],
    ['ended', 'assistant-ended-call', 20, 0.2],
    ['ended', null, 30, null],
    ['in-progress', null, null, null],
    ['ended', 'customer-did-not-answer', 0, 0.01],
    ['ended', 'call.start.error-get-assistant', null, 0],
    ['busy', 'customer-busy', 0, 0],
    ['queued', null, null, null],
    [null, null, 1000, 1],
  ] as const;

  it('are counts, answered calls, durations, cost, states and reasons, and those of the period before', async () => {
    for (const [status, reason, seconds, cost] of calls) {
      await app.sql(
        `INSERT INTO calls (tenant_id, id, started_at, status, ended_reason, duration_seconds, cost)
         VALUES ($1, gen_random_uuid(), '2025-01-01T12:00:00Z', $2, $3, $4, $5)`,
        [alice.tenantId, status, reason, seconds, cost],
      );
    }
    await every('1 hour', alice, ['2024-12-31T20:00:00Z', '2025-01-01T00:00:00Z']);
    await app.sql(
      `UPDATE calls SET duration_seconds = 7000 WHERE tenant_id = $1 AND sorted_at = '2024-12-31T21:00:00Z'`,
      [alice.tenantId],
    );

    const { period, previous, buckets, ...asked } = await ask(january);

    const figures = {
      ...{ calls: 9, answered: 4, answeredShare: 0.4444, cost: 1.31 },
      durations: { mean: 176.7, p50: 10, p95: 1000 },
      byStatus: [
        { status: 'ended', calls: 5 },
        { status: 'busy', calls: 1 },
        { status: 'in-progress', calls: 1 },
        { status: 'queued', calls: 1 },
        { status: null, calls: 1 },
      ],
      byEndedReason: [
        { endedReason: null, calls: 4 },
        { endedReason: 'assistant-ended-call', calls: 1 },
        { endedReason: 'call.start.error-get-assistant', calls: 1 },
        { endedReason: 'customer-busy', calls: 1 },
        { endedReason: 'customer-did-not-answer', calls: 1 },
        { endedReason: 'customer-ended-call', calls: 1 },
      ],
    };
    const [first, second] = ['2025-01-01T00:00:00.000Z', '2025-01-02T00:00:00.000Z'];
    expect(asked).toEqual({ bucket: 'day', timeZone: 'UTC' });
    expect(period).toEqual({ from: first, to: '2025-01-03T00:00:00.000Z', ...figures });
    expect(previous).toMatchObject({ from: '2024-12-30T00:00:00.000Z', to: first, calls: 4 });
    expect(previous.durations).toEqual({ mean: 7000, p50: 7000, p95: 7000 });
    expect(buckets).toEqual([
      { start: first, ...figures },
      { start: second, ...none },
    ]);
  });

  it('are zero without calls, and never those of somebody else', async () => {
    const bob = await register(app, 'bob');
    await every('1 hour', bob, ['2024-12-30T00:00:00Z', '2025-01-03T00:00:00Z']);

    const { period, previous, buckets } = await ask(january);

    expect([period, previous]).toMatchObject([none, none]);
    expect(buckets).toMatchObject([none, none]);
    expect(countsOf(await ask(january, bob))).toEqual([24, 24]);
  });

  it('begin with the first moment and end before the last, whatever the bucket', async () => {
    await every('15 minutes', alice, ['2025-01-01T00:00:00Z', '2025-01-01T06:00:00Z']);

    const part = 'from=2025-01-01T01:30:00Z&to=2025-01-01T03:30:00Z';

    expect(countsOf(await ask(`${part}&bucket=hour`))).toEqual([2, 4, 2]);
    for (const bucket of ['day', 'week', 'month']) {
      const { period, previous, buckets } = await ask(`${part}&bucket=${bucket}`);
      expect([period.calls, previous.calls, buckets.length]).toEqual([8, 6, 1]);
    }
  });

  it('tell a call without a start by when it was recorded', async () => {
    await app.sql(
      `INSERT INTO calls (tenant_id, id, created_at) VALUES ($1, gen_random_uuid(), '2025-01-02T01:00:00Z')`,
      [alice.tenantId],
    );

    expect(countsOf(await ask(january))).toEqual([0, 1]);
  });

  it('are those of the last 30 days when nothing is asked for', async () => {
    const call = { direction: 'inbound', status: 'ended' };
    const startedAt = new Date(Date.now() - 3_600_000).toISOString();
    await alice.client.post('/calls', { ...call, startedAt });

    const { period, buckets } = await ask('');

    expect(period.calls).toBe(1);
    expect([30, 31]).toContain(buckets.length);
  });

  it('name the 20 most frequent states and reasons', async () => {
    await app.sql(
      `INSERT INTO calls (tenant_id, id, started_at, status, ended_reason)
       SELECT $1, gen_random_uuid(), '2025-01-01', 's' || lpad(i::text, 2, '0'), 'r' || i
         FROM generate_series(1, 30) i, generate_series(1, 31 - i)`,
      [alice.tenantId],
    );

    const { period } = await ask(january);

    expect(period.byStatus).toHaveLength(20);
    expect(period.byStatus).toMatchObject({ 0: { status: 's01', calls: 30 }, 19: { calls: 11 } });
    expect(period.byEndedReason).toHaveLength(20);
  });

  it('tell of the period before also what the period has none of', async () => {
    await app.sql(
      `INSERT INTO calls (tenant_id, id, started_at, status, ended_reason)
       VALUES ($1, gen_random_uuid(), '2024-12-31', 'ended', 'voicemail')`,
      [alice.tenantId],
    );

    const { period, previous } = await ask(january);

    expect(period).toMatchObject({ calls: 0, byStatus: [], byEndedReason: [] });
    expect(previous.byStatus).toEqual([{ status: 'ended', calls: 1 }]);
    expect(previous.byEndedReason).toEqual([{ endedReason: 'voicemail', calls: 1 }]);
  });
});

describe('buckets in a time zone', () => {
  it.each([
    ['Europe/Paris', '2025-03-29T23:00:00Z', '2025-03-31T22:00:00Z', [23, 24]],
    ['Europe/Paris', '2025-10-25T22:00:00Z', '2025-10-27T23:00:00Z', [25, 24]],
    // Summer time began and ended at midnight: one day had no hour 0, another ended twice.
    ['America/Sao_Paulo', '2018-11-03T03:00:00Z', '2018-11-06T02:00:00Z', [24, 23, 24]],
    ['America/Sao_Paulo', '2019-02-16T02:00:00Z', '2019-02-18T03:00:00Z', [25, 24]],
    // Midnight came twice.
    ['America/Havana', '2024-11-02T04:00:00Z', '2024-11-04T05:00:00Z', [24, 25]],
    ['Asia/Kolkata', '2025-01-01T18:30:00Z', '2025-01-03T18:30:00Z', [24, 24]],
    // 30 December never was.
    ['Pacific/Apia', '2011-12-29T10:00:00Z', '2011-12-31T10:00:00Z', [24, 24]],
  ])('%s from %s: days have the hours they have', async (zone, from, to, hours) => {
    await every('1 hour', alice, [from, to]);

    const days = await ask(`from=${from}&to=${to}&timeZone=${zone}`);

    expect(countsOf(days)).toEqual(hours);
    expect(days.buckets[0]?.start).toBe(new Date(from).toISOString());
  });

  it('hours are told apart when the clock goes back, and none is there twice', async () => {
    const [from, to] = ['2025-10-26T00:00:00Z', '2025-10-26T03:00:00Z'];
    await every('30 minutes', alice, [from, to]);

    const hours = await ask(`from=${from}&to=${to}&bucket=hour&timeZone=Europe/Paris`);

    expect(countsOf(hours)).toEqual([2, 2, 2]);
    expect(startsOf(hours)).toEqual([0, 1, 2].map((h) => `2025-10-26T0${h}:00:00.000Z`));
  });

  it('weeks begin on Monday, months on the first, in the zone', async () => {
    await every('1 day', alice, ['2025-02-23T23:00:00Z', '2025-04-10T00:00:00Z']);
    const asked = 'timeZone=Europe/Paris&from=2025-02-28T23:00:00Z&to=2025-03-31T22:00:00Z';

    const weeks = await ask(`${asked}&bucket=week`);
    const months = await ask(`${asked}&bucket=month`);

    expect(startsOf(weeks)).toEqual([
      '2025-02-23T23:00:00.000Z',
      '2025-03-02T23:00:00.000Z',
      '2025-03-09T23:00:00.000Z',
      '2025-03-16T23:00:00.000Z',
      '2025-03-23T23:00:00.000Z',
      '2025-03-30T22:00:00.000Z',
    ]);
    expect(countsOf(weeks)).toEqual([2, 7, 7, 7, 7, 1]);
    expect(startsOf(months)).toEqual(['2025-02-28T23:00:00.000Z']);
  });

  it('the week before a week with a change of the clock begins on its Monday as well', async () => {
    const week =
      'bucket=day&timeZone=Europe/Paris&from=2025-03-23T23:00:00Z&to=2025-03-30T22:00:00Z';

    expect((await ask(week)).previous.from).toBe('2025-03-16T23:00:00.000Z');
  });
});
