import { randomUUID } from 'node:crypto';
import { startApp, type TestApp } from '../support/app';
import { rowsOf } from '../support/catalogue';
import { eventsSeenBy, operatorOf } from '../support/operators';
import { register, type Person } from '../support/people';
import { joinAs, said } from '../support/team';

let app: TestApp;
let olga: Person;
let alice: Person;
let bob: Person;

beforeAll(async () => {
  app = await startApp();
  olga = await operatorOf(app);
  alice = await register(app, 'alice', { tenantName: 'Atelier 100%_Alice' });
  bob = await register(app, 'bob', { tenantName: 'Bureau Bob' });
});
afterAll(() => app.close());

const search = async (query = ''): Promise<{ id: string; name: string }[]> =>
  (await olga.client.get(`/admin/tenants?limit=100${query}`)).body.items as [];
const found = async (query: string) => (await search(query)).map(({ id }) => id);
const call = (startedAt: string) => ({ startedAt, direction: 'inbound', status: 'ended' });

describe('GET /admin/tenants', () => {
  it('shows who, when and how much, the newest tenant first', async () => {
    await joinAs(app, alice, { role: 'admin' });
    await alice.client.post('/phone-numbers', { number: '+33612100067' });
    await alice.client.post('/calls', call('2025-01-31T09:30:00Z'));
    await alice.client.post('/calls', call('2025-01-30T09:30:00Z'));

    const items = await search(`&id=${alice.tenantId}`);
    const all = await search();

    expect(items).toEqual([
      {
        id: alice.tenantId,
        name: 'Atelier 100%_Alice',
        state: 'active',
        suspendedAt: null,
        suspendedReason: null,
        createdAt: expect.any(String) as string,
        memberCount: 2,
        phoneNumberCount: 1,
        callCount: 2,
        lastCallAt: '2025-01-31T09:30:00.000Z',
      },
    ]);
    const ours = [olga, alice, bob].map(({ tenantId }) => tenantId);
    expect(all.map(({ id }) => id).filter((id) => ours.includes(id))).toEqual(ours.toReversed());
  });

  it('finds by the beginning of a name, by id, by the address of a member and by state', async () => {
    await app.sql('UPDATE tenants SET suspended_at = now() WHERE id = $1', [bob.tenantId]);
    const max = await joinAs(app, alice, { role: 'member', name: 'max' });

    expect(await found('&name=aTELIER%20100%25_')).toEqual([alice.tenantId]);
    expect(await found('&name=Atelier%20100_')).toEqual([]);
    expect(await found('&name=Alice')).toEqual([]);
    expect(await found(`&id=${bob.tenantId}`)).toEqual([bob.tenantId]);
    expect(await found(`&id=${randomUUID()}`)).toEqual([]);
    expect(await found(`&memberEmail=${max.email.toUpperCase()}`)).toContain(alice.tenantId);
    expect(await found(`&memberEmail=${max.email}&name=atelier`)).toEqual([alice.tenantId]);
    expect(await found('&memberEmail=nobody@example.com')).toEqual([]);
    expect(await found('&state=suspended')).toEqual([bob.tenantId]);
    expect(await found('&state=active')).not.toContain(bob.tenantId);
    await app.sql('UPDATE tenants SET suspended_at = NULL WHERE id = $1', [bob.tenantId]);
  });

  it('goes page by page through all of them, each once', async () => {
    const pages: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const from: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body } = await olga.client.get(`/admin/tenants?limit=2${from}`);
      pages.push(...(body.items as { id: string }[]).map(({ id }) => id));
      cursor = body.nextCursor as string | null;
    }

    expect(pages).toEqual(await found(''));
    expect(pages.length).toBeGreaterThan(3);
  });

  it('refuses the cursor of another search or list', async () => {
    const { body } = await olga.client.get('/admin/tenants?limit=1');
    const cursor = body.nextCursor as string;

    for (const list of ['tenants?state=active&', 'tenants?name=a&', 'users?', 'audit?', 'jobs?']) {
      const answer = await olga.client.get(`/admin/${list}cursor=${cursor}`);
      expect(said(answer)).toEqual([400, 'cursor.invalid']);
    }
  });
});

describe('GET /admin/tenants/:id', () => {
  it('names the owners, and is told in the trail of the tenant', async () => {
    const { status, body } = await olga.client.get(`/admin/tenants/${alice.tenantId}`);

    const [event] = await eventsSeenBy(alice);
    expect(status).toBe(200);
    expect(body.owners).toEqual([{ id: alice.userId, name: 'alice', email: alice.email }]);
    expect(event).toMatchObject({
      action: 'operator.tenant_viewed',
      actor: { kind: 'operator', id: null, name: null, email: null },
      target: alice.tenantId,
      subjectId: null,
      ip: null,
    });
    expect(await eventsSeenBy(bob)).toEqual([]);
  });

  it('is 404 for none, and leaves no trace', async () => {
    const before = await rowsOf(app.database.adminUrl);

    const answer = await olga.client.get(`/admin/tenants/${randomUUID()}`);

    expect(said(answer)).toEqual([404, 'tenant.not_found']);
    expect(await rowsOf(app.database.adminUrl)).toEqual(before);
  });
});

describe('suspend and resume', () => {
  const suspend = (id: string, reason = 'Not paid.') =>
    olga.client.post(`/admin/tenants/${id}/suspend`, { reason });
  const resume = (id: string) => olga.client.post(`/admin/tenants/${id}/resume`);
  const acts = async (who: Person) =>
    (await eventsSeenBy(who, '&action=operator.tenant_'))
      .filter(({ action }) => !action.endsWith('viewed'))
      .map(({ action, details }) => [action, details.reason]);

  it('change the tenant once, and are told in its trail as often as they changed it', async () => {
    const carol = await register(app, 'carol');
    const first = await suspend(carol.tenantId);
    const again = await suspend(carol.tenantId);
    const other = await suspend(carol.tenantId, 'Asked by the police.');
    const back = await resume(carol.tenantId);
    const backAgain = await resume(carol.tenantId);

    expect(first.body).toMatchObject({ state: 'suspended', suspendedReason: 'Not paid.' });
    expect(again.body).toEqual(first.body);
    expect(other.body).toEqual({ ...first.body, suspendedReason: 'Asked by the police.' });
    expect(back.body).toMatchObject({
      state: 'active',
      suspendedAt: null,
      suspendedReason: null,
    });
    expect([backAgain.status, backAgain.body]).toEqual([200, back.body]);
    expect(await acts(carol)).toEqual([
      ['operator.tenant_resumed', undefined],
      ['operator.tenant_suspended', 'Asked by the police.'],
      ['operator.tenant_suspended', 'Not paid.'],
    ]);
    expect(await acts(bob)).toEqual([]);
  });

  it('change it once also when asked for many times at once', async () => {
    const dora = await register(app, 'dora');

    const answers = await Promise.all([1, 2, 3, 4].map(() => suspend(dora.tenantId)));
    await resume(dora.tenantId);

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(await acts(dora)).toHaveLength(2);
  });

  it('refuse the tenant that the operator acts from, and what there is not', async () => {
    const before = await rowsOf(app.database.adminUrl);

    const answers = [
      await suspend(olga.tenantId),
      await suspend(randomUUID()),
      await resume(randomUUID()),
      await olga.client.post(`/admin/tenants/${bob.tenantId}/suspend`, {}),
      await olga.client.post(`/admin/tenants/${bob.tenantId}/suspend`, { reason: ' ' }),
      await suspend(bob.tenantId, 'x'.repeat(501)),
    ];

    expect(answers.map(said)).toEqual([
      [409, 'operator.own_tenant'],
      [404, 'tenant.not_found'],
      [404, 'tenant.not_found'],
      [400, 'request.invalid'],
      [400, 'request.invalid'],
      [400, 'request.invalid'],
    ]);
    expect(await rowsOf(app.database.adminUrl)).toEqual(before);
  });

  it('take a reason of 500 characters of any kind', async () => {
    const reason = `=${'🙂'.repeat(499)}`;

    const { body } = await suspend(bob.tenantId, reason);
    await resume(bob.tenantId);

    expect(body.suspendedReason).toBe(reason);
  });

  it('are refused to everybody else, also to the owner of the tenant', async () => {
    const before = await rowsOf(app.database.adminUrl);

    for (const act of ['suspend', 'resume']) {
      for (const tenantId of [alice.tenantId, bob.tenantId, randomUUID()]) {
        const body = act === 'suspend' ? { reason: 'x' } : undefined;
        const answer = await alice.client.post(`/admin/tenants/${tenantId}/${act}`, body);
        expect(said(answer)).toEqual([403, 'operator.required']);
      }
    }

    expect(await rowsOf(app.database.adminUrl)).toEqual(before);
  });
});

describe('GET /admin/counts', () => {
  it('counts what there is', async () => {
    await app.sql('UPDATE tenants SET suspended_at = now() WHERE id = $1', [bob.tenantId]);
    const [rows] = await app.sql(
      `SELECT (SELECT count(*)::int FROM tenants) AS tenants, (SELECT count(*)::int FROM users) AS users,
              (SELECT count(*)::int FROM sessions WHERE revoked_at IS NULL) AS "liveSessions",
              (SELECT count(*)::int FROM pgboss.job WHERE state < 'completed') AS "openJobs",
              (SELECT count(*)::int FROM calls) AS calls`,
    );

    const { body } = await olga.client.get('/admin/counts');

    expect(body).toEqual({ ...rows, suspendedTenants: 1, callsEstimated: false });
    expect(body.calls).toBe(2);
  });

  it('leaves out sessions that are over and jobs that are done, and estimates beyond 10,000 calls', async () => {
    const { body: before } = await olga.client.get('/admin/counts');
    await app.sql('UPDATE sessions SET revoked_at = now() WHERE user_id = $1', [bob.userId]);
    await app.sql(`UPDATE sessions SET expires_at = now() WHERE user_id = $1`, [alice.userId]);
    await app.sql(
      `INSERT INTO pgboss.job (name, data, state) SELECT 'mail', '{}', state::pgboss.job_state
         FROM unnest(ARRAY['created', 'retry', 'active', 'completed', 'failed', 'cancelled']) AS state`,
    );
    await app.sql(
      `INSERT INTO calls (tenant_id, id) SELECT $1, gen_random_uuid() FROM generate_series(1, 12000)`,
      [bob.tenantId],
    );
    await app.sql('ANALYZE calls');

    const { body } = await olga.client.get('/admin/counts');

    expect(body).toMatchObject({ calls: 12_002, callsEstimated: true });
    expect(body.openJobs).toBe((before.openJobs as number) + 3);
    expect(body.liveSessions).toBe((before.liveSessions as number) - 2);
  });
});
