import { startApp, type TestApp } from '../support/app';
import { claim, LoginSession, memberOf, proof, type Member } from '../support/plane-session';

let app: TestApp;
let login: LoginSession;
let olga: Member;
let alice: Member;
let bob: Member;

const denied = '42501';

beforeAll(async () => {
  app = await startApp();
  login = await LoginSession.open(app);
  olga = await memberOf(app, 'olga');
  alice = await memberOf(app, 'alice');
  bob = await memberOf(app, 'bob');
  await app.sql('UPDATE users SET operator = true WHERE id = $1', [olga.userId]);
});
afterAll(async () => {
  await login.close();
  await app.close();
});

const asOperator = <T>(work: () => Promise<T>) => login.with(claim(olga, 'ava_operator'), work);

/** Every function that operators have, called about Bob. */
const acts: readonly [name: string, sql: string, ...values: ('tenantId' | 'userId')[]][] = [
  ['find_tenants', 'SELECT id FROM ava.find_tenants(NULL, NULL, NULL, NULL, NULL, NULL, 9)'],
  ['find_users', 'SELECT id FROM ava.find_users(NULL, NULL, NULL, NULL, 9)'],
  ['installation_counts', 'SELECT * FROM ava.installation_counts()'],
  ['suspend_tenant', `SELECT ava.suspend_tenant($1, 'x')`, 'tenantId'],
  ['resume_tenant', 'SELECT ava.resume_tenant($1)', 'tenantId'],
  ['end_sessions', 'SELECT ava.end_sessions($1)', 'userId'],
];

describe('what operators do by functions', () => {
  it.each(acts)('%s is refused to everybody else, in every plane', async (_, sql, ...names) => {
    const meets = () =>
      login.meets(
        sql,
        names.map((name) => bob[name]),
      );
    const others = [
      claim(alice, 'ava_operator'),
      claim({ ...olga, sessionId: alice.sessionId }, 'ava_operator'),
      claim(olga),
      { role: 'ava_identity', 'ava.server_proof': proof, 'ava.identity_user': olga.userId },
      { role: 'ava_queue', 'ava.server_proof': proof },
      {},
    ];

    const met = [];
    for (const settings of others) met.push(await login.with(settings, meets));

    expect(await asOperator(meets)).toBeGreaterThan(0);
    expect(met).toEqual(others.map(() => denied));
  });

  it('changes the one tenant or person, and nothing else of them', async () => {
    const before = await app.sql(
      'SELECT id, to_jsonb(t) - $1::text[] AS row FROM tenants t ORDER BY 1',
      [['suspended_at', 'suspended_reason']],
    );
    const [suspended, ended, after] = await asOperator(async () => {
      await login.query(`SELECT ava.suspend_tenant($1, 'x')`, [bob.tenantId]);
      await login.query('SELECT ava.end_sessions($1)', [alice.userId]);
      return [
        await login.query(
          'SELECT id, suspended_reason FROM tenants WHERE suspended_at IS NOT NULL',
        ),
        await login.query('SELECT DISTINCT user_id FROM sessions WHERE revoked_at IS NOT NULL'),
        await login.query('SELECT id, to_jsonb(t) - $1::text[] AS row FROM tenants t ORDER BY 1', [
          ['suspended_at', 'suspended_reason'],
        ]),
      ];
    });

    expect(suspended).toEqual([{ id: bob.tenantId, suspended_reason: 'x' }]);
    expect(ended).toEqual([{ user_id: alice.userId }]);
    expect(after).toEqual(before);
  });

  it('does not lock out the operator himself', async () => {
    const met = await asOperator(async () => [
      await login.meets(`SELECT ava.suspend_tenant($1, 'x')`, [olga.tenantId]),
      await login.meets('SELECT tenant FROM ava.end_sessions($1)', [olga.userId]),
      await login.meets('SELECT 1 WHERE ava.operator_id() IS NOT NULL'),
    ]);

    expect(met).toEqual(['AVA09', 0, 1]);
  });
});

describe('that an operator did it', () => {
  const insert = (columns: string, values: string) =>
    login.meets(
      `INSERT INTO audit_events (id, tenant_id, action${columns})
       VALUES (gen_random_uuid(), $1, 'test.write'${values})`,
      [alice.tenantId],
    );
  const seen = async () =>
    (
      await login.query<{ by: boolean }>(
        `SELECT by_operator AS by FROM audit_events WHERE action = 'test.write'`,
      )
    ).map(({ by }) => by);

  it.each([
    ['in a tenant', () => claim(alice), false],
    ['as an operator', () => claim(olga, 'ava_operator'), true],
  ])('is filled in by the database %s, and no statement says otherwise', async (_, who, by) => {
    const met = await login.with(who(), async () => [
      await insert(', by_operator', `, ${String(!by)}`),
      await insert(', by_operator', `, ${String(by)}`),
      await insert('', ''),
      ...(await seen()),
    ]);

    expect(met).toEqual([denied, denied, 1, by]);
  });
});

describe('why a tenant is suspended', () => {
  const asked = (session: string, { userId, tenantId }: Member) =>
    login.with({}, () =>
      login.query<{ reason: string | null }>('SELECT reason FROM ava.suspension($1, $2, $3)', [
        session,
        userId,
        tenantId,
      ]),
    );

  it('is told to who has a session in it, and to nobody who only knows ids', async () => {
    await app.sql(`UPDATE tenants SET suspended_at = now(), suspended_reason = 'x' WHERE id = $1`, [
      bob.tenantId,
    ]);

    const told = [
      await asked(bob.sessionId, bob),
      await asked(alice.sessionId, bob),
      await asked(bob.userId, bob),
      await asked(alice.sessionId, { ...bob, userId: alice.userId }),
    ];
    await app.sql('UPDATE sessions SET revoked_at = now() WHERE id = $1', [bob.sessionId]);
    told.push(await asked(bob.sessionId, bob));

    expect(told.map(([row]) => row?.reason)).toEqual(['x', null, null, null, null]);
  });
});

describe('who is an operator', () => {
  it('is written by no plane, function or login: only a command as the owner does it', async () => {
    const roles = await app.sql<{ name: string }>(
      `SELECT rolname AS name FROM pg_roles WHERE rolname LIKE 'ava\\_%' AND rolname <> 'ava_owner'
        ORDER BY 1`,
    );
    const rights = await app.sql(
      `SELECT rolname, verb FROM pg_roles, unnest(ARRAY['INSERT', 'UPDATE']) AS verb
        WHERE rolname LIKE 'ava\\_%' AND rolname <> 'ava_owner'
          AND has_column_privilege(rolname, 'users', 'operator', verb)`,
    );
    const writers = await app.sql(
      `SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
        WHERE n.nspname IN ('public', 'ava') AND p.prosrc ~* '(update|insert\\s+into|merge\\s+into)\\s+(only\\s+)?(public\\.)?users\\M'`,
    );

    expect(roles.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['ava_identity', 'ava_operator', 'ava_queue', 'ava_tenant']),
    );
    expect(rights).toEqual([]);
    expect(writers).toEqual([]);
  });

  it('is taken by no route: every body with the field is refused', async () => {
    const bodies: [method: 'POST' | 'PATCH', url: string, body: object][] = [
      ['PATCH', '/me', { operator: true }],
      ['POST', '/auth/register', { email: 'x@y.fr', password: 'x'.repeat(20), operator: true }],
      ['PATCH', `/tenant/members/${alice.userId}`, { role: 'owner', operator: true }],
    ];

    for (const [method, url, body] of bodies) {
      const { status, body: answer } = await alice.client.send(method, url, body);
      expect(status).toBe(400);
      expect(answer.errors).toEqual([expect.objectContaining({ field: 'operator' })]);
    }
    expect(await app.sql('SELECT id FROM users WHERE operator')).toEqual([{ id: olga.userId }]);
  });
});
