import { loadEnv } from './src/kernel/config/env';
import { resolveSettings } from './src/kernel/config/settings';
import { adminDataSource } from './src/kernel/database/data-source';
import { parseKeyring, Vault } from './src/kernel/security/vault';

/** For TypeORM's command line, which awaits it: `npm run typeorm -- migration:show`. */
async function dataSourceOfThisInstallation() {
  const resolved = await resolveSettings(loadEnv('migrate'));
  process.once('exit', () => {
    resolved.stopSync();
  });
  const { settings } = resolved;
  return adminDataSource(
    settings.databaseAdminUrl ?? settings.databaseUrl,
    new Vault(parseKeyring(settings.encryptionKey)),
    (line) => process.stdout.write(`${line}\n`),
  );
}

export default dataSourceOfThisInstallation();
