import { JobQueue } from '../../src/jobs/job-queue';
import type { Jobs } from '../../src/jobs/jobs.service';
import { JobFailure } from '../../src/jobs/jobs.types';
import { startApp, type TestApp } from '../support/app';
import { addJob, startTrial, storedJob, TRIAL } from '../support/jobs';
import { register, type Person } from '../support/people';

let app: TestApp;
let jobs: Jobs;
let alice: Person;
let olga: Person;
let works = false;

beforeAll(async () => {
  app = await startApp();
  jobs = await startTrial(app, () =>
    works ? Promise.resolve() : Promise.reject(new JobFailure('trial.refused', true)),
  );
  alice = await register(app, 'alice');
  olga = await register(app, 'olga');
  await app.sql('UPDATE users SET operator = true WHERE id = $1', [olga.userId]);
});
beforeEach(async () => {
  works = false;
  await app.sql('DELETE FROM pgboss.job');
});
afterAll(() => app.close());

async function failedJob(): Promise<string> {
  const id = await addJob(app, alice, { secretOf: 'alice' });
  await jobs.runDue();
  return id;
}

describe('GET /admin/jobs', () => {
  it('tells an operator which jobs failed, whose they are and why, and nothing of what they are about', async () => {
    const id = await failedJob();

    const { status, body, text } = await olga.client.get('/admin/jobs');

    expect(status).toBe(200);
    expect(body).toEqual({
      items: [
        {
          id,
          queue: TRIAL,
          state: 'failed',
          tries: 1,
          tenantId: alice.tenantId,
          createdAt: expect.any(String) as string,
          error: 'trial.refused',
        },
      ],
      nextCursor: null,
    });
    expect(text).not.toMatch(/secretOf|payload|userId/);
  });

  it('goes page by page, newest first, and shows the other states when asked', async () => {
    const ids = [await failedJob(), await failedJob(), await failedJob()];
    const waiting = await addJob(app, alice);

    const first = await olga.client.get('/admin/jobs?limit=2');
    const second = await olga.client.get(`/admin/jobs?limit=2&cursor=${first.body.nextCursor}`);
    const created = await olga.client.get('/admin/jobs?state=created');
    const elsewhere = await olga.client.get(
      `/admin/jobs?state=created&cursor=${first.body.nextCursor}`,
    );

    const shown = [...first.body.items, ...second.body.items] as { id: string }[];
    expect(shown.map(({ id }) => id)).toEqual(ids.toReversed());
    expect(second.body.nextCursor).toBeNull();
    expect(created.body.items).toMatchObject([{ id: waiting, tries: 0, error: null }]);
    expect(elsewhere.body.code).toBe('cursor.invalid');
  });

  it('is for operators only', async () => {
    const answers = [
      await alice.client.get('/admin/jobs'),
      await alice.client.post(`/admin/jobs/${await failedJob()}/retry`),
    ];

    expect(answers.map(({ body }) => body.code)).toEqual([
      'operator.required',
      'operator.required',
    ]);
  });

  it.each(['state=all', 'limit=0', 'limit=101', 'tenantId=x'])('refuses ?%s', async (query) => {
    expect((await olga.client.get(`/admin/jobs?${query}`)).body.code).toBe('request.invalid');
  });
});

describe('POST /admin/jobs/:id/retry', () => {
  it('has a job tried once more, at once, and is in the audit trail', async () => {
    const id = await failedJob();
    works = true;

    const answer = await olga.client.post(`/admin/jobs/${id}/retry`);
    const ran = await jobs.runDue();

    expect([answer.status, ran]).toEqual([204, 1]);
    expect(await storedJob(app, id)).toMatchObject({ state: 'completed' });
    expect(
      await app.sql(
        `SELECT tenant_id, actor_id, by_operator, subject_id, target, details FROM audit_events
          WHERE action = 'operator.job_retried'`,
      ),
    ).toEqual([
      {
        tenant_id: alice.tenantId,
        actor_id: olga.userId,
        by_operator: true,
        subject_id: null,
        target: id,
        details: { queue: TRIAL },
      },
    ]);
  });

  it('gives one try: when that fails too, the job has failed again', async () => {
    const id = await failedJob();

    await olga.client.post(`/admin/jobs/${id}/retry`);
    await jobs.runDue();

    expect(await storedJob(app, id)).toMatchObject({ state: 'failed', retry_count: 1 });
  });

  it('does not let the job be cleared away before it was tried', async () => {
    const id = await failedJob();
    await app.sql(`UPDATE pgboss.job SET completed_on = now() - interval '13 days'`);

    await olga.client.post(`/admin/jobs/${id}/retry`);
    await app.app.get(JobQueue).maintain();

    expect(await storedJob(app, id)).toMatchObject({ state: 'retry' });
  });

  it('finds no job that has not failed, and none that does not exist', async () => {
    const waiting = await addJob(app, alice);

    const answers = [
      await olga.client.post(`/admin/jobs/${waiting}/retry`),
      await olga.client.post(`/admin/jobs/${alice.userId}/retry`),
      await olga.client.post('/admin/jobs/1/retry'),
    ];

    expect(answers.map(({ body }) => body.code)).toEqual([
      'job.not_found',
      'job.not_found',
      'request.invalid',
    ]);
  });
});
