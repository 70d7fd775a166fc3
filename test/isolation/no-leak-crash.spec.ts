import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { encryptionKey, jwtSecret } from '../support/keys';
import { createDatabase, type TestDatabase } from '../support/database';
import { password } from '../support/people';
import { build, run, startServer, type ServerProcess } from '../support/server-process';
import { credentials, MARK, Secrets, stray } from './secrets';

const secrets = new Secrets();
let database: TestDatabase;

beforeAll(async () => {
  build();
  database = await createDatabase();
}, 120_000);
afterAll(() => database.drop());

const environment = () => ({
  DATABASE_URL: database.serverUrl,
  ENCRYPTION_KEY: encryptionKey,
  JWT_SECRET: jwtSecret,
  LOG_LEVEL: 'trace',
});

function startToCrash(kind: string): Promise<ServerProcess> {
  const crash = join(__dirname, '../support/crash-when-told.cjs');
  return startServer({
    ...environment(),
    NODE_OPTIONS: `--require ${crash}`,
    CRASH_AS: kind,
    CRASH_WITH: stray,
  });
}

async function post(url: string, body: unknown, token = ''): Promise<Record<string, string>> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  return (await answer.json()) as Record<string, string>;
}

/** Somebody registers, saves a key and sends what is no HTTP. */
async function use({ url }: ServerProcess): Promise<void> {
  const session = await post(`${url}/auth/register`, { email: `${randomUUID()}@x.com`, password });
  secrets.addSession(session as never);
  await post(`${url}/vapi-settings`, { apiKey: credentials.apiKey }, session.accessToken);
  const { port } = new URL(url);
  for (const broken of [`GET /${stray} HTTP/9.9\r\n\r\n`, `x-key: ${stray.repeat(2000)}\r\n`]) {
    const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
    socket.end(broken.startsWith('GET') ? broken : `GET / HTTP/1.1\r\n${broken}\r\n`);
    socket.resume();
    await once(socket, 'close');
  }
}

/** As `ps` shows it to everybody on the machine. */
function commandOf({ child }: ServerProcess): string {
  const file = `/proc/${child.pid ?? 0}/cmdline`;
  return existsSync(file) ? readFileSync(file, 'utf8') : 'dist/src/main.js';
}

describe('a server that crashes says where and no secret', () => {
  it.each([
    ['an error that is thrown', 'TypeError'],
    ['a promise that nobody hears', 'TypeError'],
    ['a text for a reason', 'ERR_UNHANDLED_REJECTION'],
    ['an object that is thrown', 'object'],
  ])('by %s', async (kind, says) => {
    const server = await startToCrash(kind);
    try {
      await use(server);
    } catch (error) {
      await server.stop('SIGKILL');
      throw error;
    }
    const command = commandOf(server);

    const status = await server.stop('SIGUSR2');

    const said = server.output();
    expect(status).toBe(1);
    expect(secrets.in(`${command}\n${said}`)).toEqual([]);
    expect(command).toContain('dist/src/main.js');
    expect(said).toContain('"msg":"uncaught"');
    expect(said).toContain(says);
  });
});

describe('a server that cannot start says why and no secret', () => {
  const url = () => new URL(database.serverUrl);

  it.each([
    [
      'a password that is wrong',
      () => ({ DATABASE_URL: Object.assign(url(), { password: stray }).href }),
      'password authentication failed',
    ],
    [
      'a port that nobody listens at',
      () => ({ DATABASE_URL: Object.assign(url(), { password: stray, port: '1' }).href }),
      'ECONNREFUSED',
    ],
    [
      'settings that are wrong',
      () => ({ JWT_SECRET: MARK, ENCRYPTION_KEY: MARK, VAPI_BASE_URL: MARK }),
      'ENCRYPTION_KEY',
    ],
  ])('with %s', (_, wrong, says) => {
    const { status, stdout, stderr } = run(['dist/src/main.js'], { ...environment(), ...wrong() });

    expect(status).toBe(1);
    expect(secrets.in(stdout + stderr)).toEqual([]);
    expect(stderr).toContain(says);
  });
});
