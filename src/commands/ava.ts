import { Command } from 'commander';
import { loadEnv } from '../kernel/config/env';
import { resolveSettings } from '../kernel/config/settings';
import { Vault } from '../kernel/security/vault';
import { addKeyCommands } from './key-commands';
import { runCommand } from './run-command';
import { setEmail } from './set-email';

const ava = new Command('ava').description('Operator commands of ava-api');

ava
  .command('key:generate')
  .description('print a new key for ENCRYPTION_KEY or JWT_SECRET')
  .action(() => {
    console.log(Vault.generateKey());
  });

ava
  .command('users:set-email')
  .description(
    'set the address of an account, for example one that ended as <id>@duplicate.invalid',
  )
  .argument('<user-id>', 'id of the user')
  .argument('<email>', 'the new address')
  .action(async (userId: string, email: string) => {
    const { settings, stop } = await resolveSettings(loadEnv('migrate'));
    try {
      const adminUrl = settings.databaseAdminUrl ?? settings.databaseUrl;
      console.log(await setEmail(adminUrl, userId, email));
    } finally {
      await stop();
    }
  });

ava
  .command('openapi')
  .description('print the OpenAPI document')
  .action(async () => {
    // Only this command needs the whole application, which takes a second to load.
    const { printOpenApi } = await import('./print-openapi.js');
    await printOpenApi();
  });

addKeyCommands(ava);

runCommand(() => ava.parseAsync());
