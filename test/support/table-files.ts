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
