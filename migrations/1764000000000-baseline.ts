import type { MigrationInterface, QueryRunner } from 'typeorm';
import {
  count,
  ids,
  keepReport,
  lastReport,
  lock,
  select,
} from '../src/kernel/database/migration-tools';
import { type EarlierTable, earlierTables } from './support/earlier-tables';

interface Report {
  readonly adopted: string[];
  readonly created: string[];
  readonly rows: Record<string, number>;
}

const NAME = 'baseline';

/** Starts where the earlier system ended: adopts its tables where they exist, makes them where they are missing. */
export class Baseline1764000000000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await refuseOldPostgres(q);
    await q.query(`
      CREATE TABLE migration_reports (
        id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT migration_reports_pkey PRIMARY KEY,
        migration text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        report jsonb NOT NULL)`);
    const report: Report = { adopted: [], created: [], rows: {} };
    for (const table of earlierTables) {
      const [found] = await ids(q, `SELECT to_regclass($1)::text AS id`, [table.name]);
      if (found) await refuseStranger(q, table);
      else await q.query(table.ddl);
      (found ? report.adopted : report.created).push(table.name);
    }
    await lock(q, ...earlierTables.map((table) => table.name));
    for (const { name } of earlierTables) report.rows[name] = await count(q, name);
    await keepReport(q, NAME, report);
  }

  /** Drops what `up` made, and what is in it. Tables that it adopted stay as they are. */
  async down(q: QueryRunner): Promise<void> {
    const { created } = await lastReport<Report>(q, NAME);
    for (const table of created.toReversed()) await q.query(`DROP TABLE ${table}`);
    await q.query('DROP TABLE migration_reports');
  }
}

async function refuseOldPostgres(q: QueryRunner): Promise<void> {
  const [version] = await ids(q, `SELECT current_setting('server_version_num') AS id`);
  if (Number(version) < 150000) throw new Error('PostgreSQL 15 or newer is needed.');
}

/** A table that only shares its name with the earlier system must not be altered. */
async function refuseStranger(q: QueryRunner, table: EarlierTable): Promise<void> {
  const columns = await select<{ name: string; kind: string }>(
    q,
    `SELECT a.attname AS name,
            CASE t.typname WHEN 'varchar' THEN 'text' WHEN 'jsonb' THEN 'json' ELSE t.typname END AS kind
       FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
      WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped`,
    [table.name],
  );
  const constraints = await select<{ name: string; kind: string }>(
    q,
    `SELECT conname AS name, pg_get_constraintdef(oid) AS kind FROM pg_constraint WHERE conrelid = $1::regclass
     UNION ALL SELECT indexrelid::regclass::text, 'index' FROM pg_index WHERE indrelid = $1::regclass`,
    [table.name],
  );
  const found = new Set([...columns, ...constraints].map((it) => `${it.name} ${it.kind}`));
  const missing = [
    ...Object.entries(table.columns),
    ...Object.entries(table.constraints),
    ...table.indexes.map((index) => [index, 'index'] as const),
  ].filter(([name, kind]) => !found.has(`${name} ${kind}`));
  if (missing.length === 0) return;
  throw new Error(
    `There is a table "${table.name}" that is not the one of the earlier Ava system. It lacks: ` +
      `${missing.map(([name, kind]) => `${name} (${kind})`).join('; ')}. Nothing was changed.`,
  );
}
