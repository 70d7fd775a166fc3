import { JobQueue } from '../../src/jobs/job-queue';
import { startApp, type TestApp } from '../support/app';
import { addJob, startTrial, TRIAL } from '../support/jobs';
import { register, type Person } from '../support/people';
import { claim, LoginSession, proof, sessionIdOf } from '../support/plane-session';

let app: TestApp;
let login: LoginSession;
let alice: Person;
let bob: Person;
let jobOfAlice: string;
let jobOfBob: string;

const denied = '42501';

beforeAll(async () => {
  app = await startApp();
  await startTrial(app, () => Promise.resolve());
  login = await LoginSession.open(app);
  alice = await register(app, 'alice');
  bob = await register(app, 'bob');
  await app.sql('DELETE FROM pgboss.job');
  jobOfAlice = await addJob(app, alice, { of: 'alice' });
  jobOfBob = await addJob(app, bob, { of: 'bob' });
  // Both are being run.
  const queue = app.app.get(JobQueue);
  await queue.take(TRIAL);
  await queue.take(TRIAL);
});
afterAll(async () => {
  await login.close();
  await app.close();
});

const member = (person: Person) => ({ ...person, sessionId: sessionIdOf(person) });
const enterJob = (shown: string, id: string) =>
  login.meets('SELECT ava.enter_job($1, $2, $$1000$$)', [shown, id]);

describe('the queue, for SQL that was injected', () => {
  it.each(['', 'guess', 'A'.repeat(43)])(
    'is empty and takes nothing with the proof %j',
    async (shown) => {
      const met = await login.with({ role: 'ava_queue', 'ava.server_proof': shown }, async () => [
        await login.meets('SELECT 1 FROM pgboss.job'),
        await login.meets('SELECT 1 FROM pgboss.queue'),
        await login.meets('SELECT 1 FROM pgboss.archive'),
        await login.meets('SELECT 1 FROM pgboss.mail_attempts'),
        await login.meets('UPDATE pgboss.job SET data = NULL'),
        await login.meets('DELETE FROM pgboss.job'),
        await login.meets('INSERT INTO pgboss.job (name, data) VALUES ($1, $2)', [TRIAL, {}]),
        await login.meets(
          'INSERT INTO pgboss.mail_attempts (job_id, attempted_at) VALUES ($1, now())',
          [jobOfBob],
        ),
      ]);
      const entered = await login.with({}, () =>
        login.meets('SELECT ava.enter_queue($1, $$1000$$)', [shown]),
      );

      expect(met).toEqual([0, 0, 0, 0, 0, 0, denied, denied]);
      expect(entered).toBe('AVA03');
    },
  );

  it('is out of reach of every other plane, by its parent, by its partitions and by its functions', async () => {
    const [partition] = await app.sql<{ name: string }>(
      `SELECT format('pgboss.%I', partition_name) AS name FROM pgboss.queue WHERE name = $1`,
      [TRIAL],
    );
    for (const role of ['', 'ava_tenant', 'ava_identity', 'ava_operator']) {
      const met = await login.with(role === '' ? {} : claim(member(alice), role), async () => [
        await login.meets('SELECT 1 FROM pgboss.job'),
        await login.meets(`SELECT 1 FROM ${partition?.name ?? ''}`),
        await login.meets(`SELECT pgboss.create_queue('mine', '{}')`),
      ]);
      expect({ role, met }).toEqual({ role, met: [denied, denied, denied] });
    }
  });

  it('shows all with the proof, but no partition by itself and nothing else of the database', async () => {
    const [partition] = await app.sql<{ name: string }>(
      `SELECT format('pgboss.%I', partition_name) AS name FROM pgboss.queue WHERE name = $1`,
      [TRIAL],
    );
    const met = await login.with({ role: 'ava_queue', 'ava.server_proof': proof }, async () => [
      await login.meets('SELECT 1 FROM pgboss.job'),
      await login.meets(`SELECT 1 FROM ${partition?.name ?? ''}`),
      await login.meets('SELECT 1 FROM users'),
      await login.meets('SELECT 1 FROM calls'),
      await login.meets(`SELECT ava.enqueue($1, '{}')`, [TRIAL]),
    ]);

    expect(met).toEqual([2, denied, denied, denied, denied]);
  });

  it('leaves no proof in the texts of statements, which other sessions of the login may read', async () => {
    await app.app.get(JobQueue).maintain();

    const texts = await app.sql<{ query: string }>(
      'SELECT query FROM pg_stat_activity WHERE datname = current_database()',
    );

    expect(texts.length).toBeGreaterThan(1);
    expect(JSON.stringify(texts)).not.toContain(proof);
  });
});

describe('adding a job', () => {
  const add = `SELECT ava.enqueue($1, '{"tenantId":"x"}')`;

  it('takes the owner from the context that was checked, whatever the payload says', async () => {
    const rows = await login.with(claim(member(alice)), async () => {
      await login.meets(add, [TRIAL]);
      return login.query('SELECT 1');
    });
    const id = await addJob(app, alice, { tenantId: bob.tenantId, userId: bob.userId });
    const [job] = await app.sql('SELECT data FROM pgboss.job WHERE id = $1', [id]);

    expect(rows).toHaveLength(1);
    expect(job?.data).toEqual({
      tenantId: alice.tenantId,
      userId: alice.userId,
      payload: { tenantId: bob.tenantId, userId: bob.userId },
    });
    await app.sql('DELETE FROM pgboss.job WHERE id = $1', [id]);
  });

  it.each([
    ['a context that lies', () => claim({ ...member(alice), tenantId: bob.tenantId })],
    ['no context', () => ({ role: 'ava_tenant' })],
    [
      'an identity without proof',
      () => ({ role: 'ava_identity', 'ava.identity_user': bob.userId }),
    ],
    ['the operator plane', () => claim(member(alice), 'ava_operator')],
    ['no plane', () => ({})],
  ])('is refused with %s', async (_, settings) => {
    expect(await login.with(settings(), () => login.meets(add, [TRIAL]))).toBe(denied);
  });
});

describe('the context of a job', () => {
  const seen = `SELECT ava.tenant_id() AS tenant, ava.user_id() AS person, current_user::text AS role,
                       (SELECT array_agg(id) FROM tenants) AS tenants`;
  const ofAlice = () => ({
    tenant: alice.tenantId,
    person: alice.userId,
    role: 'ava_tenant',
    tenants: [alice.tenantId],
  });

  it('opens with the proof, for the tenant and user of the job', async () => {
    const rows = await login.with({}, async () => {
      await enterJob(proof, jobOfAlice);
      return login.query(seen);
    });

    expect(rows).toEqual([ofAlice()]);
  });

  it.each(['', 'guess'])(
    'does not open with the proof %j, nor for a job that is not being run',
    async (shown) => {
      const waiting = await addJob(app, bob);

      expect(await login.with({}, () => enterJob(shown, jobOfBob))).toBe('AVA03');
      expect(await login.with({}, () => enterJob(proof, waiting))).toBe('AVA05');
      expect(await login.with({}, () => enterJob(proof, bob.userId))).toBe('AVA05');
      await app.sql('DELETE FROM pgboss.job WHERE id = $1', [waiting]);
    },
  );

  it('is nothing when its settings are written by hand', async () => {
    for (const pass of ['', 'x', proof, '0'.repeat(64)]) {
      const rows = await login.with(
        {
          role: 'ava_tenant',
          'ava.job_id': jobOfBob,
          'ava.job_pass': pass,
          'ava.server_proof': pass,
        },
        () => login.query(seen),
      );
      // Even with the proof, which injected SQL has not: the pass is another thing.
      expect(rows).toEqual([{ tenant: null, person: null, role: 'ava_tenant', tenants: null }]);
    }
  });

  it('gives SQL injected there nothing of anybody else: no other job, person, tenant or plane', async () => {
    const rows = await login.with({}, async () => {
      await enterJob(proof, jobOfAlice);
      const shown = await login.query(`SELECT current_setting('ava.server_proof', true) AS proof`);
      await login.query(
        `SELECT set_config('ava.user_id', $1, true), set_config('ava.tenant_id', $2, true)`,
        [bob.userId, bob.tenantId],
      );
      const claimed = await login.query(seen);
      await login.query(
        `SELECT set_config('role', 'ava_identity', true), set_config('ava.identity_user', $1, true)`,
        [bob.userId],
      );
      const identity = await login.meets('SELECT 1 FROM users');
      await login.query(
        `SELECT set_config('role', 'ava_tenant', true), set_config('ava.job_id', $1, true)`,
        [jobOfBob],
      );
      return { shown, claimed, identity, other: await login.query(seen) };
    });

    expect([null, '']).toContain(rows.shown[0]?.proof);
    expect(rows.claimed).toEqual([ofAlice()]);
    expect(rows.identity).toBe(0);
    expect(rows.other).toEqual([{ tenant: null, person: null, role: 'ava_tenant', tenants: null }]);
  });

  it('is over with the job, also in the middle of a transaction', async () => {
    const rows = await login.with({}, async () => {
      await enterJob(proof, jobOfBob);
      const before = await login.query(seen);
      await app.sql(`UPDATE pgboss.job SET state = 'completed' WHERE id = $1`, [jobOfBob]);
      return [before[0]?.tenant, (await login.query(seen))[0]?.tenant];
    });

    expect(rows).toEqual([bob.tenantId, null]);
  });
});
