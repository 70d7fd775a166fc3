import type { Command } from 'commander';
import { adoptCredentials } from './credentials-adopt';
import { checkCredentials } from './credentials-check';
import { rotateCredentials } from './credentials-rotate';
import { replaceLostKey } from './key-replace-lost';
import { withVault } from './vault-command';

/** The life of a key; docs/keys.md tells when to use which. */
export function addKeyCommands(ava: Command): void {
  ava
    .command('credentials:check')
    .description('open every stored credential, and list those that do not open; shows no value')
    .option('--json', 'print one JSON document')
    .action((options: { json?: boolean }) =>
      withVault((command) => checkCredentials(command, options)),
    );
  ava
    .command('credentials:rotate')
    .description('seal everything with the first key of ENCRYPTION_KEY, while the server runs')
    .action(() => withVault(rotateCredentials));
  ava
    .command('credentials:adopt')
    .description('seal anew what the earlier system had encrypted with Fernet(ENCRYPTION_KEY)')
    .option('--dry-run', 'say what would be done and change nothing')
    .option('--take-ambiguous', 'also adopt what is refused otherwise')
    .action((options: { dryRun?: boolean; takeAmbiguous?: boolean }) =>
      withVault((command) => adoptCredentials(command, options)),
    );
  ava
    .command('key:replace-lost')
    .description('when ENCRYPTION_KEY is lost for good: say what remains, and go on with this one')
    .option('--yes', 'do it')
    .action((options: { yes?: boolean }) =>
      withVault((command) => replaceLostKey(command, options)),
    );
}
