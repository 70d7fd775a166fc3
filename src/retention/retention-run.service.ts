import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditService } from '../audit/audit.service';
import { Jobs } from '../jobs/jobs.service';
import type { Job } from '../jobs/jobs.types';
import { TenantDb } from '../kernel/database/tenant-db';
import { CLEAR_TRANSCRIPTS, DELETE_CALLS } from './retention.query';

const QUEUE = 'retention';
/** Rows that one transaction removes: each holds its locks for a moment only. */
const BATCH = 500;
/** Milliseconds of one job. What is left then is still due, and gets the next one. */
const SLICE = 30_000;

/** The row is locked, so that a setting that changes in the middle of a run ends it between two batches. */
const DUE = `
  SELECT call_days AS calls, transcript_days AS transcripts FROM retention_settings
   WHERE tenant_id = $1 AND next_run_at <= now() FOR UPDATE`;

const COUNT = `
  UPDATE retention_settings SET calls_removed = calls_removed + $2, transcripts_removed = transcripts_removed + $3
   WHERE tenant_id = $1`;

const END = `
  WITH run AS (SELECT calls_removed, transcripts_removed FROM retention_settings WHERE tenant_id = $1),
  ended AS (
    UPDATE retention_settings SET last_run_at = now(), next_run_at = now() + interval '24 hours',
           calls_removed = 0, transcripts_removed = 0
     WHERE tenant_id = $1)
  SELECT calls_removed AS calls, transcripts_removed AS transcripts FROM run`;

interface Amounts {
  readonly calls: number;
  readonly transcripts: number;
}

/**
 * Removes what is older than a tenant keeps it. What a batch removed is counted in the batch's own transaction, so a run
 * that was cut off goes on where it was, and the trail has the count of all of it.
 */
@Injectable()
export class RetentionRunService implements OnModuleInit {
  constructor(
    private readonly db: TenantDb,
    private readonly jobs: Jobs,
    private readonly audit: AuditService,
  ) {}

  onModuleInit(): void {
    this.jobs.handle(QUEUE, (job) => this.run(job));
  }

  private async run(job: Job): Promise<void> {
    const until = Date.now() + SLICE;
    let more = true;
    while (more && Date.now() < until && !job.signal.aborted) {
      more = await this.db.job(job, (em) => this.batch(em, job));
    }
  }

  /** @returns whether there is more to remove */
  private async batch(em: EntityManager, { id, tenantId }: Job): Promise<boolean> {
    const [due] = await em.query<{ calls: number | null; transcripts: number | null }[]>(DUE, [
      tenantId,
    ]);
    if (!due) return false;
    const calls = await removed(em, DELETE_CALLS, [tenantId, due.calls, BATCH]);
    const transcripts =
      calls === BATCH
        ? 0
        : await removed(em, CLEAR_TRANSCRIPTS, [tenantId, due.transcripts, BATCH - calls]);
    if (calls + transcripts > 0) await em.query(COUNT, [tenantId, calls, transcripts]);
    if (calls + transcripts === BATCH) return true;
    const [run] = await em.query<[Amounts]>(END, [tenantId]);
    if (run.calls + run.transcripts === 0) return false;
    const nobody = { tenantId, userId: '', requestId: id, ip: null };
    await this.audit.record(em, nobody, {
      action: 'retention.applied',
      subjectId: null,
      details: { calls: run.calls, transcripts: run.transcripts },
    });
    return false;
  }
}

async function removed(em: EntityManager, sql: string, parameters: unknown[]): Promise<number> {
  const [{ count }] = await em.query<[{ count: number }]>(sql, parameters);
  return count;
}
