import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { QueryFailedError, type EntityManager } from 'typeorm';
import { AfterCommit } from '../kernel/database/after-commit';
import { Problem } from '../kernel/http/problem';
import { briefly, JobQueue } from './job-queue';
import { JobRunner } from './job-runner';
import type { JobHandler, JobPayload } from './jobs.types';

/** How many jobs this process runs at once. */
const CONCURRENCY = 2;
/** Milliseconds between two looks at an idle queue. What this process adds is looked for at once. */
const POLL = 5_000;
/** Milliseconds that a shutdown waits for the jobs that are being run. */
const PATIENCE = 8_000;

/** Work that is done later, once, by any of the replicas. */
@Injectable()
export class Jobs implements OnModuleDestroy {
  private readonly logger = new Logger(Jobs.name);
  private readonly idle = new Set<() => void>();
  private workers: Promise<void>[] = [];
  private stopping = false;
  /** Counts the calls to wake: one that comes while a worker looks elsewhere is not lost. */
  private news = 0;
  private troubled = false;

  constructor(
    private readonly queue: JobQueue,
    private readonly runner: JobRunner,
    private readonly afterCommit: AfterCommit,
  ) {}

  /** Once, in `onModuleInit` of the module that knows what is to be done. */
  handle(queue: string, handler: JobHandler): void {
    this.runner.handle(queue, handler);
  }

  /**
   * Within the caller's transaction, whose end decides whether there is a job. Tenant and user are those of its context.
   * @throws Problem 429 `rate.limited` when a thousand jobs of the same owner wait in that queue
   */
  async add(em: EntityManager, queue: string, payload: JobPayload): Promise<string> {
    try {
      const rows = await em.query<[{ id: string }]>('SELECT ava.enqueue($1, $2) AS id', [
        queue,
        JSON.stringify(payload),
      ]);
      this.afterCommit.do(em, () => {
        this.wake();
      });
      return rows[0].id;
    } catch (error) {
      throw isFull(error)
        ? new Problem('rate.limited', { headers: { 'retry-after': '60' } })
        : error;
    }
  }

  /** The server calls it once it listens; tests use `runDue`. */
  start(): void {
    this.workers = Array.from({ length: CONCURRENCY }, () => this.work());
  }

  /** Runs what is due now, one after another. @returns how many there were */
  async runDue(): Promise<number> {
    let count = 0;
    while (await this.runner.runOne()) count += 1;
    return count;
  }

  async onModuleDestroy(): Promise<void> {
    if (this.workers.length === 0) return;
    this.stopping = true;
    this.wake();
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, PATIENCE);
    });
    await Promise.race([Promise.all(this.workers), patience]);
    clearTimeout(timer);
    await this.queue.close();
  }

  private wake(): void {
    this.news += 1;
    for (const go of this.idle) go();
  }

  private async work(): Promise<void> {
    while (!this.stopping) {
      const seen = this.news;
      const worked = await this.tryOne();
      if (!worked && seen === this.news) await this.rest();
    }
  }

  /** Whatever goes wrong here, such as a database that is away, is over at some later look. */
  private async tryOne(): Promise<boolean> {
    try {
      await this.queue.open();
      this.troubled = false;
      return await this.runner.runOne();
    } catch (error) {
      if (!this.troubled) this.logger.warn(`The queue cannot be read: ${briefly(error)}`);
      this.troubled = true;
      return false;
    }
  }

  private async rest(): Promise<void> {
    await new Promise<void>((resolve) => {
      const go = () => {
        clearTimeout(timer);
        this.idle.delete(go);
        resolve();
      };
      const timer = setTimeout(go, POLL);
      this.idle.add(go);
    });
  }
}

function isFull(error: unknown): boolean {
  if (!(error instanceof QueryFailedError)) return false;
  return (error.driverError as { code?: string }).code === 'AVA07';
}
