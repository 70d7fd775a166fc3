import { randomUUID } from 'node:crypto';
import type { Jobs } from '../../src/jobs/jobs.service';
import type { Job, JobHandler } from '../../src/jobs/jobs.types';
import { TenantDb } from '../../src/kernel/database/tenant-db';
import { startApp, type TestApp } from '../support/app';
import { addJob, startTrial, storedJob } from '../support/jobs';
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
afterAll(() => app.close());

describe('the handler of a job', () => {
  const context = (job: Job) =>
    app.app
      .get(TenantDb)
      .job(job, (em) =>
        em.query<{ tenant: string; person: string; calls: number; role: string }[]>(
          'SELECT ava.tenant_id() AS tenant, ava.user_id() AS person, current_user AS role, (SELECT count(*)::int FROM calls) AS calls',
        ),
      );

  it('works in the tenant of the job, and sees nothing of another', async () => {
    const bob = await register(app, 'bob');
    for (const { client } of [alice, bob]) {
      await client.post('/calls', {
        startedAt: '2025-01-31T09:30:00Z',
        direction: 'inbound',
        status: 'ended',
      });
    }
    const rows: unknown[] = [];
    handler = async (job) => {
      rows.push(...(await context(job)));
    };
    await addJob(app, bob);

    await jobs.runDue();

    expect(rows).toEqual([
      { tenant: bob.tenantId, person: bob.userId, calls: 1, role: 'ava_tenant' },
    ]);
  });

  const gone: [string, string, (who: Person) => Promise<unknown>][] = [
    [
      'the tenant is suspended',
      'tenant.suspended',
      ({ tenantId }) =>
        app.sql('UPDATE tenants SET suspended_at = now() WHERE id = $1', [tenantId]),
    ],
    [
      'the tenant was deleted',
      'tenant.gone',
      ({ tenantId }) => app.sql('DELETE FROM tenants WHERE id = $1', [tenantId]),
    ],
    [
      'the member was removed',
      'member.gone',
      async ({ tenantId, userId }) => {
        const heir = await register(app, 'heir');
        await app.sql(
          `INSERT INTO memberships (tenant_id, user_id, role) VALUES ($1, $2, 'owner')`,
          [tenantId, heir.userId],
        );
        await app.sql('DELETE FROM memberships WHERE tenant_id = $1 AND user_id = $2', [
          tenantId,
          userId,
        ]);
      },
    ],
  ];

  it.each(gone)('is not let in when %s: the job ends as skipped', async (_, reason, change) => {
    const carol = await register(app, 'carol');
    handler = async (job) => {
      await context(job);
    };
    const id = await addJob(app, carol);
    await change(carol);

    await jobs.runDue();

    expect(await storedJob(app, id)).toMatchObject({
      state: 'completed',
      output: { skipped: reason },
    });
    expect(app.logs()).toContain(`Job ${id} of trial was skipped: ${reason}`);
  });

  it.each(gone)('is told when %s in the middle of its work', async (_, reason, change) => {
    const dave = await register(app, 'dave');
    handler = async (job) => {
      await app.app.get(TenantDb).job(job, async (em) => {
        await change(dave);
        await em.query(`INSERT INTO calls (tenant_id, id) VALUES ($1, $2)`, [
          dave.tenantId,
          randomUUID(),
        ]);
      });
    };
    const id = await addJob(app, dave);

    await jobs.runDue();

    expect(await storedJob(app, id)).toMatchObject({ output: { skipped: reason } });
  });
});
