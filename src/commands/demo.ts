import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../boot';
import { parseEnv } from '../kernel/config/env';
import { resolveSettings } from '../kernel/config/settings';
import { migrate } from '../kernel/database/migrate';
import { createLogger } from '../kernel/http/logger';
import { parseKeyring, Vault } from '../kernel/security/vault';
import { playDemo } from './demo-play';
import { runCommand } from './run-command';

/** A server of its own with throwaway data, beside whatever runs on this machine. */
runCommand(async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'ava-demo-'));
  const { settings, stop, stopSync } = await resolveSettings(
    parseEnv({ AVA_DATA_DIR: dataDir, LOG_LEVEL: 'silent' }),
  );
  process.once('exit', stopSync);
  process.once('SIGINT', () => process.exit(130));
  const { databaseAdminUrl: adminUrl = '', databaseUrl: serverUrl, encryptionKey } = settings;
  await migrate({ adminUrl, serverUrl, vault: new Vault(parseKeyring(encryptionKey)) });
  const app = await createApp(settings, createLogger(settings));
  try {
    await app.listen(0, '127.0.0.1');
    const held = await playDemo(await app.getUrl(), adminUrl);
    process.exitCode = held ? 0 : 1;
  } finally {
    await app.close();
    await stop();
    await rm(dataDir, { recursive: true, force: true });
  }
});
