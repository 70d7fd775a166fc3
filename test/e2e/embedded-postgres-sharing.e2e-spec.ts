import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../src/kernel/database/embedded-postgres';
import { isAlive, until } from '../../src/kernel/database/process-registry';
import { query } from '../support/database';
import { Launcher } from '../support/embedded-child';
import { ANSWER, clusterFile, Homes, portOf, postmasterOf } from '../support/embedded-home';

// Processes start slowly on a busy machine.
const homes = new Homes();
let launcher: Launcher;
let home: string;

beforeAll(async () => {
  launcher = new Launcher();
  home = await homes.used();
});

afterAll(() => {
  launcher.remove();
  homes.remove();
});

describe('when its Node is killed', () => {
  it('goes on, and the next start adopts and stops it', async () => {
    const killed = await launcher.start(home);
    await killed.kill('SIGKILL');
    const postmaster = postmasterOf(home);
    expect(isAlive(postmaster)).toBe(true);

    const next = await startEmbeddedPostgres(home);

    expect(next.adminUrl).toBe(killed.adminUrl);
    expect(postmasterOf(home)).toBe(postmaster);
    await next.stop();
    expect(isAlive(postmaster)).toBe(false);
  });

  it('or exits without stopping, the exit hook takes it along', async () => {
    const careless = await launcher.start(home);
    const postmaster = postmasterOf(home);

    await careless.say('exit');

    await expect(until(() => !isAlive(postmaster), 5000)).resolves.toBe(true);
  });

  it('a crashed PostgreSQL waits for its orphans to let go of the folder', async () => {
    const before = await startEmbeddedPostgres(home);
    const busy = query(
      before.adminUrl,
      `DO $$ BEGIN FOR i IN 1..1e9 LOOP EXIT WHEN clock_timestamp() > now() + '2 s'; END LOOP; END $$`,
    ).catch(() => undefined);
    const runs = `SELECT 1 FROM pg_stat_activity WHERE query LIKE 'DO %' AND state = 'active'`;
    while ((await query(before.adminUrl, runs)).length === 0);
    const started = Date.now();
    process.kill(postmasterOf(home), 'SIGKILL');

    const after = await startEmbeddedPostgres(home);

    expect(Date.now() - started).toBeGreaterThan(1000);
    await expect(query(after.adminUrl, ANSWER)).resolves.toEqual([{ answer: 42 }]);
    await busy;
    await before.stop();
    await after.stop();
  });

  it('a crashed PostgreSQL just starts again, with what was committed', async () => {
    const before = await startEmbeddedPostgres(home);
    process.kill(postmasterOf(home), 'SIGKILL');
    await before.stop();

    const postgres = await startEmbeddedPostgres(home);

    await expect(query(postgres.adminUrl, ANSWER)).resolves.toEqual([{ answer: 42 }]);
    await postgres.stop();
  });

  it('Ctrl-C in the terminal does not reach it: the server drains first', async () => {
    const child = await launcher.start(home);

    process.kill(-child.pid, 'SIGINT');

    // A server that shuts down takes no new connection.
    for (let i = 0; i < 20; i++) expect(await query(child.adminUrl, 'SELECT 1')).toHaveLength(1);
    await child.say('stop');
    expect(existsSync(clusterFile(home, 'postmaster.pid'))).toBe(false);
  });
});

describe('two that use one data directory', () => {
  it('share a server, which only the last one to leave stops', async () => {
    const alice = await launcher.start(home);
    const bob = await startEmbeddedPostgres(home);
    expect(bob.adminUrl).toBe(alice.adminUrl);

    await alice.say('stop');
    await expect(query(bob.adminUrl, ANSWER)).resolves.toHaveLength(1);

    const postmaster = postmasterOf(home);
    await bob.stop();
    expect(isAlive(postmaster)).toBe(false);
  });

  it('may both be the first', async () => {
    const fresh = homes.empty();

    const [alice, bob] = await Promise.all([launcher.start(fresh), launcher.start(fresh)]);

    expect(bob.adminUrl).toBe(alice.adminUrl);
    await Promise.all([alice.say('stop'), bob.say('stop')]);
    expect(existsSync(clusterFile(fresh, 'postmaster.pid'))).toBe(false);
  });

  it('may be one that stops while another starts', async () => {
    const alice = await startEmbeddedPostgres(home);

    const [bob] = await Promise.all([startEmbeddedPostgres(home), alice.stop()]);

    await expect(query(bob.adminUrl, ANSWER)).resolves.toHaveLength(1);
    await bob.stop();
  });
});

describe('what an earlier run left behind', () => {
  it.each([
    ['of a dead process', () => spawnSync('true').pid],
    ['of a living process that is something else', () => process.pid],
  ])('a postmaster.pid %s does not stop the start', async (_, pidOf) => {
    const content = `${pidOf()}\n${clusterFile(home, '')}\n1700000000\n5432\n\n127.0.0.1\n  1 1\nready   \n`;
    writeFileSync(clusterFile(home, 'postmaster.pid'), content);

    const postgres = await startEmbeddedPostgres(home);

    await expect(query(postgres.adminUrl, 'SELECT 1')).resolves.toHaveLength(1);
    await postgres.stop();
  });

  it('an empty postmaster.pid does not either', async () => {
    writeFileSync(clusterFile(home, 'postmaster.pid'), '');

    const postgres = await startEmbeddedPostgres(home);

    await expect(query(postgres.adminUrl, 'SELECT 1')).resolves.toHaveLength(1);
    await postgres.stop();
  });

  it('a lock or a use of a process that is gone counts for nothing, even when its pid lives again', async () => {
    writeFileSync(join(home, 'lock'), `${process.pid} born-some-other-time`);
    writeFileSync(join(home, 'users', '1-stale'), '1 born-some-other-time');

    const postgres = await startEmbeddedPostgres(home);
    const postmaster = postmasterOf(home);
    await postgres.stop();

    expect(isAlive(postmaster)).toBe(false);
    expect(readdirSync(join(home, 'users'))).toEqual([]);
  });

  it('half a cluster, of an initdb that was killed, is thrown away', async () => {
    const fresh = homes.empty();
    mkdirSync(join(fresh, 'postgres.new/base'), { recursive: true });
    mkdirSync(join(fresh, 'postgres.new-0badcafe/base'), { recursive: true });
    writeFileSync(join(fresh, 'postgres.new/PG_VERSION'), '18\n');
    writeFileSync(join(fresh, 'postgres.password-0badcafe'), 'left');

    const postgres = await startEmbeddedPostgres(fresh);

    await expect(query(postgres.adminUrl, 'SELECT 1')).resolves.toHaveLength(1);
    await postgres.stop();
    expect(readdirSync(fresh).sort()).toEqual([
      'database.json',
      'postgres',
      'postgres.log',
      'users',
    ]);
  });

  it('a copy of the folder of a running server gets a server of its own', async () => {
    const original = await startEmbeddedPostgres(home);
    await query(original.adminUrl, 'CHECKPOINT');
    const copy = homes.empty();
    cpSync(home, copy, { recursive: true });
    const owner = statSync(clusterFile(home, ''));
    spawnSync('chown', ['-R', `${owner.uid}:${owner.gid}`, clusterFile(copy, '')]);

    const postgres = await startEmbeddedPostgres(copy);

    expect(portOf(postgres.adminUrl)).not.toBe(portOf(original.adminUrl));
    const postmaster = postmasterOf(copy);
    await postgres.stop();
    expect(isAlive(postmaster)).toBe(false);
    await expect(query(original.adminUrl, ANSWER)).resolves.toHaveLength(1);
    await original.stop();
  });
});
