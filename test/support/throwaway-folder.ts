import { constants } from 'node:fs';
import { access, chmod, mkdtemp, readdir, rm, statfs } from 'node:fs/promises';
import { freemem, tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../../src/kernel/database/process-registry';

const PREFIX = 'ava-e2e-';

/** A file system in memory, which Linux has. */
const MEMORY = '/dev/shm';

/** Several times what a run keeps at its fullest. */
const ROOM = 4_000_000_000;

/** For everything that the servers of this run write; what runs that were killed have left goes. */
export async function throwawayFolder(): Promise<string> {
  for (const place of [tmpdir(), MEMORY]) await removeAbandoned(place);
  // A database is five hundred files, and the run makes hundreds of databases: some disks need half a second for each.
  const place = (await hasRoom(MEMORY)) ? MEMORY : tmpdir();
  const folder = await mkdtemp(join(place, `${PREFIX}${process.pid}-`));
  await chmod(folder, 0o711);
  return folder;
}

async function hasRoom(place: string): Promise<boolean> {
  try {
    await access(place, constants.W_OK);
    const { bavail, bsize } = await statfs(place);
    return Math.min(bavail * bsize, freemem()) > ROOM;
  } catch {
    return false;
  }
}

/** Of a run that was killed: without its files, a PostgreSQL ends itself within a minute. */
async function removeAbandoned(place: string): Promise<void> {
  for (const name of await readdir(place).catch(() => [])) {
    const pid = Number.parseInt(name.slice(PREFIX.length), 10);
    if (!name.startsWith(PREFIX) || Number.isNaN(pid) || isAlive(pid)) continue;
    await rm(join(place, name), { recursive: true, force: true, maxRetries: 5 });
  }
}
