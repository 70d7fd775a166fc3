import { startApp, type TestApp } from '../support/app';
import { Client, type Answer } from '../support/client';
import { query } from '../support/database';
import { register, type Person } from '../support/people';

const call = { startedAt: '2025-01-31T09:30:00Z', direction: 'inbound', status: 'ended' };
const credentials = { email: 'alice@example.com', password: 'not the password of alice' };

let app: TestApp;
let alice: Person;

beforeEach(async () => {
  app = await startApp();
  alice = await register(app, 'alice');
});
afterEach(() => app.close());

/** Through every door there is to the database: strategy, guard, transaction, single statement. */
async function everyDoor(): Promise<Answer[]> {
  const anonymous = new Client(app.app);
  return [
    await alice.client.get('/calls'),
    await alice.client.get('/calls/00000000-0000-4000-8000-000000000000'),
    await alice.client.post('/calls', call),
    await alice.client.patch('/ava-profile', { name: 'Emma' }),
    await anonymous.post('/auth/login', credentials),
    await anonymous.post('/auth/register', { ...credentials, email: 'carol@example.com' }),
    await anonymous.post('/auth/refresh', { refreshToken: alice.refreshToken }),
  ];
}

function expectUnavailable(answers: Answer[]): void {
  expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 503));
  for (const { headers, body } of answers) {
    expect(headers['content-type']).toContain('application/problem+json');
    expect(headers['retry-after']).toBe('2');
    expect(body.code).toBe('server.unavailable');
  }
}

const database = () => new URL(app.database.adminUrl).pathname.slice(1);
/** As its owner, on another database of the same server. */
const onServer = (sql: string) => query(app.database.adminUrl.replace(database(), 'postgres'), sql);
const endConnections = () =>
  onServer(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database()}'`,
  );

describe('a database that is away', () => {
  it('is 503 with Retry-After when it is gone, and readiness says so while the process lives', async () => {
    await onServer(`DROP DATABASE ${database()} WITH (FORCE)`);

    expectUnavailable(await everyDoor());
    const anonymous = new Client(app.app);
    expect((await anonymous.get('/health/live')).status).toBe(200);
    expect(await anonymous.get('/health/ready')).toMatchObject({
      status: 503,
      body: { status: 'not_ready', database: false, pendingMigrations: [] },
    });
  });

  it('is 503 while it lets nobody in, and requests work again once it does', async () => {
    await onServer(`ALTER DATABASE ${database()} ALLOW_CONNECTIONS false`);
    await endConnections();
    expectUnavailable(await everyDoor());

    await onServer(`ALTER DATABASE ${database()} ALLOW_CONNECTIONS true`);

    expect((await alice.client.get('/calls')).status).toBe(200);
    expect((await new Client(app.app).get('/health/ready')).body.status).toBe('ready');
  });

  it('is 503 while it has no connection left', async () => {
    await onServer(`ALTER DATABASE ${database()} CONNECTION LIMIT 0`);
    await endConnections();

    expectUnavailable(await everyDoor());
  });

  it('is 503 when it breaks off in the middle of a request, and nothing of that is kept', async () => {
    await app.sql(`
      CREATE FUNCTION break_off() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
        'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END';
      CREATE TRIGGER break_off AFTER INSERT ON calls FOR EACH ROW EXECUTE FUNCTION break_off()`);

    expectUnavailable([await alice.client.post('/calls', call)]);

    expect((await alice.client.get('/calls')).body.items).toEqual([]);
  });
});

describe('a bug', () => {
  const secrets = ['+33612100067', 'a very private transcript', 'alice.', 'sk_alice_xxx_0001'];

  it('is 500 without a word of the statement, and its log line holds no value', async () => {
    await app.sql('ALTER TABLE calls RENAME COLUMN transcript TO renamed');
    await app.sql('ALTER TABLE users RENAME COLUMN vapi_status TO renamed');
    const [customer, transcript] = secrets;

    const answers = [
      await alice.client.post('/calls', { ...call, customer, transcript }),
      await alice.client.get('/calls/00000000-0000-4000-8000-000000000000'),
      await alice.client.get('/vapi-settings'),
      await alice.client.post('/vapi-settings', { apiKey: 'sk_alice_xxx_0001' }),
    ];

    for (const { status, headers, body, text } of answers) {
      expect(status).toBe(500);
      expect(headers['content-type']).toContain('application/problem+json');
      expect(body.code).toBe('server.error');
      expect(Object.keys(body as object).sort()).toEqual(
        ['code', 'detail', 'instance', 'requestId', 'status', 'title', 'type'].sort(),
      );
      expect(text).not.toMatch(/select|insert|column|renamed|typeorm|\.ts:|\.js:|node_modules/i);
      expect(app.logs()).toContain(body.requestId);
    }
    expect(app.logs()).toContain('"sqlstate":"42703"');
    expect(app.logs()).not.toMatch(/SELECT|INSERT|vapi_api_key/);
    for (const secret of secrets) expect(app.logs()).not.toContain(secret);
  });

  it('leaves the next request alone', async () => {
    await app.sql('ALTER TABLE calls RENAME COLUMN summary TO renamed');
    expect((await alice.client.get('/calls')).status).toBe(500);

    await app.sql('ALTER TABLE calls RENAME COLUMN renamed TO summary');

    expect((await alice.client.get('/calls')).status).toBe(200);
  });
});
