import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { closeSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openLog } from './postgres-cluster';
import { type Binaries, program, spawnOptions } from './postgres-binaries';
import { EmbeddedPostgresFailure, readLog, sizeOf } from './postgres-failure';
import { isAlive, until } from './process-registry';

export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
}

export interface Launch {
  readonly binaries: Binaries;
  readonly cluster: string;
  readonly log: string;
  readonly settings: Readonly<Record<string, string>>;
}

const WINDOWS = process.platform === 'win32';

/** Errors carry values of rows, so they stay out of the log: they go to the client, which knows what to redact. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  password_encryption: 'scram-sha-256',
  shared_buffers: '64MB',
  max_wal_size: '256MB',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_parameter_max_length_on_error: '0',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
};

/** More than any system gives. */
const NO_PID = '2147483647';

/** The live server of this very folder. */
export function findPostmaster(cluster: string): Postmaster | undefined {
  const found = readPostmaster(cluster);
  if (!found) return undefined;
  if (isAlive(found.pid) && serves(found.pid, cluster)) return found;
  disown(cluster);
  return undefined;
}

/**
 * A file that names some other process (pids come again, folders are copied) or a zombie would stop PostgreSQL from
 * starting. It is not removed, because PostgreSQL also learns from it whether an orphan still writes to the folder.
 */
function disown(cluster: string): void {
  const file = join(cluster, 'postmaster.pid');
  try {
    const text = readFileSync(file, 'utf8');
    if (/^\d+\n/.test(text)) writeFileSync(file, text.replace(/^\d+/, NO_PID), { flag: 'r+' });
    else rmSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

function readPostmaster(cluster: string): Postmaster | undefined {
  try {
    const lines = readFileSync(join(cluster, 'postmaster.pid'), 'utf8').split('\n');
    const [pid, port] = [Number(lines[0]), Number(lines[3])];
    return { pid, port, ready: lines[7]?.trim() === 'ready' };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function serves(pid: number, cluster: string): boolean {
  if (WINDOWS) return true;
  try {
    const [theirs, ours] = [statSync(`/proc/${pid}/cwd`), statSync(cluster)];
    return theirs.dev === ours.dev && theirs.ino === ours.ino;
  } catch {
    // No /proc (macOS), or one that hides other users' folders even from root (containers).
    const ps = spawnSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' });
    return commandOf(pid, ps.stdout).includes(cluster);
  }
}

function commandOf(pid: number, fallback: string | null): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return fallback ?? '';
  }
}

/** Starts the server and waits until it takes connections. Others may take the port first: then it is another one. */
export async function launch(how: Launch): Promise<Postmaster> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const offset = sizeOf(how.log);
    const started = await spawnServer(how, await freePort());
    if (started) return started;
    const passing = /could not (bind|create any TCP)|pre-existing shared memory block/;
    if (Date.now() > deadline || !passing.test(readLog(how.log, offset))) break;
    await sleep(50);
  }
  throw new EmbeddedPostgresFailure(
    `PostgreSQL did not start on ${how.cluster}.`,
    'Remove the cause it names below and start again, or set DATABASE_URL.',
  );
}

/** In a process group of its own, so that Ctrl-C in the terminal does not stop it before the server has drained. */
async function spawnServer(how: Launch, port: number): Promise<Postmaster | undefined> {
  const { binaries, cluster, log } = how;
  const settings = Object.entries({ ...SETTINGS, ...how.settings, port: String(port) });
  const options = settings.flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  // On Windows pg_ctl takes off the administrator's rights, with which PostgreSQL refuses to run.
  const [file, args] = WINDOWS
    ? (['pg_ctl', ['start', '-W', '-D', cluster, '-l', log, '-o', options.join(' ')]] as const)
    : (['postgres', ['-D', cluster, ...options]] as const);
  const fd = openLog(log, binaries.account);
  const child = spawn(program(binaries, file), args, {
    ...spawnOptions(binaries),
    detached: true,
    stdio: WINDOWS ? 'ignore' : ['ignore', fd, fd],
    windowsHide: true,
  });
  closeSync(fd);
  child.unref();
  return watch(child, cluster);
}

async function watch(child: ChildProcess, cluster: string): Promise<Postmaster | undefined> {
  const state: { ended: boolean; ready?: Postmaster } = { ended: false };
  child.once('error', () => (state.ended = true));
  child.once('exit', (code) => (state.ended = !WINDOWS || code !== 0));
  await until(() => {
    const found = readPostmaster(cluster);
    if (found?.ready && (WINDOWS || found.pid === child.pid)) state.ready = found;
    return state.ended || state.ready !== undefined;
  });
  if (!state.ready && !state.ended) child.kill('SIGQUIT');
  return state.ended ? undefined : state.ready;
}

export function signal(binaries: Binaries, pid: number, name: 'INT' | 'QUIT'): void {
  try {
    if (WINDOWS)
      spawnSync(program(binaries, 'pg_ctl'), ['kill', name, String(pid)], spawnOptions(binaries));
    else process.kill(pid, `SIG${name}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Open transactions are rolled back at once ("fast"); what does not end by that is ended without a checkpoint. */
export async function shutDown(binaries: Binaries, pid: number): Promise<void> {
  for (const name of ['INT', 'QUIT'] as const) {
    signal(binaries, pid, name);
    if (await until(() => !isAlive(pid), 10_000)) return;
  }
  throw new EmbeddedPostgresFailure(
    `PostgreSQL (process ${pid}) does not stop.`,
    'End it by hand.',
  );
}

async function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve, reject) => {
    server.once('error', reject).listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
      server.close(() => {
        resolve(port);
      });
    });
  });
}
