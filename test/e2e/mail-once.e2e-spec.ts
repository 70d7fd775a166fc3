import { JobQueue } from '../../src/jobs/job-queue';
import { Jobs } from '../../src/jobs/jobs.service';
import { MailAttempts } from '../../src/mail/mail-attempts';
import { Mail } from '../../src/mail/mail.service';
import { startApp, type TestApp } from '../support/app';
import { makeDue, storedJob } from '../support/jobs';
import { invitation, loadWith, post } from '../support/mail';
import { MailServer } from '../support/mail-server';
import { register, type Person } from '../support/people';

let app: TestApp;
let server: MailServer;
let alice: Person;
let jobs: Jobs;

beforeAll(async () => {
  server = await MailServer.start();
  app = await startApp({ SMTP_URL: server.url });
  jobs = app.app.get(Jobs);
  alice = await register(app, 'alice');
  loadWith(app, 'invitation', () => Promise.resolve(invitation(app)));
});
beforeEach(async () => {
  await app.sql('DELETE FROM pgboss.job');
  server.received.length = 0;
  server.toRecipient = undefined;
  server.toMessage = undefined;
});
afterAll(async () => {
  await app.close();
  await server.down();
});

/** One try, also of what would have to wait for its next one. */
async function tryAgain(): Promise<void> {
  await makeDue(app);
  await jobs.runDue();
}

describe('a mail that could not be sent', () => {
  it('is sent when the server is up again', async () => {
    await server.down();
    const id = await post(app, alice);
    await jobs.runDue();
    const whileDown = await storedJob(app, id);
    await server.up();
    await tryAgain();

    expect(whileDown).toMatchObject({ state: 'retry', output: { code: 'mail.unreachable' } });
    expect(server.received).toHaveLength(1);
    expect(await storedJob(app, id)).toMatchObject({ state: 'completed' });
  });

  it.each([
    ['the reader', () => (server.toRecipient = 451)],
    ['the message', () => (server.toMessage = 452)],
  ])('is sent later when %s was refused for now', async (_, refuse) => {
    refuse();
    const id = await post(app, alice);
    await jobs.runDue();
    const refused = await storedJob(app, id);
    server.toRecipient = undefined;
    server.toMessage = undefined;
    await tryAgain();

    expect(refused).toMatchObject({ state: 'retry', output: { code: 'mail.refused' } });
    expect(server.received).toHaveLength(1);
  });

  it.each([
    ['the reader', () => (server.toRecipient = 550)],
    ['the message', () => (server.toMessage = 554)],
  ])('is not tried again when %s was refused for good', async (_, refuse) => {
    refuse();
    const id = await post(app, alice);
    await jobs.runDue();
    server.toRecipient = undefined;
    server.toMessage = undefined;
    await tryAgain();

    expect(server.received).toEqual([]);
    expect(await storedJob(app, id)).toMatchObject({
      state: 'failed',
      output: { code: 'mail.rejected' },
      retry_count: 0,
    });
  });
});

it('fails for what it failed of, also when whoever follows it cannot be told', async () => {
  const mail = app.app.get(Mail);
  const told: string[] = [];
  mail.follow('invitation', (_job, outcome) => {
    told.push(outcome);
    return Promise.reject(new Error('nobody is there'));
  });
  server.toRecipient = 550;
  const id = await post(app, alice);
  await jobs.runDue();
  mail.follow('invitation', () => Promise.resolve());

  expect(told).toEqual(['failed']);
  expect(await storedJob(app, id)).toMatchObject({ output: { code: 'mail.rejected' } });
  expect(app.logs()).toContain(`Mail ${id} has failed, and what it is about could not be told so.`);
});

describe('a mail of which nobody knows whether it was sent', () => {
  const unknown = { state: 'failed', output: { code: 'mail.outcome_unknown' } };

  it('is not sent again when the connection broke behind the message', async () => {
    server.toMessage = 'hang up';
    const id = await post(app, alice);
    await jobs.runDue();
    server.toMessage = undefined;
    await tryAgain();

    expect(server.received).toEqual([]);
    expect(await storedJob(app, id)).toMatchObject(unknown);
    expect(app.logs()).toContain(
      `Job ${id} of mail has failed for good at try 1: mail.outcome_unknown`,
    );
  });

  it('is not sent again when the process died before it could note the outcome', async () => {
    const id = await post(app, alice);
    await app.app.get(JobQueue).take('mail');
    await app.app.get(MailAttempts).begin(id);
    await app.sql(`UPDATE pgboss.job SET started_on = now() - interval '1 hour'`);
    await app.app.get(JobQueue).maintain();
    await tryAgain();

    expect(server.received).toEqual([]);
    expect(await storedJob(app, id)).toMatchObject(unknown);
  });

  it('is not sent again when the outcome was noted and the end of the job was not', async () => {
    const id = await post(app, alice);
    await app.app.get(JobQueue).take('mail');
    await app.app.get(MailAttempts).begin(id);
    await app.app.get(MailAttempts).sent(id);
    await app.sql(`UPDATE pgboss.job SET started_on = now() - interval '1 hour'`);
    await app.app.get(JobQueue).maintain();
    await tryAgain();

    expect(server.received).toEqual([]);
    expect(await storedJob(app, id)).toMatchObject({ state: 'completed' });
  });

  it('is sent when an operator says so', async () => {
    server.toMessage = 'hang up';
    const id = await post(app, alice);
    await jobs.runDue();
    server.toMessage = undefined;
    await app.sql('UPDATE users SET operator = true WHERE id = $1', [alice.userId]);

    const answer = await alice.client.post(`/admin/jobs/${id}/retry`);
    await jobs.runDue();

    expect(answer.status).toBe(204);
    expect(server.received).toHaveLength(1);
  });
});
