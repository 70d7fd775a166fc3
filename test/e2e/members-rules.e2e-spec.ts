import { startApp, type TestApp } from '../support/app';
import type { Answer } from '../support/client';
import { password, register, type Person } from '../support/people';
import { claim, LoginSession, sessionIdOf } from '../support/plane-session';
import { joinAs, remove, setRole, type Role } from '../support/team';

let app: TestApp;
let login: LoginSession;
let olga: Person;

beforeAll(async () => {
  app = await startApp();
  login = await LoginSession.open(app);
});
beforeEach(async () => {
  olga = await register(app, 'olga', { tenantName: 'Studio' });
});
afterAll(async () => {
  await login.close();
  await app.close();
});

const into = (role: Role, name?: string) => joinAs(app, olga, { role, name });
const owners = async () =>
  app.sql(`SELECT user_id FROM memberships WHERE tenant_id = $1 AND role = 'owner'`, [
    olga.tenantId,
  ]);
const codes = (answers: Answer[]) =>
  answers.map(({ status, body }) => [status, body?.code as string | undefined]).toSorted();

describe('the last owner', () => {
  it.each([
    ['steps down', () => setRole(olga, olga, 'admin')],
    ['leaves', () => remove(olga, olga)],
    ['deletes the account', () => olga.client.delete('/me', { password })],
  ])('is told whom to promote first when he %s', async (_, goes) => {
    const max = await into('member', 'max');

    const refused = await goes();

    expect(refused).toMatchObject({ status: 409, body: { code: 'tenant.last_owner' } });
    expect(refused.body.tenant).toEqual({ id: olga.tenantId, name: 'Studio' });
    expect(refused.body.candidates).toEqual([{ id: max.userId, name: 'max', email: max.email }]);
    expect(await owners()).toEqual([{ user_id: olga.userId }]);
  });

  it('does not lose everything by leaving a tenant alone', async () => {
    await olga.client.post('/phone-numbers', { number: '+33612345678' });

    for (const refused of [await remove(olga, olga), await setRole(olga, olga, 'admin')]) {
      expect(refused).toMatchObject({ status: 409, body: { code: 'tenant.last_member' } });
      expect(refused.body.tenant).toEqual({ id: olga.tenantId, name: 'Studio' });
    }
    expect((await olga.client.get('/phone-numbers')).body.items).toHaveLength(1);
  });

  it('is not taken for the last while another owner is beyond the first hundred members', async () => {
    await app.sql(
      `WITH people AS (
         INSERT INTO users (id, email, password_hash)
         SELECT id, id || '@example.com', 'x' FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, 120)) made
         RETURNING id)
       INSERT INTO memberships (tenant_id, user_id, role) SELECT $1, id, 'member' FROM people`,
      [olga.tenantId],
    );
    const paul = await into('owner', 'paul');

    const preview = await olga.client.get('/me/deletion-preview');
    const gone = await olga.client.delete('/me', { password });

    expect(preview.body).toMatchObject({ possible: true, kept: [{ id: olga.tenantId }] });
    expect(gone.status).toBe(204);
    expect(await owners()).toEqual([{ user_id: paul.userId }]);
  });

  it('can delete the account after handing over', async () => {
    const max = await into('member', 'max');
    await setRole(olga, max, 'owner');

    const gone = await olga.client.delete('/me', { password });

    expect(gone.status).toBe(204);
    expect(await owners()).toEqual([{ user_id: max.userId }]);
  });
});

describe('two owners at the same moment', () => {
  const both = (first: Promise<Answer>, second: Promise<Answer>) => Promise.all([first, second]);

  it.each([1, 2, 3, 4, 5])('who demote each other: exactly one succeeds (%i)', async () => {
    const paul = await into('owner', 'paul');

    const answers = await both(setRole(olga, paul, 'member'), setRole(paul, olga, 'member'));

    expect(codes(answers)).toEqual([
      [200, undefined],
      [403, 'auth.role_too_low'],
    ]);
    expect(await owners()).toHaveLength(1);
  });

  it.each([1, 2, 3, 4, 5])('who leave: exactly one succeeds (%i)', async () => {
    const paul = await into('owner', 'paul');
    await into('member');

    const answers = await both(remove(olga, olga), remove(paul, paul));

    expect(codes(answers)).toEqual([
      [204, undefined],
      [409, 'tenant.last_owner'],
    ]);
    expect(await owners()).toHaveLength(1);
  });

  it('of whom one steps down and the other deletes the account: one owner stays', async () => {
    const paul = await into('owner', 'paul');

    const answers = await both(
      setRole(olga, olga, 'member'),
      paul.client.delete('/me', { password }),
    );

    expect(answers.map(({ status }) => status).filter((status) => status === 409)).toHaveLength(1);
    expect(await owners()).toHaveLength(1);
  });

  it('of whom one removes the other, who removes him: exactly one stays', async () => {
    const paul = await into('owner', 'paul');

    const answers = await both(remove(olga, paul), remove(paul, olga));

    const statuses = answers.map(({ status }) => status).toSorted();
    expect(statuses[0]).toBe(204);
    expect([401, 404]).toContain(statuses[1]);
    expect(await owners()).toHaveLength(1);
  });
});

describe('SQL injected into a query', () => {
  const as = (who: Person, sql: string, ...values: unknown[]) =>
    login.with(claim({ ...who, sessionId: sessionIdOf(who) }), () => login.meets(sql, values));

  it.each([
    ['UPDATE memberships SET role = $$owner$$'],
    ['DELETE FROM memberships'],
    [
      'INSERT INTO memberships (tenant_id, user_id, role) SELECT tenant_id, user_id, role FROM memberships',
    ],
    ['SELECT ava.own_role_locked()'],
  ])('of an owner cannot %s past the functions', async (sql) => {
    expect(await as(olga, sql)).toBe('42501');
  });

  it('of a member promotes nobody and removes nobody but himself', async () => {
    const [max, ada] = [await into('member', 'max'), await into('admin', 'ada')];

    expect([
      await as(max, 'SELECT ava.set_member_role($1, $$owner$$)', max.userId),
      await as(max, 'SELECT ava.set_member_role($1, $$member$$)', ada.userId),
      await as(max, 'SELECT ava.transfer_tenant($1)', max.userId),
      await as(max, 'SELECT ava.remove_member($1)', ada.userId),
      await as(max, 'SELECT ava.remove_member($1)', max.userId),
    ]).toEqual(['AVA05', 'AVA05', 'AVA05', 'AVA05', 1]);
  });

  it('of an admin touches no owner and makes none', async () => {
    const ada = await into('admin', 'ada');

    expect([
      await as(ada, 'SELECT ava.set_member_role($1, $$owner$$)', ada.userId),
      await as(ada, 'SELECT ava.set_member_role($1, $$member$$)', olga.userId),
      await as(ada, 'SELECT ava.transfer_tenant($1)', ada.userId),
      await as(ada, 'SELECT ava.remove_member($1)', olga.userId),
    ]).toEqual(['AVA06', 'AVA06', 'AVA05', 'AVA06']);
  });

  it('sees and changes nobody of another tenant, whatever tenant it claims', async () => {
    const bob = await register(app, 'bob');
    const claimed = { ...olga, tenantId: bob.tenantId };

    expect([
      await as(olga, 'SELECT 1 FROM ava.member($1)', bob.userId),
      await as(olga, 'SELECT ava.set_member_role($1, $$member$$)', bob.userId),
      await as(olga, 'SELECT ava.remove_member($1)', bob.userId),
      await as(claimed, 'SELECT 1 FROM ava.members(NULL, NULL, 100)'),
      await as(claimed, 'SELECT ava.remove_member($1)', bob.userId),
    ]).toEqual([0, 'AVA08', 'AVA08', 0, '42501']);
  });

  it('of a member who was removed sees no member and stays out', async () => {
    const max = await into('member', 'max');
    await remove(olga, max);

    expect([
      await as(max, 'SELECT 1 FROM ava.members(NULL, NULL, 100)'),
      await as(max, 'SELECT ava.remove_member($1)', max.userId),
    ]).toEqual([0, '42501']);
  });
});
