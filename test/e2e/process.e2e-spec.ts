import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encryptionKey, jwtSecret } from '../support/app';
import { createDatabase, query, type TestDatabase } from '../support/database';
import { build, run, startServer } from '../support/server-process';

const password = 'correct horse battery staple';
const keys = { ENCRYPTION_KEY: encryptionKey, JWT_SECRET: jwtSecret };

beforeAll(build, 120_000);

function post(url: string, body: unknown): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
}

describe('a start with nothing configured', () => {
  let dataDir: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'ava-process-'));
    chmodSync(dataDir, 0o755);
  });
  afterEach(() => {
    rmSync(dataDir, { recursive: true, force: true });
  });

  it('makes database and keys, warns once, and finds its data again after kill -9', async () => {
    const first = await startServer({ AVA_DATA_DIR: dataDir });
    const alice = { email: 'alice@example.com', password };
    const registered = await post(`${first.url}/auth/register`, alice);
    await first.stop('SIGKILL');

    const second = await startServer({ AVA_DATA_DIR: dataDir });
    const loggedIn = await post(`${second.url}/auth/login`, alice);
    const status = await second.stop();

    expect([registered.status, loggedIn.status, status]).toEqual([201, 200, 0]);
    expect(first.output().match(/"level":40/g)).toHaveLength(1);
    expect(statSync(join(dataDir, 'keys.json')).mode & 0o777).toBe(0o600);
    expect(second.output()).toContain('Swagger UI: ');
  }, 60_000);

  it('drains a request under way on SIGTERM, ends with 0 and takes its PostgreSQL along', async () => {
    const server = await startServer({ AVA_DATA_DIR: dataDir });
    const lockFile = join(dataDir, 'postgres/postmaster.pid');
    expect(existsSync(lockFile)).toBe(true);

    // One that never asks anything must not hold the server.
    const silent = connect(Number(new URL(server.url).port), '127.0.0.1');
    await once(silent, 'connect');
    const underWay = post(`${server.url}/auth/register`, { email: 'bob@example.com', password });
    const received = fetch(`${server.url}/health/live`);
    await received;
    const status = await server.stop();

    expect((await underWay).status).toBe(201);
    expect(status).toBe(0);
    // PostgreSQL removes it as its last act; the process itself may wait a moment to be reaped.
    expect(existsSync(lockFile)).toBe(false);
  }, 60_000);

  it('serves the command line of TypeORM through ormconfig.ts', () => {
    const cli = ['node_modules/typeorm/cli.js', '-d', 'dist/ormconfig.js'];

    const shown = run([...cli, 'migration:show'], { AVA_DATA_DIR: dataDir });

    expect(shown.stdout).toContain('[ ] ');
    expect(shown.stdout).toContain('Baseline1764000000000');
    const done = run([...cli, 'migration:run'], { AVA_DATA_DIR: dataDir });
    expect(done.status).toBe(0);
    expect(run([...cli, 'migration:show'], { AVA_DATA_DIR: dataDir }).stdout).not.toContain('[ ] ');
  }, 60_000);
});

describe('a start with a database of one’s own', () => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await createDatabase('template0');
  });
  afterEach(() => database.drop());

  it('is not ready while migrations are pending, and is after npm run migrate', async () => {
    const urls = { DATABASE_URL: database.serverUrl, DATABASE_ADMIN_URL: database.adminUrl };
    const before = await startServer({ DATABASE_URL: database.serverUrl, ...keys });
    const pending = await fetch(`${before.url}/health/ready`);
    const told = (await pending.json()) as { pendingMigrations: string[] };
    await before.stop();

    const migrated = run(['dist/src/commands/migrate.js'], {
      ...urls,
      ENCRYPTION_KEY: encryptionKey,
    });

    const after = await startServer({ DATABASE_URL: database.serverUrl, ...keys });
    const ready = await fetch(`${after.url}/health/ready`);
    await after.stop();
    expect([pending.status, ready.status]).toEqual([503, 200]);
    expect(told.pendingMigrations).toContain('Memberships1764000004000');
    expect(migrated).toMatchObject({ status: 0, stderr: '' });
  }, 60_000);

  it('says which port is taken', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const environment = { DATABASE_URL: database.serverUrl, PORT: String(port), ...keys };

    const starting = startServer(environment);

    await expect(starting).rejects.toThrow(`Port ${port} is in use: set PORT to another one.`);
    taken.close();
  }, 60_000);

  it('stops with one message that names every problem and no value', () => {
    const started = run(['dist/src/main.js'], {
      DATABASE_URL: database.serverUrl,
      PORT: 'eighty',
      TENANCY_MODE: 'swarm',
      ENCRYPTION_KEY: 'not-a-key',
    });

    expect(started.status).toBe(1);
    for (const name of ['PORT', 'TENANCY_MODE', 'ENCRYPTION_KEY', 'JWT_SECRET']) {
      expect(started.stderr).toContain(`- ${name} `);
    }
    expect(started.stderr).toContain('npm run -s key:generate');
    expect(started.stderr).not.toMatch(/eighty|swarm|not-a-key|postgresql:/);
  });

  it('lets an operator set the address of an account', async () => {
    const environment = { DATABASE_URL: database.adminUrl, ENCRYPTION_KEY: encryptionKey };
    run(['dist/src/commands/migrate.js'], environment);
    const id = '03092389-3f54-43d0-8b0b-c141bad644e6';
    await query(
      database.adminUrl,
      `INSERT INTO users (id, email, password_hash) VALUES
         ($1::uuid, $1::text || '@duplicate.invalid', '!'), (gen_random_uuid(), 'alice@x.com', '!')`,
      [id],
    );
    const setEmail = (...args: string[]) =>
      run(['dist/src/commands/ava.js', 'users:set-email', ...args], environment);

    expect(setEmail(id, 'ALICE@x.com')).toMatchObject({
      status: 1,
      stderr: 'Another account already has this address.\n',
    });
    expect(setEmail(id, 'not an address').status).toBe(1);
    expect(setEmail('00000000-0000-4000-8000-000000000000', 'a@b.com').status).toBe(1);
    expect(setEmail(id, 'gina@x.com').status).toBe(0);

    const rows = await query(database.adminUrl, 'SELECT email FROM users WHERE id = $1', [id]);
    expect(rows).toEqual([{ email: 'gina@x.com' }]);
  }, 60_000);
});

describe('commands', () => {
  it('make keys that are 32 bytes in urlsafe base64', () => {
    const { stdout } = run(['dist/src/commands/ava.js', 'key:generate']);

    expect(stdout).toMatch(/^[\w-]{43}=\n$/);
    expect(Buffer.from(stdout.trim(), 'base64url')).toHaveLength(32);
  });

  it('play the brief’s three tests in the demo', () => {
    const { status, stdout } = run(['dist/src/commands/demo.js']);

    expect(status).toBe(0);
    expect(stdout).toContain('All three tests of the brief hold.');
    expect(stdout).not.toContain('FAILED');
  }, 60_000);
});
