import { makeQueue } from '../../migrations/support/queues';
import { IdentityDb, TenantDb } from '../../src/kernel/database/tenant-db';
import { Jobs } from '../../src/jobs/jobs.service';
import type { JobHandler } from '../../src/jobs/jobs.types';
import type { TestApp } from './app';
import type { Person } from './people';
import { sessionIdOf } from './plane-session';

export interface StoredJob extends Record<string, unknown> {
  readonly id: string;
  readonly state: string;
  readonly data: { tenantId: string | null; userId: string | null; payload: object };
  readonly output: Record<string, unknown> | null;
  readonly retry_count: number;
}

/** A queue that no module of the application looks after. */
export const TRIAL = 'trial';

export async function startTrial(app: TestApp, handler: JobHandler): Promise<Jobs> {
  await makeQueue({ query: (sql, values) => app.sql(sql, values) }, TRIAL);
  const jobs = app.app.get(Jobs);
  jobs.handle(TRIAL, handler);
  return jobs;
}

/** Who asks, as the tenant's door wants it. */
export const caller = (person: Person) => ({
  userId: person.userId,
  tenantId: person.tenantId,
  sessionId: sessionIdOf(person),
});

/** Adds a job as a feature does, in a transaction of this person's tenant. */
export function addJob(app: TestApp, person: Person, payload = {}, queue = TRIAL): Promise<string> {
  return app.app
    .get(TenantDb)
    .run(caller(person), (em) => app.app.get(Jobs).add(em, queue, payload));
}

/** The same where no tenant is known yet. */
export function addIdentityJob(app: TestApp, userId: string, payload = {}): Promise<string> {
  return app.app.get(IdentityDb).run(userId, (em) => app.app.get(Jobs).add(em, TRIAL, payload));
}

export async function storedJob(app: TestApp, id: string): Promise<StoredJob | undefined> {
  const [row] = await app.sql<StoredJob>('SELECT * FROM pgboss.job WHERE id = $1', [id]);
  return row;
}

/** What waits for its next try does not have to. */
export async function makeDue(app: TestApp): Promise<void> {
  await app.sql(
    `UPDATE pgboss.job SET start_after = now() - interval '1 s' WHERE state < 'active'`,
  );
}
