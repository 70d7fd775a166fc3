import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../src/kernel/database/embedded-postgres';
import { migrate } from '../../src/kernel/database/migrate';
import { isAlive } from '../../src/kernel/database/process-registry';
import { parseKeyring, Vault } from '../../src/kernel/security/vault';
import { onDatabase, query } from './database';
import { encryptionKey } from './keys';

declare global {
  var stopTestPostgres: (() => Promise<void>) | undefined;
}

const THROWAWAY = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '200',
};

const PREFIX = 'ava-e2e-';

/** One server for all test files; each clones its database from `ava_template`. */
export default async function setUp(): Promise<void> {
  await removeAbandoned();
  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  await chmod(folder, 0o711);
  const postgres = await startEmbeddedPostgres(join(folder, 'main'), { settings: THROWAWAY });
  const stop = async () => {
    await postgres.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  globalThis.stopTestPostgres = stop;
  stopWhenInterrupted(stop);
  process.env.AVA_TEST_FOLDER = folder;
  process.env.AVA_TEST_ADMIN_URL = postgres.adminUrl;
  process.env.AVA_TEST_SERVER_URL = postgres.serverUrl;
  try {
    await makeTemplate(postgres.adminUrl, postgres.serverUrl);
  } catch (error) {
    // Jest runs no teardown when the setup fails.
    await stop();
    throw error;
  }
}

/** Of a run that was killed: without its files, a PostgreSQL ends itself within a minute. */
async function removeAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number.parseInt(name.slice(PREFIX.length), 10);
    if (!name.startsWith(PREFIX) || Number.isNaN(pid) || isAlive(pid)) continue;
    await rm(join(tmpdir(), name), { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Jest runs no teardown on Ctrl-C, and PostgreSQL does not hear it. */
function stopWhenInterrupted(stop: () => Promise<void>): void {
  for (const [signal, status] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(signal, () => {
      void stop().finally(() => process.exit(status));
    });
  }
}

async function makeTemplate(adminUrl: string, serverUrl: string): Promise<void> {
  await query(adminUrl, 'CREATE DATABASE ava_template');
  await migrate({
    adminUrl: onDatabase(adminUrl, 'ava_template'),
    serverUrl: onDatabase(serverUrl, 'ava_template'),
    vault: new Vault(parseKeyring(encryptionKey)),
  });
  // Nobody can be connected to it any more, so clones never collide.
  await query(adminUrl, 'ALTER DATABASE ava_template WITH ALLOW_CONNECTIONS false');
}
