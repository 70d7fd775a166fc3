import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedPostgresFailure } from './postgres-failure';

const PATIENCE_MS = 20_000;

/** Polls until `done`, and tells whether that came within the time. */
export async function until(done: () => boolean, patienceMs = PATIENCE_MS): Promise<boolean> {
  const deadline = Date.now() + patienceMs;
  while (!done()) {
    if (Date.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}

/** A zombie counts as dead: in a container, process 1 may never reap it. */
export function isAlive(pid: number): boolean {
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return linuxStat(pid)[0] !== 'Z';
}

/**
 * Pids come again, in containers above all, so a process is its pid and the moment it was born.
 * The folder's number makes what was copied along with a data directory count for nothing in the copy.
 */
function identify(pid: number, folder: string): string {
  return `${pid} ${birthOf(pid)} ${statSync(folder).ino}`;
}

function birthOf(pid: number): string {
  if (process.platform === 'win32') return '';
  if (process.platform === 'linux')
    return `${readText('/proc/sys/kernel/random/boot_id')}${linuxStat(pid)[19] ?? ''}`;
  return spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
}

/** The fields after the name, which may itself hold blanks and parentheses. */
function linuxStat(pid: number): string[] {
  if (process.platform !== 'linux') return [];
  const text = readText(`/proc/${pid}/stat`);
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function isRunning(identity: string, folder: string): boolean {
  const pid = Number.parseInt(identity, 10);
  return isAlive(pid) && identify(pid, folder) === identity;
}

/** One marker file for each use of a data directory; those of dead processes do not count. */
export class Users {
  private readonly marker: string;

  constructor(private readonly folder: string) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.marker = join(folder, `${process.pid}-${randomBytes(4).toString('hex')}`);
    writeFileSync(this.marker, identify(process.pid, folder), { mode: 0o600 });
  }

  /** @returns whether nobody else is left. */
  leave(): boolean {
    rmSync(this.marker, { force: true });
    if (!existsSync(this.folder)) return true;
    const others = readdirSync(this.folder).map((name) => join(this.folder, name));
    const gone = others.filter((file) => !isRunning(readText(file), this.folder));
    gone.forEach((file) => {
      rmSync(file, { force: true });
    });
    return gone.length === others.length;
  }
}

/** Runs `work` while no other process, and no other call in this one, holds the lock file. */
export async function exclusively<T>(file: string, work: () => Promise<T>): Promise<T> {
  if (!(await until(() => takeLock(file)))) {
    const [pid = '?'] = readText(file).split(' ');
    throw new EmbeddedPostgresFailure(
      `Process ${pid} has been starting or stopping the embedded PostgreSQL for ${PATIENCE_MS / 1000} s.`,
      `Wait for it or end it, then start again. If there is no such process, remove ${file}.`,
    );
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function takeLock(file: string): boolean {
  try {
    writeFileSync(file, identify(process.pid, dirname(file)), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  dropStaleLock(file);
  return false;
}

/** Renaming first: of two that see the same stale lock, only one may remove it, and never the new lock of the other. */
function dropStaleLock(file: string): void {
  const holder = readText(file);
  if (holder === '' ? !isOld(file) : isRunning(holder, dirname(file))) return;
  const aside = `${file}.${randomBytes(4).toString('hex')}`;
  try {
    renameSync(file, aside);
    if (readText(aside) === holder) rmSync(aside);
    else renameSync(aside, file);
  } catch {
    // Somebody else was faster.
  }
}

/** An empty lock is one whose writer is between creating and writing it, or died there. */
function isOld(file: string): boolean {
  try {
    return Date.now() - statSync(file).mtimeMs > 2000;
  } catch {
    return false;
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return '';
  }
}
