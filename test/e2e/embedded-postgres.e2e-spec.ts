import { chmodSync, chownSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { closedFolder, isRoot } from '../../src/kernel/database/data-dir';
import { defaultDataDir, startEmbeddedPostgres } from '../../src/kernel/database/embedded-postgres';
import { onDatabase, query } from '../support/database';
import { Launcher } from '../support/embedded-child';
import {
  ANSWER,
  clusterFile,
  failureOf,
  Homes,
  portOf,
  postmasterOf,
} from '../support/embedded-home';

const project = join(__dirname, '../..');
const nobody = { uid: 65534, gid: 65534 };
// Processes start slowly on a busy machine.
const homes = new Homes();
let launcher: Launcher;
let home: string;

function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

beforeAll(async () => {
  launcher = new Launcher();
  home = await homes.used();
});

afterAll(() => {
  launcher.remove();
  homes.remove();
});

describe('the embedded PostgreSQL', () => {
  it('finds at the second start what was stored in the first', async () => {
    const postgres = await startEmbeddedPostgres(home);

    const rows = await query(postgres.adminUrl, ANSWER);

    expect(rows).toEqual([{ answer: 42 }]);
    await postgres.stop();
    expect(existsSync(clusterFile(home, 'postmaster.pid'))).toBe(false);
  });

  it('speaks UTF-8 and folds accented letters whatever the locale of the machine', async () => {
    const postgres = await startEmbeddedPostgres(home);

    const rows = await query(postgres.adminUrl, `SELECT lower('ÉÇ') AS lower, 'É' ~* 'é' AS alike`);

    expect(rows).toEqual([{ lower: 'éç', alike: true }]);
    await postgres.stop();
  });

  it('hands out the login of the server, for the migrations to make', async () => {
    const postgres = await startEmbeddedPostgres(home);

    const url = new URL(postgres.serverUrl);

    expect([url.username, url.hostname, url.pathname]).toEqual(['ava_api', '127.0.0.1', '/ava']);
    expect(url.port).toBe(portOf(postgres.adminUrl));
    expect(url.password).not.toBe(new URL(postgres.adminUrl).password);
    await postgres.stop();
  });

  it('may be stopped twice', async () => {
    const postgres = await startEmbeddedPostgres(home);
    await postgres.stop();

    await expect(postgres.stop()).resolves.toBeUndefined();
    expect(() => {
      postgres.stopSync();
    }).not.toThrow();
  });

  it('leaves port 5432 alone', async () => {
    const squatter = createServer();
    await new Promise((resolve) =>
      squatter.once('error', resolve).listen(5432, '127.0.0.1', () => {
        resolve(0);
      }),
    );

    const postgres = await startEmbeddedPostgres(home);

    expect(portOf(postgres.adminUrl)).not.toBe('5432');
    await postgres.stop();
    squatter.close();
  });
});

describe('its secrets', () => {
  it('lie in files that only their owner reads', async () => {
    const postgres = await startEmbeddedPostgres(home);

    const modes = ['database.json', 'postgres.log', 'postgres', 'users'].map((name) =>
      modeOf(join(home, name)),
    );

    expect(modes).toEqual(['600', '600', '700', '700']);
    expect(modeOf(home)).toBe(isRoot() ? '711' : '700');
    await postgres.stop();
  });

  it('are needed to get in', async () => {
    const postgres = await startEmbeddedPostgres(home);
    const url = new URL(postgres.adminUrl);

    url.password = 'guess';
    const guessing = query(url.href, 'SELECT 1');
    await expect(guessing).rejects.toMatchObject({ code: '28P01' });
    url.password = '';
    await expect(query(url.href, 'SELECT 1')).rejects.toThrow(/password/i);

    await postgres.stop();
  });

  it('are of no use from another machine: only the loopback interface is listened on', async () => {
    const postgres = await startEmbeddedPostgres(home);
    const outside = Object.values(networkInterfaces())
      .flat()
      .filter((i) => i?.family === 'IPv4' && !i.internal);

    for (const address of outside) {
      const url = new URL(postgres.adminUrl);
      url.hostname = address?.address ?? '';
      await expect(query(url.href, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    }

    const rows = await query(
      postgres.adminUrl,
      `SELECT current_setting('unix_socket_directories') AS sockets`,
    );
    expect(rows).toEqual([{ sockets: '' }]);
    await postgres.stop();
  });

  it('and the values of failing statements never reach the log', async () => {
    const postgres = await startEmbeddedPostgres(home);
    await query(
      postgres.adminUrl,
      'CREATE TABLE IF NOT EXISTS keys (value text UNIQUE CHECK (length(value) < 9))',
    );

    await expect(
      query(postgres.adminUrl, 'INSERT INTO keys VALUES ($1)', ['sk_parameter']),
    ).rejects.toThrow();
    await expect(
      query(postgres.adminUrl, `INSERT INTO keys VALUES ('sk_literal')`),
    ).rejects.toThrow();
    await expect(query(postgres.adminUrl, `SELECT 'sk_cast'::uuid`)).rejects.toThrow();

    await postgres.stop();
    const log = readFileSync(join(home, 'postgres.log'), 'utf8');
    expect(log).not.toContain('sk_');
    expect(log).not.toContain(new URL(postgres.adminUrl).password);
  });
});

describe('run by root', () => {
  it('PostgreSQL runs as another user', async () => {
    if (!isRoot()) return;
    const postgres = await startEmbeddedPostgres(home);

    const { uid } = statSync(`/proc/${postmasterOf(home)}`);

    expect(uid).toBeGreaterThan(0);
    await postgres.stop();
  });

  it('a folder that this user cannot enter is named, and the default one is elsewhere', async () => {
    if (!isRoot()) return;
    const closed = homes.empty();
    chmodSync(closed, 0o700);
    const inside = join(closed, 'project');
    mkdirSync(inside);

    const message = await failureOf(startEmbeddedPostgres(join(inside, '.ava')));

    expect(message).toContain(`cannot enter ${closed}`);
    expect(message).toContain('AVA_DATA_DIR');
    expect(defaultDataDir(inside)).toMatch(/^\/var\/lib\/ava-api\/project-[0-9a-f]{8}$/);
    expect(defaultDataDir(project) === join(project, '.ava')).toBe(
      closedFolder(project) === undefined,
    );
  });

  it('a data directory of an ordinary user stays that user’s, who can go on with it', async () => {
    if (!isRoot() || closedFolder(project) !== undefined) return;
    const theirs = homes.empty();
    chownSync(theirs, nobody.uid, nobody.gid);
    const first = await launcher.start(theirs, nobody);
    await query(first.adminUrl, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.say('stop');

    const asRoot = await startEmbeddedPostgres(theirs);
    await asRoot.stop();
    const again = await launcher.start(theirs, nobody);

    await expect(query(again.adminUrl, ANSWER)).resolves.toHaveLength(1);
    await expect(query(onDatabase(again.adminUrl, 'postgres'), 'SELECT 1')).resolves.toHaveLength(
      1,
    );
    await again.say('stop');
  });
});
