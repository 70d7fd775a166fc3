import { Injectable, Logger } from '@nestjs/common';
import PgBoss from 'pg-boss';
import { loggable } from '../kernel/database/database-errors';
import { QueueDb } from '../kernel/database/queue-db';
import type { Job, JobPayload } from './jobs.types';

interface Stamped {
  readonly tenantId: string | null;
  readonly userId: string | null;
  readonly payload: JobPayload;
}

/** A job that was taken, and when its try has to be over. */
export interface TakenJob extends Omit<Job, 'signal'> {
  readonly limitMs: number;
  readonly lostAfterMs: number;
}

const DAY = 24 * 60 * 60;

/** As it would be after its last try. */
const FAIL_FOR_GOOD = `
  UPDATE pgboss.job SET state = 'failed', completed_on = now(), output = $3
   WHERE name = $1 AND id = $2 AND state = 'active'`;

/**
 * pg-boss through our own door. Its workers are not used: they do not wait for what they write when a job ends, so a lost
 * connection would end the process, and they store an error with all that it carries.
 */
@Injectable()
export class JobQueue {
  private readonly logger = new Logger(JobQueue.name);
  private boss = this.newBoss();
  private opening: Promise<unknown> | null = null;

  constructor(private readonly db: QueueDb) {}

  /** From here on lost jobs are taken up again and old ones cleared. @throws when the schema is not the library's */
  async open(): Promise<void> {
    this.opening ??= this.boss.start();
    try {
      await this.opening;
    } catch (error) {
      // One that failed to start never starts again.
      this.boss = this.newBoss();
      this.opening = null;
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.boss.stop();
  }

  /** What the timer of `open` does, now. */
  async maintain(): Promise<void> {
    await this.boss.maintain();
  }

  /** The next job that is due, marked as being run. Of several processes that ask, one gets it. */
  async take(queue: string): Promise<TakenJob | null> {
    const [row] = await this.boss.fetch<Stamped>(queue, { includeMetadata: true, batchSize: 1 });
    if (!row) return null;
    // Typed as a number, and sent as text, as numeric is.
    const lostAfterMs = Number.parseFloat(String(row.expireInSeconds)) * 1000;
    return {
      id: row.id,
      queue,
      ...row.data,
      addedAt: row.createdOn,
      tries: row.retryCount + 1,
      lastTry: row.retryCount >= row.retryLimit,
      // Well before somebody else takes it for lost.
      limitMs: lostAfterMs / 2,
      lostAfterMs,
    };
  }

  async complete({ queue, id }: TakenJob, output: object): Promise<void> {
    await this.boss.complete(queue, id, output);
  }

  /** Tried again later, unless this was the last try. */
  async fail({ queue, id }: TakenJob, code: string): Promise<void> {
    await this.boss.fail(queue, id, { code });
  }

  async failForGood({ queue, id }: TakenJob, code: string): Promise<void> {
    await this.db.executeSql(FAIL_FOR_GOOD, [queue, id, JSON.stringify({ code })]);
  }

  private newBoss(): PgBoss {
    const boss = new PgBoss({
      db: {
        executeSql: async (text, values) => {
          try {
            return await this.db.executeSql(text, values as unknown[] | undefined);
          } catch (error) {
            // Where it takes jobs the library keeps errors to itself, and the queue would look empty.
            this.logger.warn(`The queue could not be asked: ${briefly(error)}`);
            throw error;
          }
        },
      },
      migrate: false,
      schedule: false,
      maintenanceIntervalSeconds: 30,
      archiveCompletedAfterSeconds: DAY / 24,
      archiveFailedAfterSeconds: 14 * DAY,
      deleteAfterSeconds: DAY / 24,
    });
    boss.on('error', (error) => {
      this.logger.warn(`Maintenance of the queue failed: ${briefly(error)}`);
    });
    return boss;
  }
}

/** Where an error is from, and none of its words: they may hold an address. */
export function briefly(error: unknown): string {
  const { type, sqlstate, stack } = loggable(error);
  return [type, sqlstate, stack].filter((part) => typeof part === 'string').join(' ');
}
