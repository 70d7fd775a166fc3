import type { QueryRunner } from 'typeorm';
import { count, select } from '../../src/kernel/database/migration-tools';

export const CREDENTIALS = ['vapi_api_key', 'twilio_account_sid', 'twilio_auth_token'] as const;
export type Credential = (typeof CREDENTIALS)[number];
export type PerCredential<T> = Record<Credential, T>;

interface Row extends PerCredential<string | null> {
  readonly id: string;
}

const BATCH = 1000;
const HAS_ONE = CREDENTIALS.map((column) => `${column} IS NOT NULL`).join(' OR ');

/** Replaces each credential by what `change` makes of it. Holds one batch in memory, however many users there are. */
export async function rewriteCredentials(
  q: QueryRunner,
  change: (column: Credential, id: string, value: string) => string,
): Promise<void> {
  for (let after: string | null = null; ;) {
    const rows: Row[] = await nextBatch(q, after);
    const last = rows.at(-1);
    if (!last) return;
    const changed = CREDENTIALS.map((column) =>
      rows.map((row) => (row[column] === null ? null : change(column, row.id, row[column]))),
    );
    await write(q, [rows.map((row) => row.id), ...changed]);
    after = last.id;
  }
}

export async function countCredentials(q: QueryRunner): Promise<PerCredential<number>> {
  const counts: PerCredential<number> = {
    vapi_api_key: 0,
    twilio_account_sid: 0,
    twilio_auth_token: 0,
  };
  for (const column of CREDENTIALS)
    counts[column] = await count(q, `users WHERE ${column} IS NOT NULL`);
  return counts;
}

function nextBatch(q: QueryRunner, after: string | null): Promise<Row[]> {
  return select<Row>(
    q,
    `SELECT id, ${CREDENTIALS.join(', ')} FROM users
      WHERE ($1::uuid IS NULL OR id > $1) AND (${HAS_ONE}) ORDER BY id LIMIT ${BATCH}`,
    [after],
  );
}

async function write(q: QueryRunner, arrays: unknown[]): Promise<void> {
  const sql = `
    UPDATE users u SET ${CREDENTIALS.map((column) => `${column} = v.${column}`).join(', ')}
      FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS v(id, ${CREDENTIALS.join(', ')})
     WHERE u.id = v.id`;
  // The error of TypeORM carries the parameters, which the command line would print: only its message goes on.
  const failure = await q.query(sql, arrays).then(() => undefined, String);
  if (failure !== undefined) throw new Error(failure);
}
