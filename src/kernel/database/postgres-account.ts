import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { type Account, isRoot } from './data-dir';
import { EmbeddedPostgresFailure } from './postgres-failure';

const NAME = 'ava-postgres';

/** PostgreSQL refuses to run as root: root runs it as the owner of the cluster, or as a system user. */
export function accountFor(cluster: string): Account | undefined {
  if (!isRoot()) return undefined;
  const account = ownerOf(cluster) ?? find(NAME) ?? find('postgres') ?? create();
  if (account) return account;
  throw new EmbeddedPostgresFailure(
    `PostgreSQL refuses to run as root, and the system user ${NAME} could not be created.`,
    `Start as an ordinary user, create a system user named ${NAME}, or set DATABASE_URL.`,
  );
}

function ownerOf(cluster: string): Account | undefined {
  const found = statSync(cluster, { throwIfNoEntry: false });
  return found && found.uid !== 0 ? found : undefined;
}

function find(name: string): Account | undefined {
  const [uid, gid] = ['-u', '-g'].map((what) => run('id', [what, name]));
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : undefined;
}

function create(): Account | undefined {
  run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/bin/false', NAME]);
  return find(NAME) ?? createOnAlpine();
}

function createOnAlpine(): Account | undefined {
  run('addgroup', ['-S', NAME]);
  run('adduser', ['-S', '-D', '-H', '-s', '/bin/false', '-G', NAME, NAME]);
  return find(NAME);
}

function run(command: string, args: string[]): string | undefined {
  const { status, stdout } = spawnSync(command, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return status === 0 ? stdout.trim() : undefined;
}
