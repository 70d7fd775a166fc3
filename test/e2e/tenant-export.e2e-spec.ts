import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { TenantDb } from '../../src/kernel/database/tenant-db';
import { TenantExportService } from '../../src/tenants/tenant-export.service';
import { startApp, type TestApp } from '../support/app';
import { register, type Person } from '../support/people';
import { rest } from '../support/wire';
import { sessionIdOf } from '../support/plane-session';
import { joinAs, said, setRole, trailOf } from '../support/team';

interface Line {
  type: string;
  [field: string]: unknown;
}

const CALLS = 1000;
/** All together more than any buffer on the way holds, so that a client that waits makes the server wait. */
const BYTES = 60_000;

let app: TestApp;
let service: TenantExportService;
let alice: Person;

beforeAll(async () => {
  app = await startApp();
  service = app.app.get(TenantExportService);
  await app.app.listen(0, '127.0.0.1');
});
beforeEach(async () => {
  alice = await register(app, 'alice', { tenantName: 'Atelier' });
});
afterEach(() => {
  jest.restoreAllMocks();
});
afterAll(async () => {
  app.app.getHttpServer().closeAllConnections();
  await app.close();
});

/** Calls by SQL, in groups of the same moment, so that the key decides. Notes are not indexed: nothing waits for that. */
const record = ({ tenantId }: Person, count: number, notes: string) =>
  app.sql(
    `INSERT INTO calls (tenant_id, id, started_at, direction, status, notes)
     SELECT $1, gen_random_uuid(), timestamptz '2025-01-31' + n / 7 * interval '1 microsecond', 'inbound', 'ended', $3
       FROM generate_series(1, $2::int) n`,
    [tenantId, count, notes],
  );

const linesOf = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);

/** Begins to download over a socket and takes nothing until it is read. */
async function download({ accessToken }: Person): Promise<IncomingMessage> {
  const { port } = app.app.getHttpServer().address() as AddressInfo;
  const headers = { authorization: `Bearer ${accessToken}` };
  const asking = request({ port, path: '/tenant/export', headers, agent: false }).end();
  const [answer] = (await once(asking, 'response')) as [IncomingMessage];
  return answer;
}

/** The streams that the service makes from now on. */
function streams(): Promise<Readable>[] {
  const made: Promise<Readable>[] = [];
  const open = service.open.bind(service);
  jest.spyOn(service, 'open').mockImplementation((who) => {
    const stream = open(who);
    made.push(stream);
    return stream;
  });
  return made;
}

describe('the export of a tenant', () => {
  it('holds every row of it, each once, and says at the end how many', async () => {
    const max = await joinAs(app, alice, { role: 'member', name: 'max' });
    await alice.client.post('/phone-numbers', { number: '+33612345678', label: 'Accueil' });
    await alice.client.post('/calls', {
      startedAt: '2024-01-31T09:30:00Z',
      direction: 'web',
      status: 'ended',
      transcript: 'Bonjour\nAlice "🙂"',
      messages: [{ role: 'bot', message: 'Bonjour' }],
      cost: 0.42,
      tags: ['vip'],
    });
    await record(alice, CALLS, 'words');
    await app.sql(
      `INSERT INTO invitations (tenant_id, id, email, role, token_hash, token_nonce, expires_at)
       VALUES ($1, gen_random_uuid(), 'carol@example.com', 'member', '\\x01', '\\x02', now())`,
      [alice.tenantId],
    );

    const answer = await alice.client.get('/tenant/export');

    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/x-ndjson');
    expect(answer.headers['content-disposition']).toBe(
      `attachment; filename="ava-${alice.tenantId}.ndjson"`,
    );
    const lines = linesOf(answer.text);
    const of = (type: string) => lines.filter((line) => line.type === type);
    const calls = of('call');
    expect(lines[0]).toMatchObject({ type: 'tenant', id: alice.tenantId, name: 'Atelier' });
    expect(of('member')).toEqual([
      expect.objectContaining({ userId: alice.userId, email: alice.email, role: 'owner' }),
      expect.objectContaining({ userId: max.userId, name: 'max', role: 'member' }),
    ]);
    expect(of('invitation')).toMatchObject([{ email: 'carol@example.com', role: 'member' }]);
    expect(of('ava_profile')).toMatchObject([{ name: 'Ava', voice: 'alloy', version: 1 }]);
    expect(of('phone_number')).toMatchObject([{ number: '+33612345678', label: 'Accueil' }]);
    expect(calls[0]).toMatchObject({
      startedAt: '2024-01-31T09:30:00.000Z',
      transcript: 'Bonjour\nAlice "🙂"',
      messages: [{ role: 'bot', message: 'Bonjour' }],
      cost: 0.42,
      tags: ['vip'],
    });
    expect(new Set(calls.map(({ id }) => id)).size).toBe(CALLS + 1);
    expect(of('audit_event')).toMatchObject([
      { action: 'tenant.exported', actorId: alice.userId, subjectId: alice.userId },
    ]);
    expect(lines.at(-1)).toEqual({
      type: 'end',
      rows: {
        tenant: 1,
        member: 2,
        invitation: 1,
        ava_profile: 1,
        phone_number: 1,
        call: CALLS + 1,
        retention: 0,
        erasure_receipt: 0,
        audit_event: 1,
      },
    });
    expect(lines).toHaveLength(CALLS + 9);
  });

  it('holds nothing of another tenant, and no credential, hash or token', async () => {
    const bob = await register(app, 'bob', { tenantName: 'Bureau Bob' });
    await record(bob, 20, 'words of bob');
    await record(alice, 20, 'words of alice');
    await alice.client.post('/vapi-settings', { apiKey: 'sk_alice_0123456789abcdef' });

    const { text } = await alice.client.get('/tenant/export');

    expect(text).toContain('words of alice');
    expect(text).not.toMatch(/bob/i);
    for (const id of [bob.tenantId, bob.userId]) expect(text).not.toContain(id);
    expect(text).not.toMatch(/sk_al|cdef|v1\.[0-9a-f]{8}\.|argon2|hash|token|api_?key"/i);
    expect(text).not.toContain(alice.refreshToken);
    const names = new Set(linesOf(text).flatMap((line) => Object.keys(line)));
    expect([...names].filter((name) => name.startsWith('$'))).toEqual([]);
  });

  it('is for owners, and is written down before the first row leaves', async () => {
    for (const role of ['admin', 'member'] as const) {
      const other = await joinAs(app, alice, { role });
      expect(said(await other.client.get('/tenant/export'))).toEqual([403, 'auth.role_too_low']);
    }
    expect(await trailOf(app, alice)).toEqual([]);

    const head = await alice.client.send('HEAD', '/tenant/export');

    expect(head).toMatchObject({ status: 200, text: '' });
    expect(await trailOf(app, alice)).toMatchObject([{ action: 'tenant.exported' }]);
  });
});

describe('an export that is under way', () => {
  beforeEach(() => record(alice, CALLS, 'x'.repeat(BYTES)));

  it('reads no further than the client takes', async () => {
    const of = { sessionId: sessionIdOf(alice), requestId: 'of-a-test', ip: null };
    const read = jest.spyOn(app.app.get(TenantDb), 'read');
    const stream = await service.open({ ...alice, ...of });
    await once(stream, 'readable');

    const asked = read.mock.calls.length;
    for (let i = 0; i < 30; i += 1) await app.sql('SELECT 1');

    expect(read.mock.calls.length - asked).toBeLessThan(5);
    stream.destroy();
    await once(stream, 'close');
  });

  it('ends when the client goes', async () => {
    const made = streams();
    const answer = await download(alice);
    await once(answer, 'readable');
    const [stream] = await Promise.all(made);
    if (!stream) throw new Error('No export was opened.');

    const closed = once(stream, 'close');
    answer.destroy();
    await closed;

    expect(stream.readableEnded).toBe(false);
    const read = jest.spyOn(app.app.get(TenantDb), 'role');
    await app.sql('SELECT 1');
    expect(read).not.toHaveBeenCalled();
  });

  const endings = {
    'the session ends': () =>
      app.sql('UPDATE sessions SET revoked_at = now() WHERE user_id = $1', [alice.userId]),
    'the tenant is suspended': () =>
      app.sql('UPDATE tenants SET suspended_at = now() WHERE id = $1', [alice.tenantId]),
    'the owner is one no longer': async () => {
      const paul = await joinAs(app, alice, { role: 'owner', name: 'paul' });
      await setRole(paul, alice, 'admin');
    },
  };
  it.each(Object.entries(endings))('breaks off when %s', async (_, end) => {
    const answer = await download(alice);
    await once(answer, 'readable');

    await end();
    const { text, whole } = await rest(answer);

    const last = text.slice(text.lastIndexOf('\n', text.length - 2) + 1);
    expect(whole).toBe(false);
    expect(last).not.toContain('"type":"end"');
    expect(text.split('\n').length).toBeLessThan(CALLS);
    expect(app.logs()).toContain('the answer broke off');
  });

  it('is one of two at most: a third is told to come back, and may when one has ended', async () => {
    const made = streams();
    const running = [await download(alice), await download(alice)];

    const third = await alice.client.get('/tenant/export');
    expect(said(third)).toEqual([429, 'tenant.export_busy']);
    expect(third.headers['retry-after']).toBe('30');
    expect(await trailOf(app, alice)).toHaveLength(2);

    const closed = Promise.all(made.slice(0, 2).map(async (one) => once(await one, 'close')));
    for (const answer of running) answer.destroy();
    await closed;
    expect((await alice.client.get('/tenant/export')).status).toBe(200);
  });
});
