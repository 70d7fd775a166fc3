/** A job as its handler is given it. Tenant and user are what the database checked when it was added. */
export interface Job {
  readonly id: string;
  readonly queue: string;
  /** null when it was added where no tenant was known yet. */
  readonly tenantId: string | null;
  readonly userId: string | null;
  readonly payload: JobPayload;
  /** The time of the transaction that added it, in whole milliseconds. */
  readonly addedAt: Date;
  /** Counted from 1. */
  readonly tries: number;
  readonly lastTry: boolean;
  /** Aborted when the time of this try is up: what goes on after that may happen twice. */
  readonly signal: AbortSignal;
}

/** Ids and words of ours only: what somebody said or owns is read when the job is run. */
export type JobPayload = Readonly<Record<string, string>>;

/** Throws `JobFailure`, or anything else, which counts as `job.error`; `JobOver` of the tenant's door ends it quietly. */
export type JobHandler = (job: Job) => Promise<void>;

/** A try that failed for a reason that has a name. The code is shown to operators: it holds nothing of anybody. */
export class JobFailure extends Error {
  override readonly name = 'JobFailure';

  constructor(
    readonly code: `${string}.${string}`,
    /** Trying again would change nothing, or must not be. */
    readonly forGood = false,
  ) {
    super(code);
  }
}
