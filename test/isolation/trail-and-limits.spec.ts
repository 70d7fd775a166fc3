import { startApp, type TestApp } from '../support/app';
import { claim, LoginSession, memberOf, proof, type Member } from '../support/plane-session';

let app: TestApp;
let login: LoginSession;
let alice: Member;

const denied = '42501';

beforeAll(async () => {
  app = await startApp();
  login = await LoginSession.open(app);
  alice = await memberOf(app, 'alice');
});
afterAll(async () => {
  await login.close();
  await app.close();
});

describe('the trail', () => {
  const changes = [
    `UPDATE audit_events SET action = 'nothing.happened'`,
    'UPDATE audit_events SET details = details WHERE false',
    'DELETE FROM audit_events',
    'TRUNCATE audit_events',
  ];

  it.each(['ava_tenant', 'ava_operator', 'ava_identity'])('is changed by no %s', async (role) => {
    await app.sql('UPDATE users SET operator = true WHERE id = $1', [alice.userId]);
    const settings = {
      ...claim(alice, role),
      'ava.server_proof': proof,
      'ava.identity_user': alice.userId,
    };

    const met = await login.with(settings, async () => {
      const all: (number | string)[] = [];
      for (const change of changes) all.push(await login.meets(change));
      return all;
    });

    expect(met).toEqual(changes.map(() => denied));
  });

  it.each(['ava_owner', 'postgres'])(
    'is not even changed by %s, to whom nothing is denied',
    async (role) => {
      const before = await app.sql('SELECT * FROM audit_events ORDER BY id');

      const met = [];
      for (const change of changes) {
        const changing = app.sql(
          `DO $do$ BEGIN SET LOCAL ROLE ${role}; EXECUTE $sql$${change}$sql$; END $do$`,
        );
        met.push(
          await changing.then(
            () => 'changed',
            (thrown: unknown) => (thrown as Error).message,
          ),
        );
      }

      expect(met).toEqual(changes.map(() => 'audit events are never changed'));
      expect(before.length).toBeGreaterThan(0);
      expect(await app.sql('SELECT * FROM audit_events ORDER BY id')).toEqual(before);
    },
  );

  describe.each(['ava_tenant', 'ava_operator'])('in %s', (role) => {
    const written = (values: Record<string, string>) =>
      `INSERT INTO audit_events (id, tenant_id, action, ${Object.keys(values).join()})
       VALUES (gen_random_uuid(), '${alice.tenantId}', 'test.write', ${Object.values(values).join()})`;

    it('names who acted by itself, and takes neither another name nor another time', async () => {
      await app.sql('UPDATE users SET operator = true WHERE id = $1', [alice.userId]);
      const bob = await memberOf(app, 'bob');

      const [met, events] = await login.with(claim(alice, role), async () => [
        [
          await login.meets(written({ actor_id: `'${bob.userId}'` })),
          await login.meets(written({ actor_id: `'${alice.userId}'` })),
          await login.meets(written({ at: `'2001-01-01'` })),
          await login.meets(written({ details: `'{}'` })),
        ],
        await login.query(`SELECT actor_id FROM audit_events WHERE action = 'test.write'`),
      ]);

      expect(met).toEqual([denied, denied, denied, 1]);
      expect(events).toEqual([{ actor_id: alice.userId }]);
    });
  });

  it('is written where no tenant is entered only by the person, and for a tenant of his', async () => {
    const bob = await memberOf(app, 'bob');
    const identity = {
      role: 'ava_identity',
      'ava.server_proof': proof,
      'ava.identity_user': alice.userId,
    };
    const record = (tenantId: string) =>
      login.meets(
        'INSERT INTO audit_events (id, tenant_id, action) VALUES (gen_random_uuid(), $1, $$tenant.created$$)',
        [tenantId],
      );
    const actor = `INSERT INTO audit_events (id, tenant_id, actor_id, action)
      VALUES (gen_random_uuid(), '${alice.tenantId}', '${bob.userId}', 'tenant.created')`;

    const met = await login.with(identity, async () => [
      await record(alice.tenantId),
      await record(bob.tenantId),
      await login.meets(actor),
      await login.meets('SELECT 1 FROM audit_events'),
    ]);
    const withoutProof = await login.with({ ...identity, 'ava.server_proof': 'guess' }, () =>
      record(alice.tenantId),
    );

    expect(met).toEqual([1, denied, denied, denied]);
    expect(withoutProof).toBe(denied);
  });

  it('of a person is there when the person and the tenant are gone', async () => {
    const bob = await memberOf(app, 'bob');

    const gone = await bob.client.delete('/me', { password: 'correct horse battery staple' });

    const left = await app.sql(
      'SELECT action FROM audit_events WHERE actor_id = $1 ORDER BY at, action',
      [bob.userId],
    );
    expect(gone.status).toBe(204);
    const actions = left.map(({ action }) => action);
    expect(actions).toEqual([
      'credential.set',
      'retention.changed',
      'caller.erased',
      'tenant.deleted',
    ]);
  });
});

describe('the counters of limits', () => {
  const take = `SELECT ava.take_turns('{login:alice}', '{5}', '{60}')`;

  it.each(['ava_tenant', 'ava_operator', 'ava_identity'])(
    'are neither seen nor changed by %s',
    async (role) => {
      const met = await login.with(claim(alice, role), async () => [
        await login.meets('SELECT 1 FROM ava.rate_limits'),
        await login.meets('DELETE FROM ava.rate_limits'),
        await login.meets('UPDATE ava.rate_limits SET taken = 0'),
      ]);

      expect(met).toEqual([denied, denied, denied]);
    },
  );

  it('are used up by nobody but the server’s own process', async () => {
    const identity = { role: 'ava_identity', 'ava.server_proof': 'guess' };

    const met = [
      await login.with({}, () => login.meets(take)),
      await login.with(claim(alice), () => login.meets(take)),
      await login.with(claim(alice, 'ava_operator'), () => login.meets(take)),
      await login.with(identity, () => login.meets(take)),
    ];
    const withProof = await login.with({ ...identity, 'ava.server_proof': proof }, () =>
      login.meets(take),
    );

    expect(met).toEqual([denied, denied, denied, denied]);
    expect(withProof).toBe(1);
  });

  it('count down to nothing and not on for ever, each by itself when several are asked at once', async () => {
    const seen = await login.with({ role: 'ava_identity', 'ava.server_proof': proof }, async () => {
      const waits = [];
      for (let i = 0; i < 5; i++) {
        const [turn] = await login.query<{ wait: number | null }>(
          `SELECT ava.take_turns('{x,y}', '{2,3}', '{60,600}') AS wait`,
        );
        waits.push(turn?.wait);
      }
      return waits;
    });
    expect(seen.slice(0, 2)).toEqual([null, null]);
    expect([59, 60]).toContain(seen[2]);
    for (const wait of seen.slice(3)) expect([599, 600]).toContain(wait);
  });
});
