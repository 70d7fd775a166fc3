import { JobQueue } from '../../src/jobs/job-queue';
import { JobRunner } from '../../src/jobs/job-runner';
import type { Jobs } from '../../src/jobs/jobs.service';
import { JobFailure, type Job, type JobHandler } from '../../src/jobs/jobs.types';
import { QueueDb } from '../../src/kernel/database/queue-db';
import { TenantDb } from '../../src/kernel/database/tenant-db';
import { startApp, type TestApp } from '../support/app';
import {
  addIdentityJob,
  addJob,
  caller,
  makeDue,
  startTrial,
  storedJob,
  TRIAL,
} from '../support/jobs';
import { register, type Person } from '../support/people';

let app: TestApp;
let jobs: Jobs;
let alice: Person;
let handler: JobHandler;

beforeAll(async () => {
  app = await startApp();
  jobs = await startTrial(app, (job) => handler(job));
  alice = await register(app, 'alice');
});
beforeEach(async () => {
  handler = () => Promise.resolve();
  await app.sql('DELETE FROM pgboss.job');
});
afterAll(() => app.close());

/** A handler that keeps what it was given. */
function keeping(seen: Job[]): JobHandler {
  return (job) => {
    seen.push(job);
    return Promise.resolve();
  };
}
const failing = (error: Error) => () => Promise.reject(error);

describe('a job', () => {
  it('exists when the transaction that added it was committed, with the tenant and user that the database knows', async () => {
    const id = await addJob(app, alice, { invitationId: 'i' });

    expect((await storedJob(app, id))?.data).toEqual({
      tenantId: alice.tenantId,
      userId: alice.userId,
      payload: { invitationId: 'i' },
    });
  });

  it('that cannot be asked for is told in the log, and is there for the next look', async () => {
    await addJob(app, alice, {});
    jest.spyOn(app.app.get(QueueDb), 'executeSql').mockRejectedValueOnce(new Error('away'));
    const before = app.logs().length;

    const counts = [await jobs.runDue(), await jobs.runDue()];

    expect(counts.reduce((a, b) => a + b)).toBe(1);
    expect(app.logs().slice(before)).toContain('The queue could not be asked: Error');
  });

  it('does not exist when it was rolled back', async () => {
    const seen: Job[] = [];
    handler = keeping(seen);

    const adding = app.app.get(TenantDb).run(caller(alice), async (em) => {
      await jobs.add(em, TRIAL, {});
      throw new Error('changed my mind');
    });

    await expect(adding).rejects.toThrow('changed my mind');
    expect(await jobs.runDue()).toBe(0);
    expect(seen).toEqual([]);
  });

  it('carries the person alone when no tenant is known', async () => {
    const seen: Job[] = [];
    handler = keeping(seen);
    await addIdentityJob(app, alice.userId);

    await jobs.runDue();

    expect(seen).toMatchObject([{ tenantId: null, userId: alice.userId, tries: 1 }]);
  });

  it.each([
    ['is too large', { text: 'x'.repeat(2000) }, TRIAL],
    ['is for a queue that does not exist', {}, 'nothing'],
  ])('is refused when it %s', async (_, payload, queue) => {
    await expect(addJob(app, alice, payload, queue)).rejects.toThrow();
  });

  it('is refused when a thousand of the same tenant wait already, and other tenants are not held up', async () => {
    await addJob(app, alice);
    await app.sql(
      `INSERT INTO pgboss.job (name, data) SELECT name, data FROM pgboss.job, generate_series(2, 1000)`,
    );
    const bob = await register(app, 'bob');

    await expect(addJob(app, alice)).rejects.toMatchObject({ code: 'rate.limited' });
    await expect(addJob(app, bob)).resolves.toEqual(expect.any(String));
  });

  it('is completed when its handler has ended', async () => {
    const id = await addJob(app, alice);

    expect(await jobs.runDue()).toBe(1);
    expect(await storedJob(app, id)).toMatchObject({ state: 'completed' });
  });
});

describe('a job that fails', () => {
  it('is tried again later, and its error is kept without its words', async () => {
    handler = failing(new Error('alice@example.com is unknown'));
    const id = await addJob(app, alice);

    const first = await jobs.runDue();
    const stored = await storedJob(app, id);

    expect(first).toBe(1);
    expect(stored).toMatchObject({ state: 'retry', output: { code: 'job.error' } });
    expect(app.logs()).toContain(`Job ${id} of trial failed at try 1 and is tried again`);
    expect(app.logs()).not.toContain('alice@example.com is unknown');
  });

  it('is tried seven times in all, and then stays as failed for fourteen days, told by one line', async () => {
    const tries: number[] = [];
    handler = ({ tries: n, lastTry }) => {
      tries.push(lastTry ? -n : n);
      return Promise.reject(new JobFailure('mail.refused'));
    };
    const id = await addJob(app, alice);

    for (let round = 0; round < 9; round++) {
      await jobs.runDue();
      await makeDue(app);
    }
    await app.app.get(JobQueue).maintain();

    expect(tries).toEqual([1, 2, 3, 4, 5, 6, -7]);
    expect(await storedJob(app, id)).toMatchObject({
      state: 'failed',
      output: { code: 'mail.refused' },
    });
    const told = app
      .logs()
      .split('\n')
      .filter((line) => line.includes(`${id} of trial has failed for good`));
    expect(told).toHaveLength(1);
    await app.sql(`UPDATE pgboss.job SET completed_on = now() - interval '13 days' WHERE id = $1`, [
      id,
    ]);
    await app.app.get(JobQueue).maintain();
    expect(await storedJob(app, id)).toBeDefined();
    await app.sql(`UPDATE pgboss.job SET completed_on = now() - interval '15 days' WHERE id = $1`, [
      id,
    ]);
    await app.app.get(JobQueue).maintain();
    expect(await storedJob(app, id)).toBeUndefined();
  });

  it('for good is not tried again', async () => {
    handler = failing(new JobFailure('mail.no_such_address', true));
    const id = await addJob(app, alice);

    await jobs.runDue();

    expect(await storedJob(app, id)).toMatchObject({
      state: 'failed',
      output: { code: 'mail.no_such_address' },
    });
  });

  it('waits longer after each try', async () => {
    handler = failing(new JobFailure('mail.refused'));
    const id = await addJob(app, alice);
    const waits: number[] = [];

    for (let round = 0; round < 4; round++) {
      await jobs.runDue();
      const [row] = await app.sql<{ wait: number }>(
        'SELECT extract(epoch FROM start_after - now())::float8 AS wait FROM pgboss.job WHERE id = $1',
        [id],
      );
      waits.push(row?.wait ?? 0);
      await makeDue(app);
    }

    for (const [n, wait] of waits.entries()) {
      expect(wait).toBeLessThanOrEqual(30 * 2 ** (n + 1));
      expect(wait).toBeGreaterThan(30 * 2 ** n - 30);
    }
  });
});

describe('a job whose process was killed', () => {
  it('is taken up again when its time is up, and not before', async () => {
    const id = await addJob(app, alice);
    const queue = app.app.get(JobQueue);
    await queue.take(TRIAL);

    await queue.maintain();
    const early = await jobs.runDue();
    await app.sql(`UPDATE pgboss.job SET started_on = now() - interval '121 s' WHERE id = $1`, [
      id,
    ]);
    await queue.maintain();
    await makeDue(app);
    const late = await jobs.runDue();

    expect([early, late]).toEqual([0, 1]);
    expect(await storedJob(app, id)).toMatchObject({ state: 'completed', retry_count: 1 });
  });
});

describe('several runners', () => {
  it('never run the same job at once', async () => {
    const seen: string[] = [];
    const others = [1, 2, 3].map(() => {
      const runner = new JobRunner(new JobQueue(app.app.get(QueueDb)));
      runner.handle(TRIAL, ({ id }) => {
        seen.push(id);
        return Promise.resolve();
      });
      return runner;
    });
    const added: string[] = [];
    for (let n = 0; n < 30; n++) added.push(await addJob(app, alice));

    await Promise.all(
      others.map(async (runner) => {
        while (await runner.runOne());
      }),
    );

    expect(seen.toSorted()).toEqual(added.toSorted());
  });
});
