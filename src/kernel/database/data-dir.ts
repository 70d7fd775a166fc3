import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';

/** Where root keeps what the user that runs PostgreSQL must reach. */
export const SHARED_FOLDER = '/var/lib/ava-api';

/** The system user PostgreSQL runs as. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** `.ava` in the project, unless root runs a project that lies where PostgreSQL's user cannot enter, such as /root. */
export function defaultDataDir(projectDir: string): string {
  if (!isRoot() || closedFolder(projectDir) === undefined) return join(projectDir, '.ava');
  const hash = createHash('sha256').update(projectDir).digest('hex').slice(0, 8);
  return join(SHARED_FOLDER, `${basename(projectDir)}-${hash}`);
}

/** Makes the folder: closed to others, who may only pass through it when PostgreSQL runs as another user. */
export function prepareDataDir(dataDir: string): string {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  if (isRoot()) {
    if (dataDir.startsWith(SHARED_FOLDER + sep)) chmodSync(SHARED_FOLDER, 0o711);
    chmodSync(dataDir, statSync(dataDir).mode | 0o111);
  }
  return realpathSync(dataDir);
}

/** The first folder on the way to `path`, itself included, that the account (or just anybody) cannot enter. */
export function closedFolder(path: string, account?: Account): string | undefined {
  const folders: string[] = [];
  for (let folder = realpathSync(path); ; folder = dirname(folder)) {
    folders.unshift(folder);
    if (folder === dirname(folder)) break;
  }
  return folders.find((folder) => {
    const { mode, uid, gid } = statSync(folder);
    if (uid === account?.uid) return (mode & 0o100) === 0;
    return (mode & (gid === account?.gid ? 0o010 : 0o001)) === 0;
  });
}
