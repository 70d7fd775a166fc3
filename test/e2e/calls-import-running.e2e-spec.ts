import { once } from 'node:events';
import { request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CallsImportService } from '../../src/calls/calls-import.service';
import { startApp, type TestApp } from '../support/app';
import type { Answer } from '../support/client';
import { register, type Person } from '../support/people';
import { joinAs, said, setRole, trailOf } from '../support/team';

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

const NDJSON = { 'content-type': 'application/x-ndjson' };
const call = { startedAt: '2025-01-31T09:30:00Z', direction: 'inbound', status: 'ended' };
const known = (id: string, more = {}) => ({
  ...call,
  provider: 'vapi',
  providerCallId: id,
  ...more,
});
const text = (...lines: (object | string)[]) =>
  lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');
const send = (body: string, headers = {}, by = alice): Promise<Answer> =>
  by.client.post('/calls/import', body, { headers: { ...NDJSON, ...headers } });
const countOf = async ({ tenantId }: Person) =>
  (await app.sql('SELECT id FROM calls WHERE tenant_id = $1', [tenantId])).length;

/** Sends over a socket; the body goes on as long as the caller writes. */
function upload({ accessToken }: Person) {
  const { port } = app.app.getHttpServer().address() as AddressInfo;
  const headers = { ...NDJSON, authorization: `Bearer ${accessToken}` };
  const asking = request({ port, path: '/calls/import', method: 'POST', headers, agent: false });
  asking.on('error', () => undefined);
  return asking;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
}

describe('an import that is under way', () => {
  const batch = (from: number) =>
    text(...Array.from({ length: 201 }, (_, i) => known(`call ${from + i}`)));

  it('keeps what is stored when the connection breaks, and can be sent again', async () => {
    const imports = jest.spyOn(app.app.get(CallsImportService), 'import');
    const asking = upload(alice);
    asking.write(batch(0) + JSON.stringify(known('half')).slice(0, 20));
    await until(async () => (await countOf(alice)) === 200);

    asking.destroy();
    await expect(imports.mock.results[0]?.value).rejects.toMatchObject({
      code: 'request.malformed',
    });

    expect(await countOf(alice)).toBe(200);
    expect((await trailOf(app, alice)).map(({ action }) => action)).toEqual([
      'calls.import_started',
    ]);
    expect((await send(batch(0))).body).toMatchObject({ created: 1, unchanged: 200 });
    expect(await countOf(alice)).toBe(201);
  });

  const endings = {
    'the session ends': [401, 'auth.session_ended', endSession],
    'the tenant is suspended': [403, 'tenant.suspended', suspend],
    'the admin is one no longer': [403, 'auth.role_too_low', demote],
  } as const;
  it.each(Object.entries(endings))('ends when %s', async (_, [status, code, end]) => {
    const asking = upload(alice);
    const answered = once(asking, 'response');
    asking.write(batch(0));
    await until(async () => (await countOf(alice)) === 200);

    await end();
    asking.write(batch(1000));
    const [answer] = (await answered) as [AsyncIterable<Buffer> & { statusCode: number }];
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk);
    asking.destroy();

    expect(answer.statusCode).toBe(status);
    expect(JSON.parse(Buffer.concat(chunks).toString())).toMatchObject({ code });
    expect(await countOf(alice)).toBe(200);
  });

  it('is the only one of its tenant: a second is told to come back', async () => {
    const imports = jest.spyOn(app.app.get(CallsImportService), 'import');
    const asking = upload(alice);
    const answered = once(asking, 'response');
    asking.write(JSON.stringify(call));
    await until(() => Promise.resolve(imports.mock.calls.length === 1));
    const bob = await register(app, 'bob');

    const second = await send(text(call));
    const other = await send(text(call), {}, bob);
    asking.end();
    await answered;

    expect(said(second)).toEqual([429, 'call.import_busy']);
    expect(second.headers['retry-after']).toBe('30');
    expect(other.body.created).toBe(1);
    expect((await send(text(call))).body.created).toBe(1);
  });
});

async function endSession() {
  await app.sql('UPDATE sessions SET revoked_at = now() WHERE user_id = $1', [alice.userId]);
}
async function suspend() {
  await app.sql('UPDATE tenants SET suspended_at = now() WHERE id = $1', [alice.tenantId]);
}
async function demote() {
  const paul = await joinAs(app, alice, { role: 'owner', name: 'paul' });
  await setRole(paul, alice, 'member');
}
