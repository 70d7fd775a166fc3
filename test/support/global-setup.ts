import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../src/kernel/database/embedded-postgres';
import { migrate } from '../../src/kernel/database/migrate';
import { parseKeyring, Vault } from '../../src/kernel/security/vault';
import { onDatabase, query } from './database';
import { encryptionKey } from './keys';
import { throwawayFolder } from './throwaway-folder';

declare global {
  var stopTestPostgres: (() => Promise<void>) | undefined;
}

const THROWAWAY = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '200',
};

/** One server for all test files; each clones its database from `ava_template`. */
export default async function setUp(): Promise<void> {
  const folder = await throwawayFolder();
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
