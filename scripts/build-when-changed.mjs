// Compiling takes most of a warm start, so it is skipped while no source has changed since the last build.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const sources = [
  'src',
  'migrations',
  'ormconfig.ts',
  'tsconfig.json',
  'tsconfig.build.json',
  'package-lock.json',
];
const stamp = 'dist/.built-from';

function* files(path) {
  if (!statSync(path).isDirectory()) yield path;
  else for (const name of readdirSync(path).sort()) yield* files(join(path, name));
}

const hash = createHash('sha256');
for (const path of sources) {
  for (const file of files(path)) hash.update(file).update('\0').update(readFileSync(file));
}
const now = hash.digest('hex');
const fresh = existsSync(stamp) && readFileSync(stamp, 'utf8') === now;

if (!fresh) {
  if (process.stderr.isTTY) process.stderr.write('Building…\n');
  rmSync('dist', { recursive: true, force: true });
  const { status } = spawnSync('npx', ['nest', 'build'], {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(stamp, now);
}
