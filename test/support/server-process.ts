import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const root = join(__dirname, '../..');

/** The built program in a process of its own, with nothing of this process's environment but PATH. */
export interface ServerProcess {
  readonly url: string;
  readonly child: ChildProcess;
  readonly output: () => string;
  /** @returns the exit status, null when a signal ended it */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/** Compiles when a source has changed; quick otherwise. */
export function build(): void {
  const { status, stderr } = spawnSync('node', ['scripts/build-when-changed.mjs'], { cwd: root });
  if (status !== 0) throw new Error(stderr.toString());
}

/** Starts the server on a free port and waits until it says that it listens. */
export async function startServer(environment: NodeJS.ProcessEnv): Promise<ServerProcess> {
  const child = spawn(process.execPath, ['dist/src/main.js'], {
    cwd: root,
    env: { PATH: process.env.PATH, PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  createInterface(child.stderr).on('line', (line) => lines.push(line));
  const stdout = createInterface(child.stdout);
  const exited = once(child, 'exit');
  const url = await new Promise<string>((resolve, reject) => {
    stdout.on('line', (line) => {
      lines.push(line);
      const address = /listening at (http:\/\/127\.0\.0\.1:\d+)/.exec(line)?.[1];
      if (address) resolve(address);
    });
    void exited.then(() => {
      reject(new Error(lines.join('\n')));
    });
  });
  return {
    url,
    child,
    output: () => lines.join('\n'),
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      const [status] = (await exited) as [number | null];
      return status;
    },
  };
}

/** Runs a file of the built program to its end. */
export function run(args: string[], environment: NodeJS.ProcessEnv = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    env: { PATH: process.env.PATH, ...environment },
    encoding: 'utf8',
  });
  return { status, stdout, stderr };
}
