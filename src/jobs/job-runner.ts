import { Injectable, Logger } from '@nestjs/common';
import { JobOver } from '../kernel/database/tenant-db';
import { briefly, JobQueue, type TakenJob } from './job-queue';
import { JobFailure, type JobHandler } from './jobs.types';

/** Runs what is due, a few at a time. */
@Injectable()
export class JobRunner {
  private readonly logger = new Logger('Jobs');
  private readonly handlers = new Map<string, JobHandler>();

  constructor(private readonly queue: JobQueue) {}

  handle(queue: string, handler: JobHandler): void {
    if (this.handlers.has(queue)) throw new Error(`Queue ${queue} has a handler already.`);
    this.handlers.set(queue, handler);
  }

  /** One job of any queue. @returns whether there was one */
  async runOne(): Promise<boolean> {
    for (const [queue, handler] of [...this.handlers]) {
      const job = await this.queue.take(queue);
      if (!job) continue;
      // The next look begins with the others, so that a full queue does not keep them waiting.
      this.handlers.delete(queue);
      this.handlers.set(queue, handler);
      await this.run(handler, job);
      return true;
    }
    return false;
  }

  private async run(handler: JobHandler, job: TakenJob): Promise<void> {
    const begun = Date.now();
    const error = await attempt(handler, job);
    // A process that stood still for so long has lost the job: what it writes now would be about somebody else's try.
    if (Date.now() - begun >= job.lostAfterMs) return;
    try {
      await this.settle(job, error);
    } catch (failure) {
      // It stays marked as being run, and is taken up again as that of a process that died.
      this.logger.warn(`Job ${job.id} of ${job.queue} could not be ended: ${briefly(failure)}`);
    }
  }

  private async settle(job: TakenJob, error: unknown): Promise<void> {
    const name = `Job ${job.id} of ${job.queue}`;
    if (error === undefined) return this.queue.complete(job, {});
    if (error instanceof JobOver) {
      this.logger.warn(`${name} was skipped: ${error.message}`);
      return this.queue.complete(job, { skipped: error.message });
    }
    const known = error instanceof JobFailure;
    const code = known ? error.code : 'job.error';
    const why = known ? code : `${code} ${briefly(error)}`;
    if (job.lastTry || (known && error.forGood)) {
      await this.queue.failForGood(job, code);
      this.logger.error(`${name} has failed for good at try ${job.tries}: ${why}`);
      return;
    }
    await this.queue.fail(job, code);
    this.logger.warn(`${name} failed at try ${job.tries} and is tried again: ${why}`);
  }
}

/** @returns what the handler threw; undefined when it ended well */
async function attempt(handler: JobHandler, job: TakenJob): Promise<unknown> {
  const { limitMs, lostAfterMs: _lostAfterMs, ...given } = job;
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      stop.abort();
      reject(new JobFailure('job.timeout'));
    }, limitMs);
  });
  try {
    await Promise.race([handler({ ...given, signal: stop.signal }), late]);
    return undefined;
  } catch (error) {
    return error ?? new Error('nothing was thrown');
  } finally {
    clearTimeout(timer);
  }
}
