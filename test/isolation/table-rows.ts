import type { TestApp } from '../support/app';

export type Row = Readonly<Record<string, unknown>>;

export async function insert(app: TestApp, table: string, rows: Row[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {}).join(', ');
  await app.sql(
    `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM jsonb_populate_recordset(NULL::${table}, $1)`,
    [JSON.stringify(rows)],
  );
}

export async function update(
  app: TestApp,
  table: string,
  { key, id, to }: { key: string; id: string; to: Row },
): Promise<void> {
  const changes = Object.keys(to).map((column) => `${column} = changed.${column}`);
  await app.sql(
    `UPDATE ${table} SET ${changes.join(', ')} FROM jsonb_populate_record(NULL::${table}, $1) AS changed
      WHERE ${table}.${key} = $2`,
    [JSON.stringify(to), id],
  );
}
