import { Client, type QueryResultRow } from 'pg';
import {
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '../src/kernel/database/embedded-postgres';
import type { Cleanup } from './cleanup';

/** Enough memory that the reads of a run find their pages there, and no checkpoint amid a round. */
const SETTINGS = { shared_buffers: '1GB', max_wal_size: '8GB', checkpoint_timeout: '1h' };

/** A PostgreSQL of the run's own. */
export async function startPostgres(dir: string, cleanup: Cleanup): Promise<EmbeddedPostgres> {
  const starting = startEmbeddedPostgres(dir, { settings: SETTINGS });
  // What did not start, for Ctrl-C may have hit it too, needs no stop.
  cleanup.add(() =>
    starting.then(
      (postgres) => postgres.stop(),
      () => undefined,
    ),
  );
  const started = await starting;
  cleanup.addAtExit(() => {
    started.stopSync();
  });
  return started;
}

export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  // A server that goes away rejects the statement; unheard, the event would end the process as well.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

export async function query<Row extends QueryResultRow>(
  url: string,
  sql: string,
  parameters: unknown[] = [],
): Promise<Row[]> {
  return withClient(url, async (client) => (await client.query<Row>(sql, parameters)).rows);
}

/** The same server and login, another database. */
export function onDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${name}`;
  return changed.href;
}
