import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cleanup } from './cleanup';
import type { Database } from './data-set';

/** Something that serves the API, to be measured. */
export interface Program {
  readonly name: string;
  readonly file: string;
  /** Whether it must answer what the others answer, field by field. */
  readonly exact: boolean;
  /** How it finds a page deep in a list. */
  readonly paging: 'cursor' | 'offset';
  /** The server has a login without power; the others know no policies and need one that none apply to. */
  readonly login: 'server' | 'admin';
  readonly environment: NodeJS.ProcessEnv;
}

export interface Running {
  readonly program: Program;
  readonly url: string;
  readonly pid: number;
  /** From the start of the process to the first 200 of /health/ready. */
  readonly startMs: number;
  readonly stop: () => Promise<void>;
}

export const LIMIT = 'limit';
export const ORDINARY = 'ordinary';
export const AVA = 'ava';

const PATIENCE_MS = 30_000;
const compiled = (file: string) => join(__dirname, file);

/** The server of this checkout. */
export function ava(root: string): Program {
  return {
    name: AVA,
    file: join(root, 'dist/src/main.js'),
    exact: true,
    paging: 'cursor',
    login: 'server',
    // One client sends everything: limits on it would be all that is measured, and production refuses to lift them.
    environment: { RATE_LIMITS: 'off' },
  };
}

/** That of another one, say of an earlier commit, whose answers may have other fields. */
export function avaOf(dir: string): Program {
  return { ...ava(resolve(dir)), name: `${AVA} (${dir})`, exact: false };
}

const production = { NODE_ENV: 'production' };

export const limit: Program = {
  name: LIMIT,
  file: compiled('limit.js'),
  exact: true,
  paging: 'cursor',
  login: 'admin',
  environment: production,
};

export const ordinary: Program = {
  name: ORDINARY,
  file: compiled('ordinary/main.js'),
  exact: true,
  paging: 'offset',
  login: 'admin',
  environment: production,
};

/** Starts programs as processes of their own, in a folder without an `.env`. */
export class Launcher {
  private count = 0;

  constructor(
    private readonly folder: string,
    private readonly cleanup: Cleanup,
  ) {}

  async start(program: Program, database: Database): Promise<Running> {
    const port = await freePort();
    const log = join(this.folder, `${++this.count}.log`);
    const fd = openSync(log, 'a');
    const begun = performance.now();
    const child = spawn(process.execPath, [program.file], {
      cwd: this.folder,
      env: {
        PATH: process.env.PATH,
        HOST: '127.0.0.1',
        PORT: String(port),
        DATABASE_URL: program.login === 'server' ? database.serverUrl : database.adminUrl,
        ENCRYPTION_KEY: database.keys.encryptionKey,
        JWT_SECRET: database.keys.jwtSecret,
        ...program.environment,
      },
      stdio: ['ignore', fd, fd],
    });
    closeSync(fd);
    const stop = () => end(child);
    this.cleanup.add(stop);
    this.cleanup.addAtExit(() => child.kill('SIGKILL'));
    const url = `http://127.0.0.1:${port}`;
    try {
      await ready(url, child);
    } catch (error) {
      await stop();
      const tail = readFileSync(log, 'utf8').split('\n').slice(-20).join('\n');
      throw new Error(`${program.name}: ${(error as Error).message}\n${tail}`, { cause: error });
    }
    const startMs = performance.now() - begun;
    return { program, url, pid: child.pid ?? 0, startMs, stop };
  }
}

async function ready(url: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  let last = 'no answer';
  while (Date.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('it has ended.');
    try {
      const answer = await fetch(`${url}/health/ready`);
      if (answer.status === 200) return;
      last = await answer.text();
    } catch {
      // Not listening yet.
    }
    await sleep(5);
  }
  throw new Error(`/health/ready did not become 200: ${last}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const hard = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await ended;
  clearTimeout(hard);
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('No port is free.');
  return address.port;
}
