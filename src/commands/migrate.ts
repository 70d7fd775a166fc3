import { loadEnv } from '../kernel/config/env';
import { resolveSettings } from '../kernel/config/settings';
import { migrate } from '../kernel/database/migrate';
import { parseKeyring, Vault } from '../kernel/security/vault';
import { runCommand } from './run-command';

runCommand(async () => {
  const { settings, stop } = await resolveSettings(loadEnv('migrate'));
  try {
    await migrate({
      adminUrl: settings.databaseAdminUrl ?? settings.databaseUrl,
      serverUrl: settings.databaseUrl,
      vault: new Vault(parseKeyring(settings.encryptionKey)),
      say: (line) => {
        console.log(line);
      },
    });
  } finally {
    await stop();
  }
});
