import { OperatorDb, TenantDb } from '../../src/kernel/database/tenant-db';
import { startApp, type TestApp } from '../support/app';
import { Client, type Answer } from '../support/client';
import { operatorOf } from '../support/operators';
import { join, login, password, register, type Person } from '../support/people';
import { sessionIdOf } from '../support/plane-session';
import { joinAs, said } from '../support/team';

let app: TestApp;
let olga: Person;
let sue: Person;

const REASON = 'The invoice of March is not paid.';

beforeAll(async () => {
  app = await startApp({ TENANCY_MODE: 'team' });
  olga = await operatorOf(app);
});
beforeEach(async () => {
  sue = await register(app, 'sue', { tenantName: 'Suspended' });
});
afterAll(() => app.close());

const suspend = ({ tenantId }: Pick<Person, 'tenantId'>) =>
  olga.client.post(`/admin/tenants/${tenantId}/suspend`, { reason: REASON });
const resume = ({ tenantId }: Pick<Person, 'tenantId'>) =>
  olga.client.post(`/admin/tenants/${tenantId}/resume`);
const told = ({ status, body }: Answer) => [status, body?.code, body?.reason] as unknown[];
const refusal = [403, 'tenant.suspended', REASON];

describe('a suspended tenant', () => {
  it('tells everybody in it since when and why, and goes on after it', async () => {
    const max = await joinAs(app, sue, { role: 'member' });
    const { body } = await suspend(sue);

    const during = [await sue.client.get('/calls'), await max.client.get('/tenant')];
    const inFrench = await sue.client.get('/calls', { headers: { 'accept-language': 'fr' } });
    await resume(sue);
    const after = [await sue.client.get('/calls'), await max.client.get('/tenant')];

    expect(during.map(told)).toEqual([refusal, refusal]);
    expect(during[0]?.body.suspendedAt).toBe(body.suspendedAt);
    expect(inFrench.body).toMatchObject({ title: 'Le tenant est suspendu', reason: REASON });
    expect(after.map(({ status }) => status)).toEqual([200, 200]);
  });

  it('tells so without a reason when it was suspended by SQL', async () => {
    await app.sql(`UPDATE tenants SET suspended_at = '2025-03-01T09:00Z' WHERE id = $1`, [
      sue.tenantId,
    ]);

    const { body } = await sue.client.get('/calls');

    expect(body).toMatchObject({ reason: null, suspendedAt: '2025-03-01T09:00:00.000Z' });
  });

  it('tells nobody of another tenant', async () => {
    await suspend(sue);
    const stranger = new Client(app.app);
    const removed = await joinAs(app, sue, { role: 'member' });
    await app.sql('DELETE FROM memberships WHERE user_id = $1 AND tenant_id = $2', [
      removed.userId,
      sue.tenantId,
    ]);

    const answers = [
      await stranger.get('/calls'),
      await removed.client.get('/calls'),
      await removed.client.post('/auth/tenant', { tenantId: sue.tenantId }),
    ];

    expect(answers.map(said)).toEqual([
      [401, 'auth.token_missing'],
      [401, 'auth.session_ended'],
      [401, 'auth.session_ended'],
    ]);
    expect(JSON.stringify(answers)).not.toContain('invoice');
  });

  it('loses its rows in the middle of a transaction, and tells why', async () => {
    const who = { ...sue, sessionId: sessionIdOf(sue) };
    const db = app.app.get(TenantDb);

    const working = db.run(who, async (em) => {
      await suspend(sue);
      await em.query(`INSERT INTO calls (tenant_id, id) VALUES ($1, gen_random_uuid())`, [
        sue.tenantId,
      ]);
    });

    await expect(working).rejects.toMatchObject({
      code: 'tenant.suspended',
      extras: { members: { reason: REASON } },
    });
    expect(await app.sql('SELECT 1 FROM calls WHERE tenant_id = $1', [sue.tenantId])).toEqual([]);
  });
});

describe('who works in a suspended tenant', () => {
  it('can log in and is told why; the first tenant that is not suspended is taken', async () => {
    await suspend(sue);
    const alone = await login(app, sue.email);
    const bob = await register(app, 'bob');
    await join(app, bob, { tenantId: sue.tenantId, role: 'owner' });
    await app.sql(
      `UPDATE memberships SET created_at = '2001-01-01' WHERE user_id = $1 AND tenant_id = $2`,
      [bob.userId, sue.tenantId],
    );

    const elsewhere = await login(app, bob.email);

    expect(alone.tenantId).toBe(sue.tenantId);
    expect(told(await alone.client.get('/calls'))).toEqual(refusal);
    expect(elsewhere.tenantId).toBe(bob.tenantId);
    expect((await elsewhere.client.get('/calls')).status).toBe(200);
  });

  it('sees his account and tenants, switches to another, and logs out', async () => {
    const other = await sue.client.post('/tenants', { name: 'Another' });
    await suspend(sue);

    const me = await sue.client.get('/me');
    const tenants = await sue.client.get('/tenants');
    const tenantId = other.body.id as string;
    const there = await sue.client.post('/auth/tenant', { tenantId });
    const calls = await sue.client.as(there.body.accessToken as string).get('/calls');
    const out = await sue.client.post('/auth/logout');

    expect(me.body).toMatchObject({ id: sue.userId, email: sue.email });
    expect(tenants.body.items).toHaveLength(2);
    expect([there.status, calls.status, out.status]).toEqual([200, 200, 204]);
    expect(said(await sue.client.get('/me'))).toEqual([401, 'auth.session_ended']);
  });

  it('deletes the account with the tenant that is left to nobody', async () => {
    await suspend(sue);

    const wrong = await sue.client.delete('/me', { password: 'wrong' });
    const gone = await sue.client.delete('/me', { password });

    expect(said(wrong)).toEqual([403, 'auth.password_wrong']);
    expect(gone.status).toBe(204);
    expect(await app.sql('SELECT 1 FROM tenants WHERE id = $1', [sue.tenantId])).toEqual([]);
  });

  it('sees and ends his sessions, and changes the password', async () => {
    const other = await login(app, sue.email);
    await suspend(sue);
    const newPassword = `${password}!`;

    const { body } = await sue.client.get('/auth/sessions');
    const ended = await sue.client.delete(`/auth/sessions/${sessionIdOf(other)}`);
    const foreign = await sue.client.delete(`/auth/sessions/${sessionIdOf(olga)}`);
    await login(app, sue.email);
    const others = await sue.client.delete('/auth/sessions');
    const left = await sue.client.get('/auth/sessions');
    const changed = await sue.client.post('/auth/password', {
      currentPassword: password,
      newPassword,
    });

    expect(body.items).toHaveLength(2);
    expect([ended.status, others.status, changed.status]).toEqual([204, 204, 204]);
    expect(said(foreign)).toEqual([404, 'session.not_found']);
    expect(left.body.items).toMatchObject([{ id: sessionIdOf(sue), current: true }]);
    expect((await login(app, sue.email, newPassword)).userId).toBe(sue.userId);
  });

  it('is given what is held about him, and told what a deletion does; of keys that they are there', async () => {
    await sue.client.post('/vapi-settings', { apiKey: 'sk_sue_0123456789abcdef' });
    const before = await sue.client.get('/me/export');
    await suspend(sue);

    const { status, body } = await sue.client.get('/me/export');
    const preview = await sue.client.get('/me/deletion-preview');

    expect(status).toBe(200);
    expect(body.account).toMatchObject({ id: sue.userId, email: sue.email });
    expect(body.credentials).toEqual({
      ...before.body.credentials,
      vapi: { ...before.body.credentials.vapi, apiKey: null },
    });
    expect(before.body.credentials.vapi.apiKey).toBe('sk_s…cdef');
    expect(preview.body).toMatchObject({ possible: true, credentials: ['vapi'] });
  });

  it('does nothing else, and without a good token none of this', async () => {
    await suspend(sue);
    const closed = [
      sue.client.patch('/me', { name: 'x' }),
      sue.client.post('/tenants', { name: 'x' }),
      sue.client.get('/vapi-settings'),
      sue.client.delete('/tenant', { password, confirm: 'Suspended' }),
      sue.client.get('/audit'),
    ];

    for (const answer of await Promise.all(closed)) expect(told(answer)).toEqual(refusal);
    const ended = await login(app, sue.email);
    await app.sql('UPDATE sessions SET revoked_at = now() WHERE user_id = $1', [sue.userId]);
    for (const [method, url] of [
      ['GET', '/me'],
      ['GET', '/tenants'],
      ['DELETE', '/me'],
      ['POST', '/auth/tenant'],
      ['POST', '/auth/logout'],
    ] as const) {
      const body = method === 'GET' ? undefined : { password, tenantId: sue.tenantId };
      expect(said(await ended.client.send(method, url, body))).toEqual([401, 'auth.session_ended']);
    }
  });
});

describe('an operator', () => {
  it('whose own tenant is suspended is told so, and acts from another', async () => {
    const oscar = await operatorOf(app, 'oscar');
    const other = await oscar.client.post('/tenants', { name: 'Another' });
    await suspend(oscar);

    const refused = await oscar.client.get('/admin/tenants');
    const tenantId = other.body.id as string;
    const there = await oscar.client.post('/auth/tenant', { tenantId });
    const acting = oscar.client.as(there.body.accessToken as string);

    expect(told(refused)).toEqual(refusal);
    expect((await acting.post(`/admin/tenants/${oscar.tenantId}/resume`)).status).toBe(200);
  });

  it('who is one no more in the middle of an act does nothing, and is told so', async () => {
    const otto = await operatorOf(app, 'otto');
    const who = { ...otto, sessionId: sessionIdOf(otto) };

    const acting = app.app.get(OperatorDb).run(who, async (em) => {
      await em.query(`SELECT ava.suspend_tenant($1, 'x')`, [sue.tenantId]);
      await app.sql('UPDATE users SET operator = false WHERE id = $1', [otto.userId]);
      await em.query(
        `INSERT INTO audit_events (id, action) VALUES (gen_random_uuid(), 'test.write')`,
      );
    });

    await expect(acting).rejects.toMatchObject({ code: 'operator.required' });
    expect((await sue.client.get('/calls')).status).toBe(200);
  });
});
