import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { adminDataSource, migrationNames } from '../../src/kernel/database/data-source';
import { migrate } from '../../src/kernel/database/migrate';
import { parseKeyring, Vault } from '../../src/kernel/security/vault';
import { createDatabase, query, type TestDatabase } from './database';

const dump = readFileSync(join(__dirname, '../fixtures/legacy-ava.sql'), 'utf8');

export const newVault = () => new Vault(parseKeyring(Vault.generateKey()));

/** The database of the brief's earlier system, with `changes` made to it. */
export async function earlierDatabase(changes = ''): Promise<TestDatabase> {
  const database = await createDatabase('template0');
  await query(database.adminUrl, dump);
  if (changes !== '') await query(database.adminUrl, changes);
  return database;
}

/** Migrates and gives back what was said. */
export async function up(database: TestDatabase, vault: Vault): Promise<string[]> {
  const lines: string[] = [];
  await migrate({
    adminUrl: database.adminUrl,
    serverUrl: database.serverUrl,
    vault,
    say: (line) => lines.push(line),
  });
  return lines;
}

/** Reverts the newest migrations, all of them unless told how many. */
export async function down(
  database: TestDatabase,
  vault: Vault,
  steps = migrationNames.length,
): Promise<void> {
  const dataSource = await adminDataSource(database.adminUrl, vault).initialize();
  try {
    for (let step = 0; step < steps; step++)
      await dataSource.undoLastMigration({ transaction: 'all' });
  } finally {
    await dataSource.destroy();
  }
}

export async function reportOf<Report>(database: TestDatabase, migration: string): Promise<Report> {
  const [row] = await query<{ report: Report }>(
    database.adminUrl,
    'SELECT report FROM migration_reports WHERE migration = $1 ORDER BY id DESC LIMIT 1',
    [migration],
  );
  if (!row) throw new Error(`no report about ${migration}`);
  return row.report;
}

/** Every credential, opened. */
export async function credentialsOf(database: TestDatabase, vault: Vault): Promise<string[]> {
  const rows = await query<{ id: string; column: string; value: string }>(
    database.adminUrl,
    `SELECT id, c.column, c.value FROM users,
            LATERAL (VALUES ('vapi_api_key', vapi_api_key), ('twilio_account_sid', twilio_account_sid),
                            ('twilio_auth_token', twilio_auth_token)) AS c("column", value)
      WHERE c.value IS NOT NULL ORDER BY 1, 2`,
  );
  return rows.map(
    ({ id, column, value }) => `${id} ${column} ${vault.open(`users.${column}`, id, value)}`,
  );
}

const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** Statement that adds a user to the earlier database. */
export const userSql = (
  id: string,
  values: { email?: string; key?: string; flags?: string; at?: string; tenant?: string },
) =>
  `INSERT INTO users (id, email, hashed_password, tenant_id, vapi_api_key, onboarding_flags, created_at) VALUES (
     '${id}', ${quote(values.email ?? `${id}@x.com`)}, 'x', ${values.tenant ? `'${values.tenant}'` : 'NULL'},
     ${values.key === undefined ? 'NULL' : quote(values.key)}, ${quote(values.flags ?? '{}')},
     '${values.at ?? '2025-01-01T00:00:00Z'}');`;
