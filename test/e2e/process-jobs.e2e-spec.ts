import { Client } from 'pg';
import { JobQueue } from '../../src/jobs/job-queue';
import { encryptionKey, jwtSecret, startApp, type TestApp } from '../support/app';
import { makeDue, type StoredJob } from '../support/jobs';
import { MailServer } from '../support/mail-server';
import { password } from '../support/people';
import { build, startServer, type ServerProcess } from '../support/server-process';

/** Its own workers are not started: it lends its queue and its SQL. */
let app: TestApp;
let server: MailServer;

beforeAll(build, 120_000);
beforeEach(async () => {
  server = await MailServer.start();
  app = await startApp({ SMTP_URL: server.url });
});
afterEach(async () => {
  await app.close();
  await server.down();
});

const start = () =>
  startServer({
    DATABASE_URL: app.database.serverUrl,
    ENCRYPTION_KEY: encryptionKey,
    JWT_SECRET: jwtSecret,
    SMTP_URL: server.url,
  });

async function register({ url }: ServerProcess): Promise<number> {
  const { status } = await fetch(`${url}/auth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'alice@example.com', password }),
  });
  return status;
}

/** Asks the database again and again; its answers are what passes the time. */
async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  for (let n = 0; n < 20_000; n += 1) {
    if (await holds()) return;
    await app.sql('SELECT pg_sleep(0.001)');
  }
  throw new Error('That never came.');
}

const job = async () => (await app.sql<StoredJob>('SELECT * FROM pgboss.job'))[0];
const WAITING = `FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;

/** As if two minutes had passed since the process was killed. */
async function timePasses(): Promise<void> {
  await app.sql(`UPDATE pgboss.job SET started_on = now() - interval '1 hour'`);
  await app.app.get(JobQueue).maintain();
  await makeDue(app);
}

it('a job whose process is killed is run by another, and its mail is not sent twice', async () => {
  const holder = new Client({ connectionString: app.database.adminUrl });
  await holder.connect();
  await holder.query('BEGIN; LOCK TABLE pgboss.mail_attempts IN ACCESS EXCLUSIVE MODE');

  // Killed with the job in its hands, before the mail was handed over.
  const first = await start();
  const registered = await register(first);
  await until(async () => (await app.sql(`SELECT 1 ${WAITING}`)).length > 0);
  await first.stop('SIGKILL');
  await app.sql(`SELECT pg_terminate_backend(pid) ${WAITING}`);
  await holder.end();
  const [taken, sentByFirst] = [await job(), server.received.length];
  await timePasses();

  // Killed when the mail server had the mail and had not said so.
  server.toMessage = 'hold';
  const second = await start();
  await until(() => server.received.length > 0);
  await second.stop('SIGKILL');
  server.toMessage = undefined;
  const again = await job();
  await timePasses();

  const third = await start();
  await until(async () => (await job())?.state === 'failed');
  const status = await third.stop();

  expect([registered, taken?.state, taken?.retry_count, sentByFirst]).toEqual([
    201,
    'active',
    0,
    0,
  ]);
  expect([again?.state, again?.retry_count]).toEqual(['active', 1]);
  expect(server.received.map(({ to }) => to)).toEqual([['alice@example.com']]);
  expect(await job()).toMatchObject({ id: taken?.id, output: { code: 'mail.outcome_unknown' } });
  expect(status).toBe(0);
}, 60_000);
