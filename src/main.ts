import { createApp } from './boot';
import { Jobs } from './jobs/jobs.service';
import { loadEnv } from './kernel/config/env';
import { resolveSettings, type Settings } from './kernel/config/settings';
import { loggable } from './kernel/database/database-errors';
import { migrate } from './kernel/database/migrate';
import { createLogger } from './kernel/http/logger';
import { parseKeyring, Vault } from './kernel/security/vault';
import { Shutdown } from './shutdown';

async function main(): Promise<void> {
  const env = loadEnv();
  const logger = createLogger(env);
  process.on('uncaughtException', (error) => {
    // Node would print the error with everything it carries.
    logger.fatal({ error: loggable(error) }, 'uncaught');
    process.exit(1);
  });
  const shutdown = new Shutdown();
  const { settings, notices, stop, stopSync } = await resolveSettings(env);
  shutdown.add(stop, stopSync);
  for (const notice of notices) logger.warn(notice);
  await migrateWhenAllowed(settings, (line) => {
    logger.info(line);
  });
  const app = await createApp(settings, logger);
  shutdown.add(() => app.close());
  await app.listen(settings.port, settings.host);
  app.get(Jobs).start();
  if (settings.docs) logger.info(`Swagger UI: ${settings.publicUrl}/docs`);
  if (settings.docs && process.stdout.isTTY) {
    process.stdout.write(`\n  ava-api is ready. Swagger UI: ${settings.publicUrl}/docs\n\n`);
  }
}

/** With the server's own login alone there is nothing to migrate with: /health/ready tells what is pending. */
async function migrateWhenAllowed(settings: Settings, say: (line: string) => void): Promise<void> {
  const { databaseAdminUrl: adminUrl, databaseUrl: serverUrl, encryptionKey } = settings;
  if (adminUrl === undefined) return;
  await migrate({ adminUrl, serverUrl, vault: new Vault(parseKeyring(encryptionKey)), say });
}

function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE') return `Port ${port ?? ''} is in use: set PORT to another one.`;
  return error.message;
}

main().catch((error: unknown) => {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
});
