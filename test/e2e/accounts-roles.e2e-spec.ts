import { startApp, type TestApp } from '../support/app';
import { rowsOf } from '../support/catalogue';
import { join, password, register, type Person } from '../support/people';

let app: TestApp;
let olga: Person;
let member: Person;
let admin: Person;
let callId: string;
let numberId: string;

beforeAll(async () => {
  app = await startApp();
  olga = await register(app, 'olga', { tenantName: 'Studio' });
  const call = { startedAt: '2025-01-31T09:30:00Z', direction: 'inbound', status: 'ended' };
  callId = (await olga.client.post('/calls', call)).body.id as string;
  numberId = (await olga.client.post('/phone-numbers', { number: '+33612345678' })).body
    .id as string;
  const { tenantId } = olga;
  member = await join(app, await register(app, 'max'), { tenantId, role: 'member' });
  admin = await join(app, await register(app, 'ada'), { tenantId, role: 'admin' });
});
afterAll(() => app.close());

const profile = { name: 'Eva', voice: 'nova', tone: 'warm' };
const forAdmins = [
  ['PATCH', '/tenant', { name: 'Mine now' }],
  ['PUT', '/ava-profile', profile],
  ['PATCH', '/ava-profile', { name: 'Eva' }],
  ['POST', '/phone-numbers', { number: '+33612345679' }],
  ['PATCH', '/phone-numbers/NUMBER', { label: 'Mine' }],
  ['PATCH', '/calls/CALL', { notes: 'mine' }],
  ['DELETE', '/phone-numbers/NUMBER', undefined],
  ['DELETE', '/calls/CALL', undefined],
] as const;
const forOwners = [['DELETE', '/tenant', { password, confirm: 'Studio' }]] as const;

const filled = (url: string) => url.replace('NUMBER', numberId).replace('CALL', callId);
const state = () => rowsOf(app.database.adminUrl, ['sessions']);

describe('a member', () => {
  it.each([...forAdmins, ...forOwners])('may not %s %s, and nothing changes', async (...it) => {
    const [method, url, body] = it;
    const before = await state();

    const answer = await member.client.send(method, filled(url), body);

    expect(answer.status).toBe(403);
    const requiredRole =
      forOwners.some(([, path]) => path === url) && method === 'DELETE' ? 'owner' : 'admin';
    expect(answer.body).toMatchObject({ code: 'auth.role_too_low', requiredRole });
    expect(await state()).toEqual(before);
  });

  it.each([
    '/tenant',
    '/ava-profile',
    '/calls',
    '/calls/CALL',
    '/phone-numbers',
    '/phone-numbers/NUMBER',
  ])('may read %s', async (url) => {
    expect((await member.client.get(filled(url))).status).toBe(200);
  });

  it('hears of his role before of what there is', async () => {
    const absent = '/calls/00000000-0000-4000-8000-000000000000';

    const answer = await member.client.delete(absent);

    expect(answer.status).toBe(403);
  });
});

describe('an admin', () => {
  it.each(forOwners)('may not %s %s', async (method, url, body) => {
    const before = await state();

    const answer = await admin.client.send(method, url, body);

    expect(answer.status).toBe(403);
    expect(await state()).toEqual(before);
  });

  it('is a member at the next request once the role is taken away', async () => {
    const { client, userId } = admin;
    const setRole = (role: string) =>
      app.sql('UPDATE memberships SET role = $3 WHERE tenant_id = $1 AND user_id = $2', [
        olga.tenantId,
        userId,
        role,
      ]);

    await setRole('member');
    const asMember = await client.patch('/tenant', { name: 'Mine now' });
    await setRole('admin');
    const asAdmin = await client.patch('/tenant', { name: 'Studio' });

    expect([asMember.status, asAdmin.status]).toEqual([403, 200]);
  });

  it.each(forAdmins)('may %s %s', async (method, url, body) => {
    const answer = await admin.client.send(method, filled(url), body);

    expect([200, 201, 204]).toContain(answer.status);
  });
});

describe('an owner', () => {
  it('may DELETE /tenant', async () => {
    const { name } = (await olga.client.get('/tenant')).body as { name: string };

    const answer = await olga.client.delete('/tenant', { password, confirm: name });

    expect(answer.status).toBe(204);
  });
});
