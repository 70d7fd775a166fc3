import { JobQueue } from '../../src/jobs/job-queue';
import { Jobs } from '../../src/jobs/jobs.service';
import { TenantDb } from '../../src/kernel/database/tenant-db';
import { startMailApp, type MailApp } from '../support/account-mail';
import { guest, invite, resend } from '../support/invitations';
import { caller, makeDue } from '../support/jobs';
import { register, type Person } from '../support/people';

let app: MailApp;
let olga: Person;

beforeAll(async () => {
  app = await startMailApp({ TENANCY_MODE: 'team' });
});
beforeEach(async () => {
  olga = await register(app, 'olga');
  await app.app.get(Jobs).runDue();
  app.server.received.length = 0;
  app.server.toRecipient = undefined;
});
afterAll(() => app.close());

const NOTE = 'SELECT ava.note_delivery($1)';
const invited = async () => (await invite(olga, guest())).body.id as string;
const runDue = async () => {
  await makeDue(app);
  await app.app.get(Jobs).runDue();
};
async function deliveries(): Promise<Record<string, string>> {
  const { body } = await olga.client.get('/tenant/invitations');
  const items = body.items as { id: string; delivery: string }[];
  return Object.fromEntries(items.map(({ id, delivery }) => [id, delivery]));
}

describe('the list of invitations', () => {
  it('tells which mails wait and which were sent', async () => {
    const sent = await invited();
    await runDue();
    const waiting = await invited();

    expect(await deliveries()).toEqual({ [sent]: 'sent', [waiting]: 'pending' });
  });

  it('tells of a mail that no server takes, until it is sent again', async () => {
    const id = await invited();
    app.server.toRecipient = 550;
    await runDue();
    const failed = await deliveries();
    app.server.toRecipient = undefined;

    const again = await resend(olga, id);
    await runDue();

    expect(failed).toEqual({ [id]: 'failed' });
    expect(again.body.delivery).toBe('pending');
    expect(await deliveries()).toEqual({ [id]: 'sent' });
  });

  it('tells of one that was tried in vain until the last try, and not before', async () => {
    const id = await invited();
    app.server.toRecipient = 450;
    const seen: (string | undefined)[] = [];
    for (let tries = 1; tries <= 7; tries += 1) {
      await runDue();
      seen.push((await deliveries())[id]);
    }

    expect(seen).toEqual([...Array<string>(6).fill('pending'), 'failed']);
  });
});

describe('what became of a mail', () => {
  it('is not what an earlier mail meets that was under way when it was sent again', async () => {
    const id = await invited();
    const earlier = await app.app.get(JobQueue).take('mail');
    if (!earlier) throw new Error('there is no mail');
    await resend(olga, id);

    await app.app.get(TenantDb).job(earlier, (em) => em.query(NOTE, ['failed']));

    expect(await deliveries()).toEqual({ [id]: 'pending' });
  });

  it('is noted by the job of that mail alone: no request can, and no other job', async () => {
    const [one, other] = [await invited(), await invited()];
    const job = await app.app.get(JobQueue).take('mail');
    if (!job) throw new Error('there is no mail');
    const asking = app.app.get(TenantDb).run(caller(olga), (em) => em.query(NOTE, ['sent']));
    await expect(asking).rejects.toMatchObject({ driverError: { code: '42501' } });
    const claiming = app.app.get(TenantDb).run(caller(olga), async (em) => {
      await em.query(`SELECT set_config('ava.job_id', $1, true)`, [job.id]);
      await em.query(NOTE, ['sent']);
    });
    await expect(claiming).rejects.toMatchObject({ driverError: { code: '42501' } });
    const touching = app.app
      .get(TenantDb)
      .job(job, (em) => em.query(`UPDATE invitations SET delivery = 'sent'`));
    await expect(touching).rejects.toMatchObject({ driverError: { code: '42501' } });

    await app.app.get(TenantDb).job(job, (em) => em.query(NOTE, ['sent']));

    expect(job.payload.id).toBe(one);
    expect(await deliveries()).toEqual({ [one]: 'sent', [other]: 'pending' });
  });
});
