import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../src/kernel/database/embedded-postgres';
import { query } from '../support/database';
import { clusterFile, failureOf, Homes } from '../support/embedded-home';

// Processes start slowly on a busy machine.
const homes = new Homes();
let home: string;

beforeAll(async () => {
  home = await homes.used();
});

afterAll(() => {
  homes.remove();
});

describe('a start that fails', () => {
  it('shows the words of PostgreSQL and no password, and leaves nothing running', async () => {
    const message = await failureOf(
      startEmbeddedPostgres(home, { settings: { shared_buffers: 'much' } }),
    );

    expect(message).toContain('PostgreSQL did not start');
    expect(message).toContain('invalid value for parameter "shared_buffers"');
    expect(message).not.toContain(
      JSON.parse(readFileSync(join(home, 'database.json'), 'utf8')).adminPassword,
    );
    expect(existsSync(clusterFile(home, 'postmaster.pid'))).toBe(false);
    expect(readdirSync(join(home, 'users'))).toEqual([]);
  });

  it('names the version when the cluster is of another PostgreSQL', async () => {
    writeFileSync(clusterFile(home, 'PG_VERSION'), '12\n');

    const message = await failureOf(startEmbeddedPostgres(home));

    writeFileSync(clusterFile(home, 'PG_VERSION'), '18\n');
    expect(message).toContain('was made by PostgreSQL 12; installed is PostgreSQL 18');
  });

  it('never makes new passwords for data that has some', async () => {
    const file = join(home, 'database.json');
    const kept = readFileSync(file, 'utf8');
    rmSync(file);

    const message = await failureOf(startEmbeddedPostgres(home));

    expect(message).toContain('database.json');
    expect(existsSync(file)).toBe(false);
    writeFileSync(file, kept, { mode: 0o600 });
  });

  it('says so when the running server refuses the password', async () => {
    const postgres = await startEmbeddedPostgres(home);
    const file = join(home, 'database.json');
    const kept = readFileSync(file, 'utf8');
    writeFileSync(file, JSON.stringify({ adminPassword: 'wrong', serverPassword: 'wrong' }));

    const message = await failureOf(startEmbeddedPostgres(home));

    expect(message).toContain('does not let us in');
    writeFileSync(file, kept);
    await expect(query(postgres.adminUrl, 'SELECT 1')).resolves.toHaveLength(1);
    await postgres.stop();
  });
});
