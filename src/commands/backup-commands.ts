import type { Command } from 'commander';
import { prepareRestore } from './backup-prepare';
import { withVault } from './vault-command';

/** The way of a backup; docs/backups.md tells it from the start. */
export function addBackupCommands(ava: Command): void {
  ava
    .command('backup:prepare')
    .description('make the roles that a dump names, on an empty database, before pg_restore')
    .action(() => withVault(prepareRestore));
  ava
    .command('backup:verify')
    .description('say whether a restored copy would work, and write that down in the live database')
    .requiredOption(
      '--restored <url>',
      'the copy, as an admin (PGPASSWORD is used when the URL has no password)',
    )
    .action(async ({ restored }: { restored: string }) => {
      // Only this command needs the checks of the audit, which know the routes and take a second to load.
      const { verifyBackup } = await import('./backup-verify.js');
      await withVault((command) => verifyBackup(command, restored));
    });
}
