import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseKeyring, Vault } from '../../src/kernel/security/vault';
import { query, type TestDatabase } from './database';
import { run } from './server-process';
import { session } from './tenants-in-sql';

const COLUMNS = ['vapi_api_key', 'twilio_account_sid', 'twilio_auth_token'] as const;
type Column = (typeof COLUMNS)[number];

/** Stands in every credential of these tests, so that an output can be searched for it. */
export const MARKER = 'marker_of_a_secret';

export const vaultOf = (keys: string) => new Vault(parseKeyring(keys));
const textOf = (userId: string, column: string) => `${MARKER}_${column}_${userId}`;

const environmentOf = ({ adminUrl, serverUrl }: TestDatabase, keys: string) => ({
  DATABASE_URL: serverUrl,
  DATABASE_ADMIN_URL: adminUrl,
  ENCRYPTION_KEY: keys,
});

/** `npm run ava -- …` to its end. `said` is all that it printed. */
export function ava(database: TestDatabase, keys: string, ...args: string[]) {
  const { status, stdout, stderr } = run(
    ['dist/src/commands/ava.js', ...args],
    environmentOf(database, keys),
  );
  return { status, stdout, stderr, said: stdout + stderr };
}

/** The same while the test goes on. */
export interface RunningCommand {
  /** Resolves with the first line of progress. */
  readonly progress: Promise<string>;
  readonly ended: Promise<{ status: number | null; said: string }>;
  kill(): Promise<unknown>;
}

export function startAva(database: TestDatabase, keys: string, command: string): RunningCommand {
  const child = spawn(process.execPath, ['dist/src/commands/ava.js', command], {
    cwd: join(__dirname, '../..'),
    env: { PATH: process.env.PATH, ...environmentOf(database, keys) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const closed = once(child, 'close') as Promise<[number | null]>;
  const lines: string[] = [];
  createInterface(child.stdout).on('line', (line) => lines.push(line));
  const progress = new Promise<string>((resolve, reject) => {
    createInterface(child.stderr).on('line', (line) => {
      lines.push(line);
      if (/ \d+ of \d+ users/.test(line)) resolve(line);
    });
    void closed.then(() => {
      reject(new Error(`no progress:\n${lines.join('\n')}`));
    });
  });
  return {
    progress,
    ended: closed.then(([status]) => ({ status, said: lines.join('\n') })),
    kill: () => {
      child.kill('SIGKILL');
      return closed;
    },
  };
}

/** Users with three credentials each. @returns their ids, in order */
export async function addUsers(
  { adminUrl }: TestDatabase,
  vault: Vault,
  count: number,
): Promise<string[]> {
  const users = Array.from({ length: count }, () => randomUUID()).sort();
  await query(
    adminUrl,
    `INSERT INTO users (id, email, password_hash, ${COLUMNS.join(', ')})
     SELECT id, id || '@x.com', 'x', a, b, c
       FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS v(id, a, b, c)`,
    [users, ...COLUMNS.map((c) => users.map((id) => vault.seal(`users.${c}`, id, textOf(id, c))))],
  );
  return users;
}

export async function store(
  { adminUrl }: TestDatabase,
  userId: string,
  column: Column,
  value: string,
): Promise<void> {
  await query(adminUrl, `UPDATE users SET ${column} = $2 WHERE id = $1`, [userId, value]);
}

export type StoredRow = Record<Column | 'id', string>;

export function storedIn({ adminUrl }: TestDatabase): Promise<StoredRow[]> {
  return query(adminUrl, `SELECT id, ${COLUMNS.join(', ')} FROM users ORDER BY id`);
}

/** The distinct key ids of all that is stored. */
export async function keyIdsIn(database: TestDatabase): Promise<string[]> {
  const rows = await storedIn(database);
  const values = rows.flatMap((row) => COLUMNS.map((column) => row[column]));
  return [...new Set(values.map((value) => value.split('.')[1] ?? ''))].sort();
}

/** Every stored value, opened, as `addUsers` would have written it. */
export async function textsIn(database: TestDatabase, keys: string): Promise<string[]> {
  const vault = vaultOf(keys);
  const rows = await storedIn(database);
  return rows.flatMap((row) =>
    COLUMNS.map((column) => vault.open(`users.${column}`, row.id, row[column])),
  );
}

export function auditOf(
  { adminUrl }: TestDatabase,
  action: string,
): Promise<Record<string, unknown>[]> {
  return query(
    adminUrl,
    'SELECT tenant_id, actor_id, subject_id, details FROM audit_events WHERE action = $1 ORDER BY at',
    [action],
  );
}

/** Somebody's transaction that holds the row of a user until it is told to end. */
export async function holding({ adminUrl }: TestDatabase, userId: string) {
  const holder = await session(adminUrl);
  await holder.query('BEGIN');
  await holder.query('SELECT 1 FROM users WHERE id = $1 FOR UPDATE', [userId]);
  return {
    save: (vault: Vault, text: string) =>
      holder.query('UPDATE users SET vapi_api_key = $2 WHERE id = $1', [
        userId,
        vault.seal('users.vapi_api_key', userId, text),
      ]),
    end: async () => {
      await holder.query('COMMIT');
      await holder.end();
    },
  };
}
