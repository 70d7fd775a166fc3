import { randomUUID } from 'node:crypto';
import { startApp, type TestApp } from '../support/app';
import { rowsOf } from '../support/catalogue';
import { join, password, register, type Person } from '../support/people';

let app: TestApp;
let alice: Person;
let bob: Person;

beforeAll(async () => {
  app = await startApp();
});
beforeEach(async () => {
  alice = await register(app, 'alice', { tenantName: 'Atelier Alice' });
  bob = await register(app, 'bob', { tenantName: 'Bureau Bob' });
});
afterAll(() => app.close());

const into = (person: Person, role: 'owner' | 'admin' | 'member' = 'member') =>
  join(app, person, { tenantId: alice.tenantId, role });

describe('the tenants of a person', () => {
  it('are those the person belongs to, oldest first, with the role in each', async () => {
    const bobInAlices = await into(bob, 'admin');
    const expected = [
      { id: bob.tenantId, name: 'Bureau Bob', role: 'owner' },
      { id: alice.tenantId, name: 'Atelier Alice', role: 'admin' },
    ];

    for (const { client } of [bob, bobInAlices]) {
      expect((await client.get('/tenants')).body).toEqual({ items: expected, nextCursor: null });
    }
    expect((await alice.client.get('/tenants')).body.items).toEqual([
      { id: alice.tenantId, name: 'Atelier Alice', role: 'owner' },
    ]);
  });
});

describe('the tenant', () => {
  it('is that of the token, with the number of its people', async () => {
    expect((await alice.client.get('/tenant')).body).toEqual({
      id: alice.tenantId,
      name: 'Atelier Alice',
      mode: 'solo',
      memberCount: 1,
      createdAt: expect.any(String),
    });

    const bobInAlices = await into(bob);

    expect((await alice.client.get('/tenant')).body.memberCount).toBe(2);
    expect((await bobInAlices.client.get('/tenant')).body).toMatchObject({
      id: alice.tenantId,
      memberCount: 2,
    });
    expect((await bob.client.get('/tenant')).body).toMatchObject({
      id: bob.tenantId,
      memberCount: 1,
    });
  });

  it('is renamed for all of its people, and for no other tenant', async () => {
    const admin = await into(bob, 'admin');

    const renamed = await admin.client.patch('/tenant', { name: 'Atelier Zoé 🎨' });

    expect(renamed.body).toMatchObject({ id: alice.tenantId, name: 'Atelier Zoé 🎨' });
    expect((await alice.client.get('/tenant')).body).toEqual(renamed.body);
    expect((await bob.client.get('/tenant')).body.name).toBe('Bureau Bob');
  });

  it('takes its new name only', async () => {
    const before = await rowsOf(app.database.adminUrl);

    for (const body of [{}, { name: '' }, { name: ' ' }, { name: 'x', id: bob.tenantId }]) {
      expect((await alice.client.patch('/tenant', body)).status).toBe(400);
    }

    expect(await rowsOf(app.database.adminUrl)).toEqual(before);
  });
});

describe('deleting the tenant', () => {
  it.each([
    [{ password: 'not the password', confirm: 'Atelier Alice' }, 403, 'auth.password_wrong'],
    [{ password, confirm: 'atelier alice' }, 400, 'request.invalid'],
    [{ password, confirm: 'Bureau Bob' }, 400, 'request.invalid'],
    [{ password }, 400, 'request.invalid'],
    [{ confirm: 'Atelier Alice' }, 400, 'request.invalid'],
    [undefined, 400, 'request.invalid'],
  ])('with %j is refused and removes nothing', async (body, status, code) => {
    const before = await rowsOf(app.database.adminUrl);

    const refused = await alice.client.delete('/tenant', body);

    expect(refused).toMatchObject({ status, body: { code } });
    expect(await rowsOf(app.database.adminUrl)).toEqual(before);
  });

  it('says that the name differs, not what it is', async () => {
    const refused = await alice.client.delete('/tenant', { password, confirm: 'x' });

    expect(refused.body.errors).toMatchObject([{ field: 'confirm', code: 'tenant.name_mismatch' }]);
    expect(refused.text).not.toContain('Atelier');
  });

  it('is the owner’s alone', async () => {
    for (const role of ['admin', 'member'] as const) {
      const other = await into(await register(app, 'carol'), role);

      const refused = await other.client.delete('/tenant', { password, confirm: 'Atelier Alice' });

      expect(refused).toMatchObject({ status: 403, body: { code: 'auth.role_too_low' } });
    }
    expect((await alice.client.get('/tenant')).status).toBe(200);
  });

  it('ends every token for it, while its people keep their accounts and other tenants', async () => {
    const bobInAlices = await into(bob);

    const deleted = await alice.client.delete('/tenant', { password, confirm: 'Atelier Alice' });

    expect(deleted).toMatchObject({ status: 204, text: '' });
    for (const { client } of [alice, bobInAlices]) {
      expect((await client.get('/tenant')).body).toMatchObject({ code: 'auth.session_ended' });
    }
    expect((await bob.client.get('/tenants')).body.items).toEqual([
      { id: bob.tenantId, name: 'Bureau Bob', role: 'owner' },
    ]);
    expect(await app.sql('SELECT 1 FROM users WHERE id = $1', [alice.userId])).toHaveLength(1);
  });
});

describe('switching to a tenant', () => {
  it('that is not one’s own is 404, like one that does not exist', async () => {
    const before = await rowsOf(app.database.adminUrl);

    const foreign = await alice.client.post('/auth/tenant', { tenantId: bob.tenantId });
    const absent = await alice.client.post('/auth/tenant', { tenantId: randomUUID() });

    expect(foreign).toMatchObject({ status: 404, body: { code: 'tenant.not_found' } });
    expect({ ...foreign.body, requestId: '' }).toEqual({ ...absent.body, requestId: '' });
    expect(await rowsOf(app.database.adminUrl)).toEqual(before);
  });

  it('gives a token for that one and leaves the one at hand as it is', async () => {
    const bobInAlices = await into(bob);

    expect((await bobInAlices.client.get('/tenant')).body.id).toBe(alice.tenantId);
    expect((await bob.client.get('/tenant')).body.id).toBe(bob.tenantId);
  });

  it('is over at once for who no longer belongs to it', async () => {
    const bobInAlices = await into(bob);

    await app.sql('DELETE FROM memberships WHERE tenant_id = $1 AND user_id = $2', [
      alice.tenantId,
      bob.userId,
    ]);

    expect((await bobInAlices.client.get('/tenant')).status).toBe(401);
    expect((await bob.client.post('/auth/tenant', { tenantId: alice.tenantId })).status).toBe(404);
    expect((await bob.client.get('/tenant')).status).toBe(200);
  });
});

// The last one: passport keeps one strategy a process, that of the newest application.
describe('an installation in team mode', () => {
  it('says so of its tenants', async () => {
    const team = await startApp({ TENANCY_MODE: 'team' });
    const carol = await register(team, 'carol');

    const shown = await carol.client.get('/tenant');
    await team.close();

    expect(shown.body.mode).toBe('team');
  });
});
