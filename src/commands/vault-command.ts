import { randomUUID } from 'node:crypto';
import { loadEnv } from '../kernel/config/env';
import { resolveSettings } from '../kernel/config/settings';
import { AdminSession } from '../kernel/database/admin-session';
import type { Unopened } from '../kernel/database/credential-survey';
import { parseKeyring, Vault } from '../kernel/security/vault';

/** What a command about stored credentials works with. */
export interface VaultCommand {
  readonly session: AdminSession;
  readonly vault: Vault;
  /** What the server logs in as. */
  readonly serverUrl: string;
  readonly say: (line: string) => void;
}

/** Runs a command as the owner of the tables. @param work returns whether all is well: the exit status is 1 otherwise */
export async function withVault(work: (command: VaultCommand) => Promise<boolean>): Promise<void> {
  const { settings, stop } = await resolveSettings(loadEnv('migrate'));
  try {
    const session = await AdminSession.open(settings.databaseAdminUrl ?? settings.databaseUrl);
    try {
      const vault = new Vault(parseKeyring(settings.encryptionKey));
      const say = (line: string) => {
        console.log(line);
      };
      process.exitCode = (await work({ session, vault, serverUrl: settings.databaseUrl, say }))
        ? 0
        : 1;
    } finally {
      await session.close();
    }
  } finally {
    await stop();
  }
}

/** An operator did it at the command line: there is neither a tenant nor a person to name. */
export async function recordRun(
  { session }: VaultCommand,
  action: `credential.${string}` | 'backup.verify',
  details: Readonly<Record<string, unknown>>,
): Promise<void> {
  await session.query('INSERT INTO audit_events (id, action, details) VALUES ($1, $2, $3)', [
    randomUUID(),
    action,
    JSON.stringify(details),
  ]);
}

export function lineOf({ userId, column, reason, keyId }: Unopened): string {
  return `unreadable: user ${userId} ${column} ${reason} (key ${keyId ?? 'none'})`;
}
