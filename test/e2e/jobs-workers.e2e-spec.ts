import type { Jobs } from '../../src/jobs/jobs.service';
import type { JobHandler } from '../../src/jobs/jobs.types';
import { AfterCommit } from '../../src/kernel/database/after-commit';
import { TenantDb } from '../../src/kernel/database/tenant-db';
import { startApp, type TestApp } from '../support/app';
import { addJob, caller, startTrial, storedJob } from '../support/jobs';
import { query } from '../support/database';
import { register, type Person } from '../support/people';

let app: TestApp;
let jobs: Jobs;
let alice: Person;
let handler: JobHandler;
let stop: Promise<void> | undefined;

beforeEach(async () => {
  app = await startApp();
  jobs = await startTrial(app, (job) => handler(job));
  alice = await register(app, 'alice');
  stop = undefined;
});
afterEach(async () => {
  await (stop ?? app.app.close());
  await app.database.drop();
});

/** A handler that tells when it is called, and ends when it is let. */
function held() {
  const [called, tell] = signal();
  const [released, release] = signal();
  handler = () => {
    tell();
    return released;
  };
  return { called, release };
}

function signal(): [heard: Promise<void>, give: () => void] {
  let give: () => void = () => undefined;
  const heard = new Promise<void>((resolve) => {
    give = resolve;
  });
  return [heard, give];
}

/** Nothing is left to do, and both workers wait to be woken. */
async function bothRest(): Promise<void> {
  const { idle } = jobs as unknown as { idle: Set<unknown> };
  for (let n = 0; n < 500; n++) {
    if (idle.size === 2) return;
    await app.sql('SELECT 1');
  }
  throw new Error('The workers find no rest.');
}

describe('the workers', () => {
  it('begin with what was added before they were started, and are woken by what is added later', async () => {
    const first = held();
    await addJob(app, alice);
    jobs.start();
    await first.called;
    first.release();

    // Without being woken, each would wait five seconds for the next look: together longer than a test may take.
    for (let n = 0; n < 15; n++) {
      const next = held();
      await bothRest();
      await addJob(app, alice);
      await next.called;
      next.release();
    }

    const [left] = await app.sql(
      `SELECT count(*)::int AS jobs FROM pgboss.job WHERE state < 'active'`,
    );
    expect(left).toEqual({ jobs: 0 });
  });

  it('end with the server, which waits for what they are at', async () => {
    const { called, release } = held();
    const id = await addJob(app, alice);
    jobs.start();
    await called;

    let closed = false;
    stop = app.app.close().then(() => {
      closed = true;
    });
    // Time enough to close, for a server that would not wait.
    for (let n = 0; n < 20; n++) await app.sql('SELECT 1');
    const early = closed;
    release();
    await stop;

    expect(early).toBe(false);
    expect(await storedJob(app, id)).toMatchObject({ state: 'completed' });
  });

  it('go on after the database ended all of their connections', async () => {
    jobs.start();
    await query(
      app.database.adminUrl,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    const { called, release } = held();

    const id = await addAgain();
    await called;
    release();

    expect(await storedJob(app, id)).toBeDefined();
  });

  /** The pool may still hand out a connection that is dead. */
  async function addAgain(tries = 20): Promise<string> {
    try {
      return await addJob(app, alice);
    } catch (error) {
      if (tries === 1) throw error;
      return addAgain(tries - 1);
    }
  }
});

describe('what waits for a commit', () => {
  it('happens after that of the whole transaction, and not when it is rolled back', async () => {
    const acts: string[] = [];
    const [db, after] = [app.app.get(TenantDb), app.app.get(AfterCommit)];

    await db.run(caller(alice), async (em) => {
      await em.transaction((inner) => {
        after.do(inner, () => acts.push('inner'));
        return Promise.resolve();
      });
      acts.push('still open');
    });
    await db
      .run(caller(alice), (em) => {
        after.do(em, () => acts.push('rolled back'));
        return Promise.reject(new Error('changed my mind'));
      })
      .catch(() => undefined);
    await db.read(caller(alice), (em) => {
      after.do(em, () => acts.push('in no transaction'));
      return Promise.resolve();
    });

    expect(acts).toEqual(['still open', 'inner', 'in no transaction']);
  });
});
