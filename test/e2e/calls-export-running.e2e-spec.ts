import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { CallsExportService } from '../../src/calls/calls-export.service';
import { TenantDb } from '../../src/kernel/database/tenant-db';
import { startApp, type TestApp } from '../support/app';
import { register, type Person } from '../support/people';
import { said } from '../support/team';
import { rest } from '../support/wire';

const CALLS = 1000;

let app: TestApp;
let alice: Person;

beforeAll(async () => {
  app = await startApp();
  await app.app.listen(0, '127.0.0.1');
});
beforeEach(async () => {
  alice = await register(app, 'alice');
});
afterEach(() => jest.restoreAllMocks());
afterAll(async () => {
  app.app.getHttpServer().closeAllConnections();
  await app.close();
});

/** Calls by SQL, in groups of the same moment, so that the key decides. Notes are not indexed: nothing waits for that. */
const record = ({ tenantId }: Person, count: number, notes: string) =>
  app.sql(
    `INSERT INTO calls (tenant_id, id, started_at, direction, status, notes)
     SELECT $1, gen_random_uuid(), timestamptz '2025-01-31' + n / 7 * interval '1 microsecond', 'inbound',
            CASE WHEN n % 100 = 0 THEN 'failed' ELSE 'ended' END, $3
       FROM generate_series(1, $2::int) n`,
    [tenantId, count, notes],
  );

/** Begins to download over a socket and takes nothing until it is read. */
async function download(query: string): Promise<IncomingMessage> {
  const { port } = app.app.getHttpServer().address() as AddressInfo;
  const headers = { authorization: `Bearer ${alice.accessToken}` };
  const asking = request({ port, path: `/calls/export?${query}`, headers, agent: false }).end();
  const [answer] = (await once(asking, 'response')) as [IncomingMessage];
  return answer;
}

/** The streams that the service makes from now on. */
function streams(): Promise<Readable>[] {
  const made: Promise<Readable>[] = [];
  const service = app.app.get(CallsExportService);
  const open = service.export.bind(service);
  jest.spyOn(service, 'export').mockImplementation((...asked) => {
    const stream = open(...asked);
    made.push(stream);
    return stream;
  });
  return made;
}

describe('an export of calls that is under way', () => {
  beforeEach(() => record(alice, CALLS, 'x'.repeat(50_000)));

  it('reads no further than the client takes, and nothing when it has gone', async () => {
    const made = streams();
    const read = jest.spyOn(app.app.get(TenantDb), 'read');
    const answer = await download('format=csv');
    await once(answer, 'readable');
    const [stream] = await Promise.all(made);
    if (!stream) throw new Error('No export was opened.');
    for (let i = 0; i < 30; i += 1) await app.sql('SELECT 1');

    const closed = once(stream, 'close');
    answer.destroy();
    await closed;

    const asked = read.mock.calls.length;
    expect(asked).toBeLessThan(12);
    for (let i = 0; i < 30; i += 1) await app.sql('SELECT 1');
    expect(read.mock.calls).toHaveLength(asked);
  });

  it.each([
    ['the session ends', 'UPDATE sessions SET revoked_at = now() WHERE tenant_id = $1'],
    ['the tenant is suspended', 'UPDATE tenants SET suspended_at = now() WHERE id = $1'],
    ['the member is removed', 'DELETE FROM memberships WHERE tenant_id = $1'],
  ])('breaks off when %s', async (_, end) => {
    const answer = await download('format=ndjson');
    await once(answer, 'readable');
    expect(answer.statusCode).toBe(200);

    await app.sql(end, [alice.tenantId]);
    const { text, whole: complete } = await rest(answer);

    expect(text.slice(-200)).not.toContain('"type":"end"');
    expect(text.split('\n').length).toBeLessThan(CALLS);
    expect(complete).toBe(false);
    expect(app.logs()).toContain('the answer broke off');
  });

  it('is one of two of its tenant and of four: others have their turn, and more are told to come back', async () => {
    const made = streams();
    const others = [await register(app, 'bob'), await register(app, 'carol')];
    const running = [await download('format=csv'), await download('format=json')];

    const third = await alice.client.get('/calls/export');
    const [bob, carol] = await Promise.all(others.map(({ client }) => client.get('/calls/export')));

    expect(said(third)).toEqual([429, 'tenant.export_busy']);
    expect(third.headers['retry-after']).toBe('30');
    expect([bob?.status, carol?.status]).toEqual([200, 200]);
    const closed = Promise.all(made.slice(0, 2).map(async (one) => once(await one, 'close')));
    for (const answer of running) answer.destroy();
    await closed;
    expect((await alice.client.get('/calls/export?status=none')).status).toBe(200);
  });
});
