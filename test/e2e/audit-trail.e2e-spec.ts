import { randomUUID } from 'node:crypto';
import { startApp, type TestApp } from '../support/app';
import { eventsSeenBy, operatorOf, type Event } from '../support/operators';
import { password, register, type Person } from '../support/people';
import { joinAs, remove, said, setRole } from '../support/team';

let app: TestApp;
let olga: Person;
let alice: Person;
let bob: Person;

beforeAll(async () => {
  app = await startApp();
  olga = await operatorOf(app);
});
beforeEach(async () => {
  alice = await register(app, 'alice');
  bob = await register(app, 'bob');
});
afterAll(() => app.close());

const setKey = ({ client }: Person) =>
  client.post('/vapi-settings', { apiKey: 'sk_alice_marker_0001' });
const actions = (events: readonly Event[]) => events.map(({ action }) => action);

/** Events of a tenant at given moments, past the application. */
const plant = (person: Person, ats: readonly string[], action = 'test.event') =>
  app.sql(
    `INSERT INTO audit_events (id, tenant_id, actor_id, action, target, at)
     SELECT gen_random_uuid(), $1, $2, $3, 'at ' || at, at::timestamptz FROM unnest($4::text[]) AS at`,
    [person.tenantId, person.userId, action, ats],
  );

describe('GET /audit', () => {
  it('tells what members did with their names, and by id alone when they have gone', async () => {
    const max = await joinAs(app, alice, { role: 'member', name: 'max' });
    const gone = await joinAs(app, alice, { role: 'member', name: 'gone' });
    for (const person of [max, gone]) await setKey(person);
    const before = await eventsSeenBy(alice);

    await remove(alice, max);
    await gone.client.delete('/me', { password });
    const after = await eventsSeenBy(alice, '&action=credential.');

    expect(before).toMatchObject([
      {
        action: 'credential.set',
        actor: { kind: 'member', id: gone.userId, name: 'gone', email: gone.email },
        target: 'vapi',
        subjectId: gone.userId,
      },
      { action: 'credential.set', actor: { kind: 'member', id: max.userId, email: max.email } },
    ]);
    expect(after.map(({ actor }) => actor)).toEqual([
      { kind: 'person', id: gone.userId, name: null, email: null },
      { kind: 'person', id: max.userId, name: null, email: null },
    ]);
  });

  it('never tells of another tenant, whatever is asked', async () => {
    await setKey(bob);
    const max = await joinAs(app, bob, { role: 'member', name: 'max' });
    await setRole(bob, max, 'admin');
    await olga.client.get(`/admin/tenants/${bob.tenantId}`);

    for (const query of [
      '',
      `&actorId=${bob.userId}`,
      `&target=${max.userId}`,
      '&target=vapi',
      '&action=credential.',
      '&action=operator.',
      '&from=1970-01-01T00:00:00Z&to=9999-01-01T00:00:00Z',
    ]) {
      expect(await eventsSeenBy(alice, query)).toEqual([]);
    }
    expect(await eventsSeenBy(bob)).toHaveLength(3);
  });

  it('shows an operator as operator and nothing of the person, also where the operator is a member', async () => {
    await app.sql(`INSERT INTO memberships VALUES ($1, $2, 'member')`, [
      alice.tenantId,
      olga.userId,
    ]);
    await olga.client.get(`/admin/tenants/${alice.tenantId}`);
    await olga.client.get(`/admin/users/${alice.userId}`);
    await olga.client.get(`/admin/audit?tenantId=${alice.tenantId}`);
    await olga.client.get('/admin/audit');

    const answer = await alice.client.get('/audit');

    const events = answer.body.items as Event[];
    expect(actions(events)).toEqual([
      'operator.audit_searched',
      'operator.user_viewed',
      'operator.tenant_viewed',
    ]);
    for (const { actor, ip } of events) {
      expect(actor).toEqual({ kind: 'operator', id: null, name: null, email: null });
      expect(ip).toBeNull();
    }
    for (const secret of [olga.userId, olga.email, olga.tenantId, '127.0.0.1']) {
      expect(answer.text).not.toContain(secret);
    }
    expect(await eventsSeenBy(alice, `&actorId=${olga.userId}`)).toEqual([]);
  });

  it('shows what a command or job did as the system’s', async () => {
    await app.sql(
      `INSERT INTO audit_events (id, tenant_id, action) VALUES (gen_random_uuid(), $1, 'test.command')`,
      [alice.tenantId],
    );

    expect(await eventsSeenBy(alice)).toMatchObject([{ actor: { kind: 'system', id: null } }]);
  });

  it('filters by action, actor, target and time', async () => {
    await plant(alice, ['2025-01-01T00:00:00Z', '2025-01-02T00:00:00Z', '2025-01-03T00:00:00Z']);
    await plant(alice, ['2025-02-01T00:00:00Z'], 'test.other');
    await plant(alice, ['2025-02-02T00:00:00Z'], 'testing.other');
    const seen = async (query: string) =>
      (await eventsSeenBy(alice, query)).map(({ target }) => target?.slice(3, 13));

    expect(await seen('&action=test.event')).toEqual(['2025-01-03', '2025-01-02', '2025-01-01']);
    expect(await seen('&action=test.')).toHaveLength(4);
    expect(await seen('&action=test')).toHaveLength(5);
    expect(await seen('&action=test_')).toEqual([]);
    expect(await seen(`&actorId=${alice.userId}`)).toHaveLength(5);
    expect(await seen(`&actorId=${randomUUID()}`)).toEqual([]);
    expect(await seen('&target=at%202025-01-02T00:00:00Z')).toEqual(['2025-01-02']);
    expect(await seen('&from=2025-01-02T00:00:00Z&to=2025-01-03T00:00:00Z')).toEqual([
      '2025-01-02',
    ]);
    expect(await seen('&action=test.event&from=2025-01-02T01:00:00%2B01:00')).toHaveLength(2);
  });

  it('goes page by page, also through events of the same moment, each once', async () => {
    await plant(
      alice,
      Array.from({ length: 7 }, () => '2025-01-01T00:00:00.123456Z'),
    );
    const ids: string[] = [];
    let cursor = '';
    for (let page = 0; page < 4; page++) {
      const { body } = await alice.client.get(`/audit?limit=2&action=test.${cursor}`);
      ids.push(...(body.items as { id: string }[]).map(({ id }) => id));
      cursor = `&cursor=${body.nextCursor as string}`;
      if (body.nextCursor === null) break;
    }

    expect(ids).toHaveLength(7);
    expect(new Set(ids).size).toBe(7);
  });

  it('refuses a cursor of another tenant, filter or list', async () => {
    for (const person of [alice, bob]) await plant(person, ['2025-01-01', '2025-01-02']);
    const cursorOf = async (query = '') =>
      (await bob.client.get(`/audit?limit=1${query}`)).body.nextCursor as string;
    const own = (await alice.client.get('/audit?limit=1')).body.nextCursor as string;

    for (const url of [
      `/audit?cursor=${await cursorOf()}`,
      `/audit?action=test.&cursor=${own}`,
      `/calls?cursor=${own}`,
    ]) {
      expect(said(await alice.client.get(url))).toEqual([400, 'cursor.invalid']);
    }
  });

  it('is for admins and owners, as the role is now', async () => {
    const max = await joinAs(app, alice, { role: 'admin', name: 'max' });
    const asAdmin = await max.client.get('/audit');
    await setRole(alice, max, 'member');

    const asMember = [await max.client.get('/audit'), await max.client.get('/audit/export')];

    expect(asAdmin.status).toBe(200);
    expect(asMember.map(said)).toEqual([
      [403, 'auth.role_too_low'],
      [403, 'auth.role_too_low'],
    ]);
  });
});

describe('GET /admin/audit', () => {
  const search = async (query: string) =>
    (await olga.client.get(`/admin/audit?limit=100${query}`)).body.items as Event[];

  it('finds by tenant, also one that is gone, by actor, action and time', async () => {
    await plant(alice, ['2025-01-01T00:00:00Z', '2025-01-02T00:00:00Z']);
    await setKey(bob);
    await alice.client.delete('/me', { password });

    const ofAlice = await search(`&tenantId=${alice.tenantId}&action=test.`);

    expect(ofAlice).toHaveLength(2);
    expect(ofAlice[0]).toEqual({
      id: expect.any(String) as string,
      at: '2025-01-02T00:00:00.000Z',
      action: 'test.event',
      tenantId: alice.tenantId,
      actorId: alice.userId,
      byOperator: false,
      target: 'at 2025-01-02T00:00:00Z',
      subjectId: null,
      requestId: null,
    });
    expect(await search(`&actorId=${bob.userId}`)).toMatchObject([{ tenantId: bob.tenantId }]);
    expect(actions(await search('&action=credential.'))).toContain('credential.set');
    expect(await search(`&actorId=${alice.userId}&to=2025-01-02T00:00:00Z`)).toHaveLength(1);
  });

  it('tells other operators who it was', async () => {
    const otto = await operatorOf(app, 'otto');
    await otto.client.get(`/admin/tenants/${alice.tenantId}`);

    expect(await search(`&actorId=${otto.userId}`)).toMatchObject([
      { action: 'operator.tenant_viewed', byOperator: true, tenantId: alice.tenantId },
    ]);
  });
});
