import type { DataSource, QueryRunner } from 'typeorm';
import type { Vault } from '../security/vault';

/** Of any connection: a TypeORM data source, runner or manager, or what answers like one. */
export interface Queryable {
  query(sql: string, parameters?: unknown[]): Promise<unknown>;
}

// Not process.env: a migration must use the vault of whoever runs it, also when two run in one process.
const vaults = new WeakMap<DataSource, Vault>();

export function giveVault(dataSource: DataSource, vault: Vault): void {
  vaults.set(dataSource, vault);
}

export function vaultOf(dataSource: DataSource): Vault {
  const vault = vaults.get(dataSource);
  if (!vault) throw new Error('This data source has no vault: make it with adminDataSource().');
  return vault;
}

export async function select<Row>(
  q: Queryable,
  sql: string,
  parameters: unknown[] = [],
): Promise<Row[]> {
  return (await q.query(sql, parameters)) as Row[];
}

/** The first column of every row, which must be called `id`. */
export async function ids(
  q: Queryable,
  sql: string,
  parameters: unknown[] = [],
): Promise<string[]> {
  return (await select<{ id: string }>(q, sql, parameters)).map((row) => row.id);
}

/** `from` is a table with, if need be, a condition behind it. */
export async function count(q: QueryRunner, from: string): Promise<number> {
  const [row] = await select<{ n: string }>(q, `SELECT count(*) AS n FROM ${from}`);
  return Number(row?.n);
}

/** Undoes the whole migration rather than lose a row. */
export function expectCount(what: string, actual: number, expected: number): void {
  if (actual === expected) return;
  throw new Error(
    `${what}: ${expected} rows were expected, there are ${actual}. Nothing was changed.`,
  );
}

/** No other session reads or writes these tables until the end of the transaction, so that counts hold. */
export async function lock(q: QueryRunner, ...tables: string[]): Promise<void> {
  await q.query(`LOCK TABLE ${tables.join(', ')} IN ACCESS EXCLUSIVE MODE`);
  // What is still deferred would forbid to alter its table.
  await q.query('SET CONSTRAINTS ALL IMMEDIATE');
}

export async function keepReport(q: QueryRunner, migration: string, report: object): Promise<void> {
  await q.query('INSERT INTO migration_reports (migration, report) VALUES ($1, $2)', [
    migration,
    JSON.stringify(report),
  ]);
}

/** What the last `up` of this migration wrote down. */
export async function lastReport<Report>(q: QueryRunner, migration: string): Promise<Report> {
  const [row] = await select<{ report: Report }>(
    q,
    'SELECT report FROM migration_reports WHERE migration = $1 ORDER BY id DESC LIMIT 1',
    [migration],
  );
  if (!row) throw new Error(`migration_reports holds nothing about ${migration}.`);
  return row.report;
}
