import { transformSync } from '@swc/core';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { temporaryFolder } from './database';

/** A Node process of its own that holds the embedded PostgreSQL of a data directory. */
export interface Child {
  readonly pid: number;
  readonly adminUrl: string;
  say(order: 'stop' | 'exit'): Promise<void>;
  kill(signal: NodeJS.Signals): Promise<void>;
}

const SOURCES = join(__dirname, '../../src/kernel/database');

const RUNNER = `
const { startEmbeddedPostgres } = require('./embedded-postgres');
process.on('SIGINT', () => undefined);
startEmbeddedPostgres(process.argv[2]).then(
  (postgres) => {
    console.log(JSON.stringify({ adminUrl: postgres.adminUrl }));
    process.on('exit', () => postgres.stopSync());
    process.stdin.on('data', (order) => {
      if (String(order) === 'exit') process.exit();
      postgres.stop().then(() => process.exit());
    });
  },
  (error) => {
    console.log(JSON.stringify({ error: error.message }));
    process.exit(1);
  },
);`;

/** The launcher as plain JavaScript, in a folder that every user may read. */
export class Launcher {
  private readonly folder = temporaryFolder();

  constructor() {
    chmodSync(this.folder, 0o755);
    const out = join(this.folder, 'kernel');
    mkdirSync(out);
    const sources = readdirSync(SOURCES).filter((name) =>
      /^(embedded|postgres|process|data-dir)/.test(name),
    );
    for (const name of sources) {
      const { code } = transformSync(readFileSync(join(SOURCES, name), 'utf8'), {
        jsc: { parser: { syntax: 'typescript' }, target: 'es2023' },
        module: { type: 'commonjs' },
      });
      writeFileSync(join(out, name.replace(/\.ts$/, '.js')), code);
    }
    writeFileSync(join(out, 'run.js'), RUNNER);
    symlinkSync(
      join(__dirname, '../../node_modules'),
      join(this.folder, 'node_modules'),
      'junction',
    );
  }

  async start(dataDir: string, user: { uid?: number; gid?: number } = {}): Promise<Child> {
    const child = spawn(process.execPath, [join(this.folder, 'kernel/run.js'), dataDir], {
      ...user,
      // A process group, so that a test can press Ctrl-C on it.
      detached: true,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const { adminUrl, error } = JSON.parse(line) as { adminUrl?: string; error?: string };
    if (!adminUrl || !child.pid) throw new Error(error);
    return controlsOf(child, child.pid, adminUrl);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function controlsOf(
  child: ChildProcessByStdio<Writable, Readable, null>,
  pid: number,
  adminUrl: string,
): Child {
  const ended = once(child, 'exit');
  return {
    pid,
    adminUrl,
    say: async (order) => {
      child.stdin.write(order);
      await ended;
    },
    kill: async (signal) => {
      child.kill(signal);
      await ended;
    },
  };
}
