import { Jobs } from '../../src/jobs/jobs.service';
import { RetentionSchedule } from '../../src/retention/retention-schedule.service';
import { startApp, type TestApp } from '../support/app';
import { register, type Person } from '../support/people';
import { joinAs, said, trailOf } from '../support/team';

let app: TestApp;
let schedule: RetentionSchedule;
let alice: Person;

beforeAll(async () => {
  app = await startApp();
  schedule = app.app.get(RetentionSchedule);
});
beforeEach(async () => {
  alice = await register(app, 'alice');
});
afterAll(() => app.close());

/** Calls with everything in them, so many days ago. */
const record = ({ tenantId }: Person, daysAgo: number, count = 1) =>
  app.sql(
    `INSERT INTO calls (tenant_id, id, started_at, status, transcript, summary, messages, recording_url, notes)
     SELECT $1, gen_random_uuid(), now() - $2::int * interval '24 hours' - interval '1 min', 'ended', 'Bonjour', 'Short', '[]',
            'https://example.com/1.mp3', 'Kept'
       FROM generate_series(1, $3::int)`,
    [tenantId, daysAgo, count],
  );
const keep = (who: Person, transcriptDays: unknown, callDays: unknown) =>
  who.client.put('/tenant/retention', { transcriptDays, callDays });
const makeDue = ({ tenantId }: Person) =>
  app.sql('UPDATE retention_settings SET next_run_at = now() WHERE tenant_id = $1', [tenantId]);
const left = async ({ tenantId }: Person) => {
  const [row] = await app.sql<{ calls: number; transcripts: number; notes: number }>(
    `SELECT count(*)::int AS calls, count(notes)::int AS notes,
            count(coalesce(transcript, summary, recording_url, messages::text))::int AS transcripts
       FROM calls WHERE tenant_id = $1`,
    [tenantId],
  );
  return row;
};
async function runDue(): Promise<number> {
  const added = await schedule.addDue();
  await app.app.get(Jobs).runDue();
  return added;
}
const applied = async (who: Person) =>
  (await trailOf(app, who)).filter(({ action }) => action === 'retention.applied');

describe('the retention of a tenant', () => {
  it('is for ever until an owner sets it, and the trail tells who did', async () => {
    const before = await alice.client.get('/tenant/retention');
    const after = await keep(alice, 30, 365);
    await keep(alice, 30, 365);

    expect(before.body).toEqual({
      ...{ transcriptDays: null, callDays: null, changedAt: null, nextRunAt: null },
      lastRunAt: null,
    });
    expect(after.body).toMatchObject({ transcriptDays: 30, callDays: 365, lastRunAt: null });
    const { changedAt, nextRunAt } = after.body as { changedAt: string; nextRunAt: string };
    expect(Date.parse(nextRunAt) - Date.parse(changedAt)).toBe(24 * 3_600_000);
    const changes = (await trailOf(app, alice)).filter(
      ({ action }) => action === 'retention.changed',
    );
    expect(changes).toEqual([
      {
        action: 'retention.changed',
        ...{ actor_id: alice.userId, subject_id: alice.userId },
        details: { transcriptDays: 30, callDays: 365 },
      },
    ]);
  });

  it('is not for admins', async () => {
    const ada = await joinAs(app, alice, { role: 'admin' });

    expect(said(await keep(ada, 1, 1))).toEqual([403, 'auth.role_too_low']);
    expect(said(await ada.client.get('/tenant/retention'))).toEqual([403, 'auth.role_too_low']);
    expect(said(await ada.client.get('/tenant/retention/preview'))).toEqual([
      403,
      'auth.role_too_low',
    ]);
  });

  it.each([0, -1, 1.5, 36_501, '30', true, [], undefined])('refuses %j days', async (days) => {
    expect(said(await keep(alice, days, null))).toEqual([400, 'request.invalid']);
    expect(said(await keep(alice, null, days))).toEqual([400, 'request.invalid']);
  });

  it('tells beforehand what would go: what is set, or what is asked', async () => {
    await record(alice, 400, 2);
    await record(alice, 40, 3);
    await record(alice, 1);
    const preview = async (query: string) =>
      (await alice.client.get(`/tenant/retention/preview${query}`)).body;

    expect(await preview('')).toEqual({ calls: 0, transcripts: 0, oldest: null });
    expect(await preview('?transcriptDays=30&callDays=365')).toEqual({
      ...{ calls: 2, transcripts: 3 },
      oldest: expect.any(String) as string,
    });
    await keep(alice, 30, null);
    expect(await preview('')).toMatchObject({ calls: 0, transcripts: 5 });
    expect(await preview('?callDays=30')).toMatchObject({ calls: 5, transcripts: 0 });
  });
});

describe('the daily run', () => {
  it('removes what the preview told, in batches, and tells the count once', async () => {
    await record(alice, 400, 1200);
    await record(alice, 40, 700);
    await record(alice, 1, 5);
    await keep(alice, 30, 365);
    await makeDue(alice);

    expect(await runDue()).toBe(1);

    expect(await left(alice)).toEqual({ calls: 705, transcripts: 5, notes: 705 });
    expect(await applied(alice)).toEqual([
      {
        action: 'retention.applied',
        ...{ actor_id: null, subject_id: null },
        details: { calls: 1200, transcripts: 700 },
      },
    ]);
    expect((await alice.client.get('/tenant/retention')).body.lastRunAt).not.toBeNull();
    expect((await alice.client.get('/tenant/retention/preview')).body).toMatchObject({
      ...{ calls: 0, transcripts: 0 },
    });
  });

  it('does nothing before its time, nor for who set nothing, nor twice a day', async () => {
    const bob = await register(app, 'bob');
    await record(bob, 400);
    await record(alice, 400);
    await keep(alice, 30, null);

    expect(await runDue()).toBe(0);
    expect(await left(alice)).toMatchObject({ transcripts: 1 });
    await makeDue(alice);
    expect(await runDue()).toBe(1);
    await record(alice, 400);
    expect(await runDue()).toBe(0);

    expect(await left(alice)).toMatchObject({ calls: 2, transcripts: 1 });
    expect(await left(bob)).toMatchObject({ calls: 1, transcripts: 1 });
  });

  it('adds one job for a tenant, however often it looks, and none for a suspended one', async () => {
    await keep(alice, 30, null);
    await makeDue(alice);
    const suspend = (at: string | null) =>
      app.sql('UPDATE tenants SET suspended_at = $2 WHERE id = $1', [alice.tenantId, at]);

    await suspend('2025-01-01');
    expect(await schedule.addDue()).toBe(0);
    await suspend(null);
    expect(await schedule.addDue()).toBe(1);
    expect(await schedule.addDue()).toBe(0);

    await app.app.get(Jobs).runDue();
  });

  it('leaves its day to a setting that changed after the job was added', async () => {
    await record(alice, 400);
    await keep(alice, 30, 30);
    await makeDue(alice);
    await schedule.addDue();
    await keep(alice, 90, 90);

    await app.app.get(Jobs).runDue();

    expect(await left(alice)).toMatchObject({ calls: 1, transcripts: 1 });
  });

  it('that broke off goes on, and the trail has the count of all of it', async () => {
    await record(alice, 400, 700);
    await keep(alice, null, 30);
    await makeDue(alice);
    // As after a first batch of a process that died.
    await app.sql('UPDATE retention_settings SET calls_removed = 500 WHERE tenant_id = $1', [
      alice.tenantId,
    ]);

    await runDue();

    expect(await left(alice)).toMatchObject({ calls: 0 });
    expect(await applied(alice)).toMatchObject([{ details: { calls: 1200, transcripts: 0 } }]);
  });

  it('touches no other tenant, whatever is due there', async () => {
    const bob = await register(app, 'bob');
    await record(bob, 400);
    await keep(bob, 3650, null);
    await makeDue(bob);
    await record(alice, 400);
    await keep(alice, 1, 1);
    await makeDue(alice);

    expect(await runDue()).toBe(2);

    expect(await left(alice)).toMatchObject({ calls: 0 });
    expect(await left(bob)).toMatchObject({ calls: 1, transcripts: 1 });
  });

  it('is scheduled by the server only', async () => {
    await keep(alice, 30, null);
    await makeDue(alice);

    await expect(app.sql('SELECT ava.schedule_retention()')).rejects.toMatchObject({
      code: '42501',
    });
    expect(await schedule.addDue()).toBe(1);
    await app.app.get(Jobs).runDue();
  });
});
