import { Client } from 'pg';
import type { Ask } from '../security-audit/catalogue';

/** One snapshot, that PostgreSQL itself keeps from writing, and that ends after a minute. */
export async function readOnly<T>(url: string, work: (ask: Ask) => Promise<T>): Promise<T> {
  const client = new Client({
    connectionString: url,
    application_name: 'ava-api security:audit',
    connectionTimeoutMillis: 10_000,
  });
  await client.connect();
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await client.query('SET TRANSACTION READ ONLY');
    await client.query(
      `SET LOCAL statement_timeout = '60s'; SET LOCAL lock_timeout = '5s'; SET LOCAL search_path = public`,
    );
    return await work(async <Row>(sql: string, parameters: readonly unknown[] = []) => {
      const { rows } = await client.query(sql, [...parameters]);
      return rows as Row[];
    });
  } finally {
    await client.end();
  }
}
