import { startApp, type TestApp } from '../support/app';
import { join, login, password, register, type Person } from '../support/people';
import {
  expectRefused,
  joinAs,
  remove,
  rolesSeenBy,
  said,
  trailOf,
  transfer,
  type Role,
} from '../support/team';

let app: TestApp;
let olga: Person;

beforeAll(async () => {
  app = await startApp();
});
beforeEach(async () => {
  olga = await register(app, 'olga', { tenantName: 'Studio' });
});
afterAll(() => app.close());

const into = (role: Role, name?: string) => joinAs(app, olga, { role, name });

describe('a member who is removed', () => {
  it('is out at once, in every session for this tenant, and keeps the account and other tenants', async () => {
    const alone = await register(app, 'max');
    const max = await join(app, alone, { tenantId: olga.tenantId, role: 'member' });
    const ada = await into('admin');

    const removed = await remove(ada, max);

    expect(removed).toMatchObject({ status: 204, text: '' });
    expect(said(await max.client.get('/calls'))).toEqual([401, 'auth.session_ended']);
    expect((await alone.client.get('/me')).body.tenants).toHaveLength(1);
    expect((await rolesSeenBy(olga))[max.userId]).toBeUndefined();
    expect(await trailOf(app, olga)).toEqual([
      {
        action: 'member.removed',
        actor_id: ada.userId,
        subject_id: max.userId,
        details: { role: 'member' },
      },
    ]);
  });

  it('leaves the numbers he brought to the oldest owner, and the calls on them', async () => {
    const ada = await into('admin');
    await into('owner', 'younger');
    const { body: number } = await ada.client.post('/phone-numbers', { number: '+33612345678' });
    const { body: call } = await ada.client.post('/calls', {
      startedAt: '2025-01-31T09:30:00Z',
      direction: 'inbound',
      status: 'ended',
      phoneNumberId: number.id as string,
    });

    await remove(olga, ada);

    const left = await olga.client.get(`/phone-numbers/${String(number.id)}`);
    expect(left.body.ownerId).toBe(olga.userId);
    expect((await olga.client.get(`/calls/${String(call.id)}`)).body.phoneNumberId).toBe(number.id);
  });

  it('can come back', async () => {
    const max = await into('admin', 'max');
    await remove(olga, max);

    const back = await join(app, await login(app, max.email), {
      tenantId: olga.tenantId,
      role: 'member',
    });

    expect((await back.client.get('/tenant')).body.id).toBe(olga.tenantId);
    expect((await rolesSeenBy(olga))[max.userId]).toBe('member');
    expect((await max.client.get('/tenant')).status).toBe(401);
  });

  it('is no owner when an admin asks, and nobody when a member does', async () => {
    const [ada, max, second] = [await into('admin'), await into('member'), await into('owner')];

    await expectRefused(app, () => remove(ada, second), 403, 'member.owner_required');
    await expectRefused(app, () => remove(max, ada), 403, 'auth.role_too_low');
    expect((await remove(max, ada)).body.requiredRole).toBe('admin');
  });
});

describe('leaving', () => {
  it.each(['member', 'admin', 'owner'] as const)('is open to every %s', async (role) => {
    const person = await into(role);

    const left = await remove(person, person);

    expect(left.status).toBe(204);
    expect((await person.client.get('/me')).status).toBe(401);
    expect(Object.keys(await rolesSeenBy(olga))).toEqual([olga.userId]);
    expect(await trailOf(app, olga)).toEqual([
      {
        action: 'member.left',
        actor_id: person.userId,
        subject_id: person.userId,
        details: { role },
      },
    ]);
  });

  it('the only tenant leads to a new one at the next login, and the account can still be deleted', async () => {
    const max = await register(app, 'max');
    const inside = await join(app, max, { tenantId: olga.tenantId, role: 'member' });
    await max.client.delete('/tenant', { password, confirm: 'max' });
    await remove(inside, inside);

    const again = await login(app, max.email);

    expect(again.tenantId).not.toBe(olga.tenantId);
    expect((await again.client.delete('/me', { password })).status).toBe(204);
    expect(await app.sql('SELECT 1 FROM users WHERE id = $1', [max.userId])).toEqual([]);
  });
});

describe('handing the tenant over', () => {
  it('makes the member an owner and the owner an admin, in one step', async () => {
    const max = await into('member');

    const done = await transfer(olga, max);

    expect(done).toMatchObject({ status: 204, text: '' });
    expect(await rolesSeenBy(olga)).toEqual({ [olga.userId]: 'admin', [max.userId]: 'owner' });
    expect(await trailOf(app, olga)).toEqual([
      { action: 'tenant.transferred', actor_id: olga.userId, subject_id: max.userId, details: {} },
    ]);
    expect((await olga.client.delete('/me', { password })).status).toBe(204);
  });

  it('needs the password, a member other than oneself, and an owner who asks', async () => {
    const [ada, max] = [await into('admin'), await into('member')];
    const loud = { ...olga, userId: olga.userId.toUpperCase() };

    await expectRefused(app, () => transfer(olga, max, 'not it'), 403, 'auth.password_wrong');
    await expectRefused(app, () => transfer(olga, olga), 400, 'request.invalid');
    await expectRefused(app, () => transfer(olga, loud), 400, 'request.invalid');
    await expectRefused(app, () => transfer(ada, ada), 403, 'auth.role_too_low');
    expect((await transfer(ada, ada)).body.requiredRole).toBe('owner');
    await expectRefused(app, () => transfer(max, max), 403, 'auth.role_too_low');
  });
});

describe('the tenant itself', () => {
  it('has its renaming and deletion in the trail, which outlives it', async () => {
    await olga.client.patch('/tenant', { name: 'Atelier' });
    await olga.client.delete('/tenant', { password, confirm: 'Atelier' });

    const events = await trailOf(app, olga);

    expect(events.map(({ action }) => action)).toEqual(['tenant.renamed', 'tenant.deleted']);
    expect(JSON.stringify(events)).not.toMatch(/Studio|Atelier/);
  });
});
