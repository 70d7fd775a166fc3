import { randomUUID } from 'node:crypto';
import { startApp, type TestApp } from '../support/app';
import { rowsOf } from '../support/catalogue';
import { Client } from '../support/client';
import { eventsSeenBy, operatorOf } from '../support/operators';
import { login, register, type Person } from '../support/people';
import { joinAs, said } from '../support/team';

let app: TestApp;
let olga: Person;
let alice: Person;

beforeAll(async () => {
  app = await startApp();
  olga = await operatorOf(app);
});
beforeEach(async () => {
  alice = await register(app, 'alice', { tenantName: 'Atelier Alice' });
});
afterAll(() => app.close());

const search = async (query: string) =>
  (await olga.client.get(`/admin/users?limit=100${query}`)).body.items as { id: string }[];
const found = async (query: string) => (await search(query)).map(({ id }) => id);
const endSessions = ({ userId }: Person) => olga.client.post(`/admin/users/${userId}/end-sessions`);

describe('GET /admin/users', () => {
  it('shows who somebody is and where, and of credentials whether there are any', async () => {
    await alice.client.post('/vapi-settings', { apiKey: 'sk_alice_marker_0001' });
    const bob = await register(app, 'bob', { tenantName: 'Bureau Bob' });
    await app.sql(`INSERT INTO memberships VALUES ($1, $2, 'member', '2099-01-01')`, [
      bob.tenantId,
      alice.userId,
    ]);

    const [user] = await search(`&id=${alice.userId}`);
    const [operator] = await search(`&id=${olga.userId}`);

    expect(user).toEqual({
      id: alice.userId,
      email: alice.email,
      name: 'alice',
      locale: 'en',
      operator: false,
      createdAt: expect.any(String) as string,
      lastSeenAt: expect.any(String) as string,
      vapiConfigured: true,
      twilioConfigured: false,
      tenants: [
        { id: alice.tenantId, name: 'Atelier Alice', role: 'owner' },
        { id: bob.tenantId, name: 'Bureau Bob', role: 'member' },
      ],
    });
    expect(operator).toMatchObject({ operator: true, vapiConfigured: false });
  });

  it('finds by the beginning of the address in any case, page by page', async () => {
    const prefix = `prefix-${randomUUID().slice(0, 8)}`;
    const people = [];
    for (const n of [1, 2, 3]) people.push((await register(app, `${prefix}.${n}`)).userId);

    const first = await olga.client.get(`/admin/users?limit=2&email=${prefix.toUpperCase()}`);
    const cursor = first.body.nextCursor as string;
    const second = await olga.client.get(
      `/admin/users?email=${prefix.toUpperCase()}&cursor=${cursor}`,
    );

    const ids = [...first.body.items, ...second.body.items].map(({ id }: { id: string }) => id);
    expect(ids).toEqual(people.toReversed());
    expect(second.body.nextCursor).toBeNull();
    expect(await found('&email=%25')).toEqual([]);
    expect(await found(`&email=${prefix.slice(1)}`)).toEqual([]);
  });
});

describe('GET /admin/users/:id', () => {
  it('is told in each tenant of that person', async () => {
    const bob = await register(app, 'bob');
    const max = await joinAs(app, alice, { role: 'member', name: 'max' });

    const { body } = await olga.client.get(`/admin/users/${max.userId}`);

    expect(body).toMatchObject({ id: max.userId, email: max.email });
    expect(await eventsSeenBy(alice)).toMatchObject([
      {
        action: 'operator.user_viewed',
        actor: { kind: 'operator', id: null },
        target: max.userId,
        subjectId: max.userId,
      },
    ]);
    expect(await eventsSeenBy(bob)).toEqual([]);
  });

  it('is 404 for nobody', async () => {
    const answer = await olga.client.get(`/admin/users/${randomUUID()}`);

    expect(said(answer)).toEqual([404, 'user.not_found']);
  });
});

describe('POST /admin/users/:id/end-sessions', () => {
  it('ends all of them at once, access and refresh tokens, and no other person’s', async () => {
    const second = await login(app, alice.email);
    const bob = await register(app, 'bob');

    const { status } = await endSessions(alice);

    const refresh = (refreshToken: string) =>
      new Client(app.app).post('/auth/refresh', { refreshToken });
    expect(status).toBe(204);
    for (const { client, refreshToken } of [alice, second]) {
      expect(said(await client.get('/me'))).toEqual([401, 'auth.session_ended']);
      expect((await refresh(refreshToken)).status).toBe(401);
    }
    expect((await bob.client.get('/me')).status).toBe(200);
    const anew = await login(app, alice.email);
    expect(await eventsSeenBy(anew)).toMatchObject([
      {
        action: 'operator.sessions_ended',
        actor: { kind: 'operator', id: null },
        subjectId: alice.userId,
      },
    ]);
  });

  it('is told in each tenant in which a session ended, and to operators when there was none', async () => {
    const max = await joinAs(app, alice, { role: 'member', name: 'max' });
    await app.sql('DELETE FROM sessions WHERE user_id = $1 AND tenant_id = $2', [
      max.userId,
      alice.tenantId,
    ]);
    await endSessions(max);
    await endSessions(max);

    const events = await app.sql(
      `SELECT tenant_id, by_operator FROM audit_events WHERE subject_id = $1 ORDER BY at`,
      [max.userId],
    );
    expect(events).toEqual([
      { tenant_id: expect.any(String) as string, by_operator: true },
      { tenant_id: null, by_operator: true },
    ]);
    expect(await eventsSeenBy(alice)).toEqual([]);
  });

  it('leaves an operator the session he acts from', async () => {
    const other = await login(app, olga.email);

    const { status } = await endSessions(olga);

    expect(status).toBe(204);
    expect((await olga.client.get('/me')).status).toBe(200);
    expect((await other.client.get('/me')).status).toBe(401);
  });

  it('is refused for nobody, and to everybody who is no operator', async () => {
    const before = await rowsOf(app.database.adminUrl);

    const absent = await olga.client.post(`/admin/users/${randomUUID()}/end-sessions`);
    const own = await alice.client.post(`/admin/users/${alice.userId}/end-sessions`);

    expect(said(absent)).toEqual([404, 'user.not_found']);
    expect(said(own)).toEqual([403, 'operator.required']);
    expect(await rowsOf(app.database.adminUrl)).toEqual(before);
  });
});
