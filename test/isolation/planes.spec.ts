import { tables } from '../../src/kernel/database/planes';
import { startApp, type TestApp } from '../support/app';
import {
  claim,
  LoginSession,
  memberOf,
  ownerOf,
  proof,
  type Member,
} from '../support/plane-session';

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

describe('the tenant plane with a true context', () => {
  it.each(names)('shows rows of its own tenant or user only, of %s', async (table) => {
    const [column, mine] = ownerOf(table, alice);

    const owners = await login.with(claim(alice), () =>
      login.query<{ owner: string }>(`SELECT DISTINCT ${column} AS owner FROM ${table}`),
    );

    expect(owners).toEqual([{ owner: mine }]);
  });

  it('writes no row into another tenant, moves none there and takes none from there', async () => {
    const met = await login.with(claim(alice), async () => [
      await login.meets('INSERT INTO calls (tenant_id, id) VALUES ($1, gen_random_uuid())', [
        bob.tenantId,
      ]),
      await login.meets(
        'INSERT INTO phone_numbers (tenant_id, id, org_id, number) VALUES ($1, gen_random_uuid(), $2, $$1$$)',
        [bob.tenantId, bob.userId],
      ),
      await login.meets('UPDATE calls SET tenant_id = $1', [bob.tenantId]),
      await login.meets('UPDATE calls SET notes = $$x$$ WHERE tenant_id = $1', [bob.tenantId]),
      await login.meets('DELETE FROM calls WHERE tenant_id = $1', [bob.tenantId]),
      await login.meets('DELETE FROM tenants WHERE id = $1', [bob.tenantId]),
      await login.meets('UPDATE users SET name = $$x$$ WHERE id = $1', [bob.userId]),
    ]);

    expect(met).toEqual([denied, denied, denied, 0, 0, 0, 0]);
  });

  it.each([
    [
      'names another tenant in the same statement',
      `SELECT transcript FROM calls WHERE set_config('ava.tenant_id', $1, true) IS NOT NULL`,
    ],
    [
      'names it in a sub-select',
      `SELECT c.transcript FROM (SELECT set_config('ava.tenant_id', $1, true) OFFSET 0) x, calls c`,
    ],
    [
      'runs SQL from text',
      `SELECT set_config('ava.tenant_id', $1, true), query_to_xml('SELECT transcript FROM calls', true, true, '')::text AS x`,
    ],
    [
      'changes the plane and runs SQL from text',
      `SELECT set_config('role', 'ava_identity', true), set_config('ava.identity_user', $1, true),
              query_to_xml('SELECT email, password_hash FROM users', true, true, '')::text AS x`,
    ],
    [
      'becomes an operator and runs SQL from text',
      `SELECT set_config('role', 'ava_operator', true), $1::text, query_to_xml('SELECT email FROM users', true, true, '')::text AS x`,
    ],
  ])('keeps injected SQL out that %s', async (_, statement) => {
    const rows = await login.with(claim(alice), () =>
      login.query(statement, [statement.includes('identity') ? bob.userId : bob.tenantId]),
    );

    const text = JSON.stringify(rows);
    expect(text).not.toMatch(/words of bob|bob\.\d|argon2|alice\.\d/);
  });

  it('cannot read password hashes, refresh hashes or the operator flag', async () => {
    const met = await login.with(claim(alice), async () => [
      await login.meets('SELECT password_hash FROM users'),
      await login.meets('SELECT refresh_hash FROM sessions'),
      await login.meets('SELECT operator FROM users'),
      await login.meets('UPDATE users SET operator = true'),
      await login.meets('UPDATE tenants SET suspended_at = NULL'),
      await login.meets('UPDATE memberships SET role = $$owner$$'),
    ]);

    expect(met).toEqual(Array.from({ length: 6 }, () => denied));
  });
});

describe('the identity plane', () => {
  const identity = (shown: string, person: string) => ({
    role: 'ava_identity',
    'ava.server_proof': shown,
    'ava.identity_user': person,
  });
  const secrets = ['vapi_api_key', 'twilio_account_sid', 'twilio_auth_token'];

  it.each(['', 'guess', 'A'.repeat(43)])('does not open for the proof %j', async (shown) => {
    const met = await login.with(identity(shown, bob.userId), async () => [
      await login.meets('SELECT email FROM users'),
      await login.meets('SELECT 1 FROM sessions'),
      await login.meets('SELECT 1 FROM memberships'),
      await login.meets(
        'SELECT id FROM ava.find_account($$bob.2@example.com$$) WHERE id IS NOT NULL',
      ),
      await login.meets('SELECT 1 FROM ava.my_tenants()'),
      await login.meets('SELECT 1 FROM ava.others_in($1)', [bob.tenantId]),
      await login.meets('SELECT 1 WHERE ava.session_owner($1) IS NOT NULL', [bob.sessionId]),
      await login.meets('SELECT ava.open_tenant(gen_random_uuid(), $$x$$)'),
      await login.meets(
        `INSERT INTO sessions (id, user_id, tenant_id, refresh_hash, expires_at) VALUES (gen_random_uuid(), $1, $2, '', 'infinity')`,
        [bob.userId, bob.tenantId],
      ),
    ]);
    const entered = await login.with({}, () =>
      login.meets('SELECT ava.enter_identity($1, $2, $$1000$$)', [shown, bob.userId]),
    );

    expect(met).toEqual([0, 0, 0, 0, 0, 0, 0, denied, denied]);
    expect(entered).toBe('AVA03');
  });

  it('shows the rows of the one person it was opened for', async () => {
    const rows = await login.with(identity(proof, bob.userId), () =>
      login.query<{ id: string }>(
        'SELECT id FROM users UNION ALL SELECT user_id FROM sessions UNION ALL SELECT user_id FROM memberships',
      ),
    );

    expect(new Set(rows.map(({ id }) => id))).toEqual(new Set([bob.userId]));
  });

  it('reads no provider credential and nothing of a tenant', async () => {
    const met = await login.with(identity(proof, bob.userId), async () => {
      const all: (number | string)[] = [];
      for (const column of secrets) all.push(await login.meets(`SELECT ${column} FROM users`));
      for (const table of ['calls', 'phone_numbers', 'ava_profiles', 'tenants']) {
        all.push(await login.meets(`SELECT 1 FROM ${table}`));
      }
      return all;
    });

    expect(met).toEqual(Array.from({ length: 7 }, () => denied));
  });
});

describe('the operator plane', () => {
  const asOperator = async (who: Member, work: () => Promise<(number | string)[]>) => {
    await app.sql('UPDATE users SET operator = true WHERE id = $1', [who.userId]);
    const met = await login.with(claim(who, 'ava_operator'), work);
    await app.sql('UPDATE users SET operator = false WHERE id = $1', [who.userId]);
    return met;
  };

  it('shows nothing to somebody who is no operator', async () => {
    const met = await login.with(claim(alice, 'ava_operator'), () =>
      login.meets('SELECT id FROM tenants'),
    );

    expect(met).toBe(0);
  });

  it('shows who there is, in every tenant', async () => {
    const met = await asOperator(alice, async () => [
      await login.meets('SELECT id, name, suspended_at FROM tenants WHERE id = $1', [bob.tenantId]),
      await login.meets('SELECT id, email FROM users WHERE id = $1', [bob.userId]),
      await login.meets('SELECT id, status, duration_seconds FROM calls WHERE tenant_id = $1', [
        bob.tenantId,
      ]),
    ]);

    expect(met).toEqual([1, 1, 1]);
  });

  it.each([
    ...['transcript', 'summary', 'customer', 'messages', 'notes', 'tags', 'recording_url'].map(
      (c) => [c, 'calls'],
    ),
    ...['number', 'label', 'provider_sid'].map((c) => [c, 'phone_numbers']),
    ...[
      'vapi_api_key',
      'twilio_account_sid',
      'twilio_auth_token',
      'password_hash',
      'onboarding_flags',
    ].map((c) => [c, 'users']),
    ...['instructions', 'first_message', 'name'].map((c) => [c, 'ava_profiles']),
    ...['refresh_hash', 'previous_hash', 'ip'].map((c) => [c, 'sessions']),
    ...['ip', 'details'].map((c) => [c, 'audit_events']),
    ['*', 'calls'],
  ])('does not show %s of %s', async (column, table) => {
    const met = await asOperator(alice, async () => [
      await login.meets(`SELECT ${column} FROM ${table}`),
    ]);

    expect(met).toEqual([denied]);
  });

  it('changes nothing', async () => {
    const met = await asOperator(alice, async () => [
      await login.meets('DELETE FROM calls'),
      await login.meets('UPDATE calls SET status = $$x$$'),
      await login.meets('UPDATE users SET operator = true'),
      await login.meets('DELETE FROM tenants'),
      await login.meets('UPDATE tenants SET suspended_at = now()'),
      await login.meets('UPDATE tenants SET name = $$x$$'),
      await login.meets('UPDATE sessions SET revoked_at = now()'),
      await login.meets('INSERT INTO memberships VALUES ($1, $2, $$owner$$)', [
        bob.tenantId,
        alice.userId,
      ]),
    ]);

    expect(met).toEqual(Array.from({ length: 8 }, () => denied));
  });
});
