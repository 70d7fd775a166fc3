import { randomBytes } from 'node:crypto';
import { readFile, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { query, type TestDatabase } from './database';

/** Names of the tables, or of the files, of this database in which the text occurs. Reads what is on disk. */
export async function filesWith(database: TestDatabase, text: string): Promise<string[]> {
  await query(database.adminUrl, 'CHECKPOINT');
  const rows = await query<{ name: string }>(
    database.adminUrl,
    `SELECT DISTINCT coalesce(c.relname, file) AS name
       FROM (SELECT 'base/' || oid AS dir FROM pg_database WHERE datname = current_database()) d,
            LATERAL pg_ls_dir(dir) AS file
            LEFT JOIN pg_class c ON pg_relation_filenode(c.oid)::text = split_part(split_part(file, '.', 1), '_', 1)
      WHERE position(convert_to($1, 'UTF8') IN pg_read_binary_file(
              dir || '/' || file, 0, (pg_stat_file(dir || '/' || file, true)).size, true)) > 0`,
    [text],
  );
  return rows.map((row) => row.name);
}

/** Every table, of the catalogue too, as text, as a dump would have it; and what the server tells of its connections. */
export async function dumpOf({ adminUrl }: TestDatabase): Promise<Map<string, string>> {
  const tables = await query<{ name: string }>(
    adminUrl,
    `SELECT oid::regclass::text AS name FROM pg_class WHERE relkind IN ('r', 'p', 'm') ORDER BY 1`,
  );
  const names = [...tables.map(({ name }) => name), 'pg_stat_activity'];
  const rows = await query<{ name: string; rows: string }>(
    adminUrl,
    names
      .map(
        (name) =>
          `SELECT '${name}' AS name, coalesce(string_agg(t::text, E'\\n'), '') AS rows FROM ${name} t`,
      )
      .join(' UNION ALL '),
  );
  return new Map(rows.map((row) => [row.name, row.rows]));
}

/** What the server of the tests writes from now on: its write-ahead log is kept until the end. */
export class ServerFiles {
  private readonly slot = `kept_${randomBytes(6).toString('hex')}`;

  private constructor(private readonly database: TestDatabase) {}

  static async from(database: TestDatabase): Promise<ServerFiles> {
    const files = new ServerFiles(database);
    await files.ask('SELECT pg_create_physical_replication_slot($1, true)', [files.slot]);
    return files;
  }

  /** Its log, the write-ahead log since the beginning, and every other file but those of other databases. */
  async *read(): AsyncGenerator<{ name: string; bytes: Buffer }> {
    await this.ask('CHECKPOINT');
    const [at] = await this.ask<{ dir: string; oid: string; first: string }>(
      `SELECT current_setting('data_directory') AS dir, d.oid::text AS oid, pg_walfile_name(s.restart_lsn) AS first
         FROM pg_database d, pg_replication_slots s WHERE datname = current_database() AND slot_name = $1`,
      [this.slot],
    );
    if (!at) throw new Error('The server has forgotten what it was to keep.');
    yield* contents(dirname(at.dir), (name) => !name.includes('/'));
    yield* contents(at.dir, (name) => {
      const [folder, child = ''] = name.split('/');
      if (folder === 'base') return child === at.oid;
      return folder !== 'pg_wal' || child >= at.first;
    });
  }

  async close(): Promise<void> {
    await this.ask('SELECT pg_drop_replication_slot($1)', [this.slot]);
  }

  private ask<Row extends Record<string, unknown>>(sql: string, values: unknown[] = []) {
    return query<Row>(this.database.adminUrl, sql, values);
  }
}

async function* contents(folder: string, wanted: (name: string) => boolean) {
  for (const name of await readdir(folder, { recursive: true })) {
    const path = join(folder, name);
    if (!wanted(name)) continue;
    // Other tests make and drop their databases meanwhile.
    const bytes = await stat(path).then(
      (found) => (found.isFile() ? readFile(path) : undefined),
      () => undefined,
    );
    if (bytes) yield { name, bytes };
  }
}
