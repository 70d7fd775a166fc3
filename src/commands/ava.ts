import { Command, InvalidArgumentError, Option } from 'commander';
import { loadEnv } from '../kernel/config/env';
import { resolveSettings } from '../kernel/config/settings';
import { Vault } from '../kernel/security/vault';
import { addBackupCommands } from './backup-commands';
import { addKeyCommands } from './key-commands';
import { languages } from '../security-audit/report.types';
import { setOperator } from './operators';
import { runCommand } from './run-command';
import type { securityAudit } from './security-audit';
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

onAccount(ava.command('operator:grant'), true);
onAccount(ava.command('operator:revoke'), false);

ava
  .command('security:audit')
  .description('compute the security score of the database, migrated or not, without changing it')
  .option('--json', 'print JSON with stable keys')
  .addOption(new Option('--lang <language>', 'language').choices([...languages]).default('en'))
  .option('--html <file>', 'also write a page that needs nothing else')
  .option('--min <points>', 'exit with status 1 below this score', points, 0)
  .action(async (options: Parameters<typeof securityAudit>[1]) => {
    const { securityAudit: audit } = await import('./security-audit.js');
    if (!(await audit(loadEnv('audit'), options))) process.exitCode = 1;
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
addBackupCommands(ava);

function onAccount(command: Command, operator: boolean): void {
  command.description(operator ? 'make somebody an operator' : 'make an operator a user again');
  command.argument('<email>', 'address of the account').action(async (email: string) => {
    const { settings, stop } = await resolveSettings(loadEnv('migrate'));
    try {
      const url = settings.databaseAdminUrl ?? settings.databaseUrl;
      console.log(await setOperator(url, email, operator));
    } finally {
      await stop();
    }
  });
}

function points(text: string): number {
  const value = /^\d{1,3}$/.test(text) ? Number(text) : NaN;
  if (value <= 100) return value;
  throw new InvalidArgumentError('It must be a whole number from 0 to 100.');
}

runCommand(() => ava.parseAsync());
