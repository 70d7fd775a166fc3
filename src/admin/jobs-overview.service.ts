import { Injectable } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { OperatorDb } from '../kernel/database/tenant-db';
import { Keyset, type Position } from '../kernel/http/keyset';
import { Problem } from '../kernel/http/problem';
import type { Principal } from '../kernel/security/principal';
import { OperatorTrail } from './operator-trail.service';
import { JobView, type JobPage, type ListJobs } from './jobs.dto';

const LIST = `
  SELECT id, queue, state, tries, tenant_id AS "tenantId", created_at AS "createdAt", error,
         (extract(epoch FROM created_at) * 1000000)::bigint::text AS at
    FROM ava.list_jobs($1, timestamptz 'epoch' + $2::bigint * interval '1 microsecond', $3, $4)`;

/** What operators see of the queue: that there are jobs and how they fare, nothing of what they are about. */
@Injectable()
export class JobsOverview {
  constructor(
    private readonly db: OperatorDb,
    private readonly keyset: Keyset,
    private readonly trail: OperatorTrail,
  ) {}

  async list(who: Principal, { state, limit, cursor }: ListJobs): Promise<JobPage> {
    const scope = ['operator', 'jobs', state];
    const after = cursor === undefined ? null : this.keyset.read(scope, cursor);
    const rows = await this.db.read(who, (em) =>
      em.query<(JobView & Position)[]>(LIST, [
        state,
        after?.at ?? null,
        after?.id ?? null,
        limit + 1,
      ]),
    );
    return this.keyset.page(rows, limit, { scope, view: (row) => JobView.of(row) });
  }

  /** One more try, at once. @throws Problem 404 `job.not_found` unless a job with this id has failed */
  async retry(who: Principal, id: string): Promise<void> {
    if (!isUUID(id)) throw Problem.invalid({ field: 'id', code: 'uuid.invalid' });
    await this.db.run(who, async (em) => {
      const [job] = await em.query<{ retried: boolean; queue: string; tenant: string | null }[]>(
        'SELECT retried, queue, tenant FROM ava.retry_job($1)',
        [id],
      );
      if (!job?.retried) throw new Problem('job.not_found');
      await this.trail.record(em, who, {
        action: 'operator.job_retried',
        tenantId: job.tenant,
        target: id,
        details: { queue: job.queue },
      });
    });
  }
}
