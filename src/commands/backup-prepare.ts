import { ids } from '../kernel/database/migration-tools';
import { ensurePlanes } from '../kernel/database/plane-roles';
import { makeServerLogin } from '../kernel/database/server-login';
import type { VaultCommand } from './vault-command';

/**
 * A dump has policies, owners and rights of roles, and not the roles: those belong to the whole database server.
 * @returns true; @throws Error when there is something in the database that a restore would meet
 */
export async function prepareRestore({
  session,
  serverUrl,
  say,
}: Pick<VaultCommand, 'session' | 'serverUrl' | 'say'>): Promise<boolean> {
  const found = await ids(
    session,
    `SELECT c.oid::regclass::text AS id FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname IN ('public', 'ava', 'pgboss') AND c.relkind IN ('r', 'p', 'v', 'm') ORDER BY 1 LIMIT 5`,
  );
  if (found.length > 0) {
    throw new Error(
      `This database is not empty (${found.join(', ')}): restore into one that is. Nothing was changed.`,
    );
  }
  await session.transaction(async () => {
    await ensurePlanes(session);
    await makeServerLogin(session, serverUrl, say);
  });
  say('This database is ready for pg_restore. After that, run `npm run migrate`.');
  return true;
}
