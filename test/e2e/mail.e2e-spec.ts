import { Jobs } from '../../src/jobs/jobs.service';
import { JobOver, TenantDb } from '../../src/kernel/database/tenant-db';
import { Mail } from '../../src/mail/mail.service';
import { startApp, type TestApp } from '../support/app';
import { caller, storedJob } from '../support/jobs';
import { invitation, loadWith, post, reader, secretToken } from '../support/mail';
import { MailServer } from '../support/mail-server';
import { register, type Person } from '../support/people';

let app: TestApp;
let server: MailServer;
let alice: Person;
let jobs: Jobs;

beforeAll(async () => {
  server = await MailServer.start();
  app = await startApp({
    SMTP_URL: server.url,
    MAIL_FROM: 'Ava <ava@mail.example.com>',
    APP_URL: 'https://app.example.com/ava/',
  });
  jobs = app.app.get(Jobs);
  alice = await register(app, 'alice');
  // Whatever a registration posts.
  await app.sql('DELETE FROM pgboss.job');
});
afterAll(async () => {
  await app.close();
  await server.down();
});
beforeEach(() => {
  server.received.length = 0;
  loadWith(app, 'invitation', () => Promise.resolve(invitation(app)));
});

describe('a mail', () => {
  it('arrives once, in French, with what a mail program and a filter want to see', async () => {
    const id = await post(app, alice);

    await jobs.runDue();
    await jobs.runDue();

    expect(server.received).toHaveLength(1);
    const [mail] = server.received;
    expect(mail).toMatchObject({ from: 'ava@mail.example.com', to: [reader] });
    expect(mail?.header('From')).toBe('Ava <ava@mail.example.com>');
    expect(mail?.header('To')).toBe(reader);
    expect(mail?.header('Subject')).toBe('Élise vous invite à rejoindre Atelier & Fils sur Ava');
    expect(mail?.header('Message-ID')).toBe(`<${id}@mail.example.com>`);
    expect(mail?.header('Auto-Submitted')).toBe('auto-generated');
    expect(mail?.header('Date')).toMatch(/^\w{3}, \d/);
    const link = `https://app.example.com/ava/invitations/accept#token=${secretToken}`;
    expect(mail?.parts['text/plain']).toContain(link);
    expect(mail?.parts['text/html']).toContain(`<a href="${link}">${link}</a>`);
    expect(mail?.parts['text/html']).toContain('Atelier &amp; Fils');
    expect(await storedJob(app, id)).toMatchObject({ state: 'completed' });
  });

  it('arrives in English', async () => {
    loadWith(app, 'invitation', () => Promise.resolve(invitation(app, { locale: 'en' })));
    await post(app, alice);

    await jobs.runDue();

    expect(server.received[0]?.header('Subject')).toBe(
      'Élise invites you to Atelier & Fils on Ava',
    );
    expect(server.received[0]?.parts['text/plain']).toContain('Accept the invitation:');
  });

  it('is not sent when the transaction that posted it was rolled back', async () => {
    const posting = app.app.get(TenantDb).run(caller(alice), async (em) => {
      await app.app.get(Mail).post(em, 'invitation', alice.tenantId);
      throw new Error('changed my mind');
    });
    await expect(posting).rejects.toThrow();

    await jobs.runDue();

    expect(server.received).toEqual([]);
  });

  it('is not sent when it is no longer wanted, or its tenant is no longer served', async () => {
    loadWith(app, 'invitation', () => Promise.resolve(null));
    const unwanted = await post(app, alice);
    await jobs.runDue();
    loadWith(app, 'invitation', () => Promise.reject(new JobOver('tenant.suspended')));
    const skipped = await post(app, alice);
    await jobs.runDue();

    expect(server.received).toEqual([]);
    expect(await storedJob(app, unwanted)).toMatchObject({ state: 'completed' });
    expect(await storedJob(app, skipped)).toMatchObject({
      state: 'completed',
      output: { skipped: 'tenant.suspended' },
    });
  });

  it('carries no header and no reader that a name brought along', async () => {
    const values = {
      ...invitation(app).values,
      tenant: 'Eve\r\nBcc: all@example.com\r\n\r\nHello',
    };
    loadWith(app, 'invitation', () => Promise.resolve(invitation(app, { values })));
    await post(app, alice);

    await jobs.runDue();

    const [mail] = server.received;
    expect(mail?.to).toEqual([reader]);
    expect(mail?.header('Bcc')).toBe('');
    expect(mail?.source).not.toMatch(/^Bcc:/im);
  });

  it.each(['bob@example.com\r\nBcc: all@example.com', '<bob@example.com>, all@example.com'])(
    'is not sent to %j',
    async (to) => {
      loadWith(app, 'invitation', () => Promise.resolve(invitation(app, { to })));
      const id = await post(app, alice);

      await jobs.runDue();

      expect(server.received).toEqual([]);
      expect(await storedJob(app, id)).toMatchObject({
        state: 'failed',
        output: { code: 'mail.bad_address' },
      });
    },
  );

  it('leaves neither its token nor its address in logs, jobs or any table', async () => {
    await post(app, alice);
    server.toRecipient = 451;
    await jobs.runDue();
    server.toRecipient = undefined;

    const tables = await app.sql<{ name: string }>(
      `SELECT oid::regclass::text AS name FROM pg_class
        WHERE relkind = 'r' AND relnamespace IN ('public'::regnamespace, 'ava'::regnamespace, 'pgboss'::regnamespace)`,
    );
    const rows: string[] = [];
    for (const { name } of tables) {
      const found = await app.sql<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
      rows.push(...found.map(({ row }) => row));
    }

    const held = `${app.logs()}\n${rows.join('\n')}`;
    expect(held).toContain('mail.refused');
    for (const text of [secretToken, reader, 'is not liked here']) expect(held).not.toContain(text);
  });
});
