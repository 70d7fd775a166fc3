import { once } from 'node:events';
import { get } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { AuditSearch } from '../../src/audit/audit-search.service';
import { AuditTrailService } from '../../src/audit/audit-trail.service';
import { startApp, type TestApp } from '../support/app';
import { operatorOf } from '../support/operators';
import { register, type Person } from '../support/people';
import { sessionIdOf } from '../support/plane-session';

let app: TestApp;
let alice: Person;
let bob: Person;

beforeAll(async () => {
  app = await startApp();
  bob = await register(app, 'bob');
  await plant(bob, 20);
});
beforeEach(async () => {
  alice = await register(app, 'alice');
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => app.close());

const plant = ({ tenantId, userId }: Person, count: number) =>
  app.sql(
    `INSERT INTO audit_events (id, tenant_id, actor_id, action, target, at, details)
     SELECT gen_random_uuid(), $1, $2, 'test.event', 'event ' || i, timestamptz '2025-01-01' + i / 2 * interval '1 s',
            jsonb_build_object('text', repeat('x', 100))
       FROM generate_series(1, $3::int) AS i`,
    [tenantId, userId, count],
  );
const HEAD =
  'at,action,actorKind,actorId,actorName,actorEmail,target,subjectId,requestId,ip,details';
const lines = (text: string) => text.split('\r\n').slice(1, -1);
const targets = (text: string) => lines(text).map((line) => line.split(',')[6]);

describe('GET /audit/export', () => {
  it('is a CSV file of every event, the newest first, and of no other tenant', async () => {
    await plant(alice, 1201);

    const { status, headers, text } = await alice.client.get('/audit/export');

    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(headers['content-disposition']).toBe('attachment; filename="audit.csv"');
    expect(text.startsWith(`${HEAD}\r\n2025-01-01T00:10:00.000Z,test.event,member,`)).toBe(true);
    expect(new Set(targets(text)).size).toBe(1201);
    expect(lines(text).map((line) => line.slice(0, 24))).toEqual(
      lines(text)
        .map((line) => line.slice(0, 24))
        .toSorted()
        .toReversed(),
    );
    expect(text).not.toContain(bob.userId);
  });

  it.each([0, 1, 500, 1000])('ends well with %i events', async (count) => {
    await plant(alice, count);

    const { text } = await alice.client.get('/audit/export');

    expect(new Set(targets(text)).size).toBe(count);
    expect(text.startsWith(`${HEAD}\r\n`)).toBe(true);
  });

  it('takes the filters of the list, and neither limit nor cursor', async () => {
    await plant(alice, 10);
    const filters = 'target=event%203&action=test.&from=2025-01-01T00:00:00Z';

    const { text } = await alice.client.get(`/audit/export?${filters}`);

    expect(targets(text)).toEqual(['event 3']);
    for (const name of ['limit', 'cursor', 'format']) {
      const refused = await alice.client.get(`/audit/export?${name}=1`);
      expect(refused).toMatchObject({ status: 400, body: { errors: [{ field: name }] } });
    }
  });

  it('holds no formula, and shows an operator as operator', async () => {
    const olga = await operatorOf(app);
    await alice.client.patch('/me', { name: '=cmd|calc!A1' });
    await app.sql(
      `INSERT INTO audit_events (id, tenant_id, actor_id, action, target, ip, details)
       VALUES (gen_random_uuid(), $1, $2, 'test.event', '+33612345678', '203.0.113.7', '{"=1": "a,\\"b\\""}')`,
      [alice.tenantId, alice.userId],
    );
    await olga.client.post(`/admin/tenants/${alice.tenantId}/suspend`, { reason: '=1+1' });
    await olga.client.post(`/admin/tenants/${alice.tenantId}/resume`);

    const { text } = await alice.client.get('/audit/export');

    const [, suspended = '', event = ''] = lines(text);
    expect(event).toContain(
      `,test.event,member,${alice.userId},'=cmd|calc!A1,${alice.email},'+33612345678,,,203.0.113.7,"{""=1"": ""a,\\""b\\""""}"`.replace(
        '""=1"": ',
        '""=1"":',
      ),
    );
    expect(suspended).toMatch(
      /,operator\.tenant_suspended,operator,,,,[\w-]{36},,[\w-]{36},,"\{""reason"":""=1\+1""\}"$/,
    );
    expect(text).not.toMatch(/(^|,)"?[=+\-@]/m);
  });

  it('reads a page when the client has taken the one before, and none after it has gone', async () => {
    await plant(alice, 6000);
    await app.app.listen(0, '127.0.0.1');
    const pages = jest.spyOn(app.app.get(AuditSearch), 'page');
    const exporting = jest.spyOn(app.app.get(AuditTrailService), 'export');
    const { port } = app.app.getHttpServer().address() as AddressInfo;
    const authorization = `Bearer ${alice.accessToken}`;
    const request = get({ port, path: '/audit/export', headers: { authorization } });

    const [answer] = (await once(request, 'response')) as [Readable];
    await once(answer, 'readable');
    const [made] = exporting.mock.results;
    const source = (await made?.value) as Readable;
    const closed = once(source, 'close');
    request.destroy();
    await closed;

    // A page that was being read ahead is given up, but it is asked for.
    for (let i = 0; i < 30; i += 1) await app.sql('SELECT 1');
    const read = pages.mock.calls.length;
    expect(read).toBeGreaterThan(0);
    expect(read).toBeLessThan(12);
    expect((await alice.client.get('/audit?limit=1')).status).toBe(200);
    expect(pages).toHaveBeenCalledTimes(read + 1);
  });

  it('holds a few pages at a time, and breaks off when the tenant is suspended meanwhile', async () => {
    await plant(alice, 6000);
    const pages = jest.spyOn(app.app.get(AuditSearch), 'page');
    const who = { ...alice, sessionId: sessionIdOf(alice), role: 'owner', requestId: '', ip: null };
    const source = await app.app.get(AuditTrailService).export(who, {});

    const chunks = source[Symbol.asyncIterator]();
    await chunks.next();
    await app.sql('UPDATE tenants SET suspended_at = now() WHERE id = $1', [alice.tenantId]);
    const before = pages.mock.calls.length;
    const rest = async () => {
      for (let next = await chunks.next(); !next.done;) next = await chunks.next();
    };

    expect(before).toBeLessThan(4);
    await expect(rest()).rejects.toMatchObject({ code: 'tenant.suspended' });
  });
});
