import { tables } from '../../src/kernel/database/planes';
import { startApp, type TestApp } from '../support/app';
import { claim, LoginSession, memberOf, ownerOf, type Member } from '../support/plane-session';

let app: TestApp;
let login: LoginSession;
let alice: Member;
let bob: Member;

const names = Object.keys(tables);
const denied = '42501';

beforeAll(async () => {
  app = await startApp();
  login = await LoginSession.open(app);
  alice = await memberOf(app, 'alice');
  bob = await memberOf(app, 'bob');
});
afterAll(async () => {
  await login.close();
  await app.close();
});

describe('the login of the server, outside every plane', () => {
  it.each(names)('neither reads nor writes %s', async (table) => {
    const [column] = ownerOf(table, bob);

    const met = await login.with({}, async () => [
      await login.meets(`SELECT count(*) FROM ${table}`),
      await login.meets(`UPDATE ${table} SET ${column} = ${column}`),
      await login.meets(`DELETE FROM ${table}`),
      await login.meets(`INSERT INTO ${table} DEFAULT VALUES`),
    ]);

    expect(met).toEqual([denied, denied, denied, denied]);
  });

  it.each([
    'SET ROLE ava_owner',
    'SET ROLE postgres',
    'SELECT * FROM ava.server_proofs',
    'SELECT ava.tenant_id()',
    'SELECT * FROM ava.find_account($$alice@example.com$$)',
    'CREATE TEMP TABLE users (id uuid)',
    'ALTER TABLE calls DISABLE ROW LEVEL SECURITY',
    'DROP POLICY calls_tenant ON calls',
    'CREATE POLICY mine ON calls USING (true)',
    'GRANT SELECT ON calls TO PUBLIC',
  ])('is refused %s', async (statement) => {
    expect(await login.with({}, () => login.meets(statement))).toBe(denied);
  });

  it('gains nothing by switching row-level security off for itself', async () => {
    const met = await login.with({ ...claim(alice), row_security: 'off' }, () =>
      login.meets('SELECT 1 FROM calls'),
    );

    expect(met).toBe(denied);
  });
});

describe('the tenant plane without a context', () => {
  it.each(names)('shows no row of %s and takes none', async (table) => {
    const met = await login.with({ role: 'ava_tenant' }, async () => [
      await login.meets(`SELECT 1 FROM ${table}`),
      await login.meets(`DELETE FROM ${table}`),
      await login.meets(`INSERT INTO ${table} DEFAULT VALUES`),
    ]);

    expect([0, denied]).toContain(met[0]);
    expect([0, denied]).toContain(met[1]);
    expect(met[2]).toEqual(expect.stringMatching(/^(42501|23502)$/));
  });
});

describe('a context that lies', () => {
  const lies: [string, () => Partial<Member>][] = [
    ['of Alice in the tenant of Bob', () => ({ tenantId: bob.tenantId })],
    ['with the session of Alice and the user Bob', () => ({ userId: bob.userId })],
    ['of Bob with the session of Alice', () => ({ userId: bob.userId, tenantId: bob.tenantId })],
    ['with a session that nobody has', () => ({ sessionId: bob.tenantId })],
    ['without a session', () => ({ sessionId: '' })],
  ];

  it.each(lies)('%s is not let in, and shows nothing when written by hand', async (_, lie) => {
    const claimed = { ...alice, ...lie() };
    const entered = await login.with({}, () =>
      login.meets('SELECT ava.enter_tenant(nullif($1, $$$$)::uuid, $2, $3, $$1000$$)', [
        claimed.sessionId,
        claimed.userId,
        claimed.tenantId,
      ]),
    );

    const met = await login.with(claim(claimed), async () => {
      const rows: (number | string)[] = [];
      for (const table of names) rows.push(await login.meets(`SELECT 1 FROM ${table}`));
      return rows;
    });

    expect(entered).toBe('AVA01');
    expect(met).toEqual(names.map(() => 0));
  });

  it.each([
    ['an ended session', 'UPDATE sessions SET revoked_at = now() WHERE user_id = $1'],
    [
      'an expired session',
      `UPDATE sessions SET expires_at = now() - interval '1 s' WHERE user_id = $1`,
    ],
    [
      'a suspended tenant',
      'UPDATE tenants t SET suspended_at = now() FROM memberships m WHERE m.tenant_id = t.id AND m.user_id = $1',
    ],
    [
      'a removed member',
      `WITH new AS (INSERT INTO users (id, email, password_hash) VALUES (gen_random_uuid(), gen_random_uuid() || '@x.com', '!') RETURNING id),
            heir AS (INSERT INTO memberships (tenant_id, user_id, role)
                     SELECT m.tenant_id, new.id, 'owner' FROM memberships m, new WHERE m.user_id = $1)
       , gone AS (DELETE FROM phone_numbers WHERE org_id = $1)
       DELETE FROM memberships WHERE user_id = $1`,
    ],
  ])('of %s shows nothing, not even in a transaction that is under way', async (_, change) => {
    const carol = await memberOf(app, 'carol');
    const seen = await login.with(claim(carol), async () => {
      const before = await login.meets('SELECT 1 FROM calls');
      await app.sql(change, [carol.userId]);
      return [
        before,
        await login.meets('SELECT 1 FROM calls'),
        await login.meets('SELECT 1 FROM users'),
      ];
    });

    expect(seen).toEqual([1, 0, 0]);
  });
});
