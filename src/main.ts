import { createApp } from './boot';
import { loadEnv } from './kernel/config/env';
import { resolveSettings } from './kernel/config/settings';
import { createLogger } from './kernel/http/logger';
import { migrate } from './kernel/database/migrate';
import { parseKeyring, Vault } from './kernel/security/vault';
import { Shutdown } from './shutdown';

async function main(): Promise<void> {
  const env = loadEnv();
  const shutdown = new Shutdown();
  const { settings, notices, stop, stopSync } = await resolveSettings(env);
  shutdown.add(stop, stopSync);
  const logger = createLogger(settings);
  for (const notice of notices) logger.warn(notice);
  const { databaseUrl: serverUrl, databaseAdminUrl: adminUrl, encryptionKey } = settings;
  if (adminUrl !== undefined) {
    const vault = new Vault(parseKeyring(encryptionKey));
    await migrate({ adminUrl, serverUrl, vault, say: (line) => logger.info(line) });
  }
  const app = await createApp(settings, logger);
  shutdown.add(() => app.close());
  await app.listen(settings.port, settings.host);
  logger.info(`ava-api listens on ${await app.getUrl()}`);
  if (settings.docs) logger.info(`Swagger UI: ${settings.publicUrl}/docs`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
