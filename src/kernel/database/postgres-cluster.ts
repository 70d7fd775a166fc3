import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chownSync,
  closeSync,
  existsSync,
  fchownSync,
  ftruncateSync,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type Account } from './data-dir';
import { type Binaries, program, spawnOptions } from './postgres-binaries';
import { EmbeddedPostgresFailure } from './postgres-failure';

/** The passwords of one data directory. */
export interface Secrets {
  readonly adminPassword: string;
  readonly serverPassword: string;
}

const MAX_LOG_BYTES = 5_000_000;

/** Opened here and inherited, so that PostgreSQL's user needs no right in the data directory. */
export function openLog(file: string, account: Account | undefined): number {
  const fd = openSync(file, 'a', 0o600);
  if (fstatSync(fd).size > MAX_LOG_BYTES) ftruncateSync(fd);
  if (account) fchownSync(fd, account.uid, account.gid);
  return fd;
}

export function readSecrets(dataDir: string): Secrets {
  const file = join(dataDir, 'database.json');
  if (!existsSync(file) && !existsSync(join(dataDir, 'postgres'))) writeSecrets(file);
  try {
    const found = JSON.parse(readFileSync(file, 'utf8')) as Partial<Secrets>;
    const { adminPassword, serverPassword } = found;
    if (adminPassword && serverPassword) return { adminPassword, serverPassword };
  } catch {
    // The text may hold a password, and a JSON error quotes the text: it is no cause to pass on.
  }
  throw new EmbeddedPostgresFailure(
    `${file}, which holds the passwords of the embedded PostgreSQL, is missing, damaged or not yours to read.`,
    `Start as the user that made it, restore it from a backup, or remove ${dataDir} to start anew without its data.`,
  );
}

function writeSecrets(file: string): void {
  const secrets: Secrets = {
    adminPassword: randomBytes(24).toString('base64url'),
    serverPassword: randomBytes(24).toString('base64url'),
  };
  const draft = `${file}.${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, JSON.stringify(secrets, null, 2), { mode: 0o600, flush: true });
  renameSync(draft, file);
}

/** Makes the cluster beside its place and moves it there when it is whole; what a killed initdb left is removed. */
export async function ensureCluster(
  dataDir: string,
  binaries: Binaries,
  secrets: Secrets,
): Promise<void> {
  removeLeftovers(dataDir);
  const cluster = join(dataDir, 'postgres');
  if (existsSync(join(cluster, 'PG_VERSION'))) {
    checkVersion(cluster, binaries.major);
    return;
  }
  // A name of its own: an initdb whose Node was killed may still be writing to the last one.
  const suffix = randomBytes(4).toString('hex');
  const draft = join(dataDir, `postgres.new-${suffix}`);
  const passwordFile = join(dataDir, `postgres.password-${suffix}`);
  mkdirSync(draft, { mode: 0o700 });
  writeFileSync(passwordFile, secrets.adminPassword, { mode: 0o600 });
  try {
    [draft, passwordFile].forEach((path) => {
      if (binaries.account) chownSync(path, binaries.account.uid, binaries.account.gid);
    });
    await initdb(binaries, [draft, passwordFile], join(dataDir, 'postgres.log'));
    renameSync(draft, cluster);
  } finally {
    removeLeftovers(dataDir);
  }
}

function removeLeftovers(dataDir: string): void {
  readdirSync(dataDir)
    .filter((name) => /^(postgres\.(new|password)|database\.json\.)/.test(name))
    .forEach((name) => {
      rmSync(join(dataDir, name), { recursive: true, force: true, maxRetries: 3 });
    });
}

function checkVersion(cluster: string, major: string): void {
  const made = readFileSync(join(cluster, 'PG_VERSION'), 'utf8').trim();
  if (made === major) return;
  throw new EmbeddedPostgresFailure(
    `${cluster} was made by PostgreSQL ${made}; installed is PostgreSQL ${major}.`,
    `Move the data with pg_dump of PostgreSQL ${made}, or remove the folder to start anew without its data.`,
  );
}

async function initdb(
  binaries: Binaries,
  [folder, passwordFile]: string[],
  log: string,
): Promise<void> {
  const fd = openLog(log, binaries.account);
  const options = ['--username=postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile ?? ''}`];
  // The builtin provider folds é to É alike on every system; C.UTF-8 of the C library is not on all of them.
  const locale = [
    '--encoding=UTF8',
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
  ];
  try {
    const child = spawn(program(binaries, 'initdb'), ['-D', folder ?? '', ...options, ...locale], {
      ...spawnOptions(binaries),
      stdio: ['ignore', fd, fd],
      windowsHide: true,
    });
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject).once('exit', resolve);
    });
    if (code === 0) return;
  } finally {
    closeSync(fd);
  }
  throw new EmbeddedPostgresFailure(
    'initdb could not make the database cluster.',
    'Check the disk and the rights of the folder, then start again, or set DATABASE_URL.',
  );
}
