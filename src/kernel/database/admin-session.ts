import { Client, DatabaseError, type QueryResultRow } from 'pg';
import type { Queryable } from './migration-tools';

/** "ava-keys" in ASCII. */
const LOCK = '7022907516634102131';
const MAY_NOT = '42501';
const ADMIN_ONLY =
  'This login may not read the credentials: set DATABASE_ADMIN_URL to the one that migrates.';

/** The connection of an operator's command: past the planes, as the owner of the tables. */
export class AdminSession implements Queryable {
  private constructor(private readonly client: Client) {}

  static async open(url: string): Promise<AdminSession> {
    const client = new Client({
      connectionString: url,
      application_name: 'ava-api command',
      connectionTimeoutMillis: 10_000,
    });
    // A server that goes away rejects the statement; unheard, the event would print a stack as well.
    client.on('error', () => undefined);
    await client.connect();
    await client.query('SET search_path = public');
    return new AdminSession(client);
  }

  async query<Row extends QueryResultRow>(sql: string, parameters?: unknown[]): Promise<Row[]> {
    try {
      return (await this.client.query<Row>(sql, parameters)).rows;
    } catch (error) {
      const refused = error instanceof DatabaseError && error.code === MAY_NOT;
      throw refused ? new Error(ADMIN_ONLY, { cause: error }) : error;
    }
  }

  async transaction<T>(work: () => Promise<T>): Promise<T> {
    await this.query('BEGIN');
    try {
      const result = await work();
      await this.query('COMMIT');
      return result;
    } catch (error) {
      await this.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  /** Until the session ends, no other command that rewrites credentials runs on this database. */
  async takeTurn(say: (line: string) => void): Promise<void> {
    const [free] = await this.query<{ got: boolean }>('SELECT pg_try_advisory_lock($1) AS got', [
      LOCK,
    ]);
    if (free?.got) return;
    say('Another command is rewriting the credentials of this database: waiting for it.');
    await this.query('SET statement_timeout = 0');
    await this.query('SELECT pg_advisory_lock($1)', [LOCK]);
    await this.query('RESET statement_timeout');
  }

  close(): Promise<void> {
    return this.client.end();
  }
}
