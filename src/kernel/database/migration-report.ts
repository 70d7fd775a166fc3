import type { QueryRunner } from 'typeorm';
import { select } from './migration-tools';

type Report = Readonly<Record<string, unknown>>;
type Row = Readonly<Record<string, string>>;

const SHOWN = 20;

/** What each migration wrote down, in sentences: one list to read, and to act upon. */
const sentences: Readonly<Record<string, (report: Report) => string[]>> = {
  baseline: (r) => [
    list('Tables adopted from the earlier system', r.adopted),
    list('Tables made', r.created),
    `Rows found: ${counts(r.rows)}.`,
  ],
  'fk-phone-numbers-org': (r) => [
    change('phone_numbers', r.rows),
    list('Numbers whose user no longer exists, moved to phone_numbers_quarantine', r.orphans),
  ],
  'credential-columns': (r) => [
    `Credentials found: ${counts(r.credentials)}. Sealed: ${String(r.sealed)}.`,
    list('Credentials that were sealed before and open, kept', r.already_sealed),
    list('Values that look sealed and do not open, sealed as the text they are', r.sealed_looking),
  ],
  accounts: (r) => [
    list(
      'Accounts whose address belongs to an older account; they sign in after an operator gives them another',
      r.duplicates,
    ),
    list('Users with onboarding flags that jsonb cannot hold, kept as text', r.wrapped_flags),
  ],
  memberships: (r) => [
    change('tenants', r.tenants),
    `Memberships made: ${String(r.memberships)}, of them owners: ${String(r.owners)}.`,
    list('Tenants made for users without one', r.solo_tenants),
    list('Tenants without any user, kept', r.ownerless_tenants),
  ],
  'tenant-tables': (r) => [
    ...Object.entries(r.rows as Report).map(([table, rows]) => change(table, rows)),
    list('Numbers that a tenant had twice, moved to phone_numbers_quarantine', r.duplicates),
    list('Tenants that got the default profile', r.profiles_made),
  ],
};

export async function lastReportId(q: QueryRunner): Promise<string> {
  const [table] = await select<{ made: boolean }>(
    q,
    `SELECT to_regclass('migration_reports') IS NOT NULL AS made`,
  );
  if (!table?.made) return '0';
  const [last] = await select<{ id: string }>(
    q,
    'SELECT coalesce(max(id), 0) AS id FROM migration_reports',
  );
  return last?.id ?? '0';
}

export async function reportsSince(
  q: QueryRunner,
  id: string,
): Promise<{ migration: string; report: Report }[]> {
  return select(q, 'SELECT migration, report FROM migration_reports WHERE id > $1 ORDER BY id', [
    id,
  ]);
}

/** Lines to print: ids and addresses, never a credential. */
export function readable({ migration, report }: { migration: string; report: Report }): string[] {
  const lines = sentences[migration]?.(report) ?? [];
  return lines.filter((line) => line !== '').map((line) => `${migration}: ${line}`);
}

function list(what: string, entries: unknown): string {
  const all = entries as (string | Row)[];
  if (all.length === 0) return '';
  const shown = all
    .slice(0, SHOWN)
    .map((entry) => (typeof entry === 'string' ? entry : Object.values(entry).join(' ')));
  const rest = all.length > SHOWN ? ` … and ${all.length - SHOWN} more, see migration_reports` : '';
  return `${what} (${all.length}): ${shown.join(', ')}${rest}.`;
}

function change(table: string, rows: unknown): string {
  const { before, after } = rows as { before: number; after: number };
  return `${table}: ${before} rows before, ${after} after.`;
}

function counts(rows: unknown): string {
  return Object.entries(rows as Record<string, number>)
    .map(([name, n]) => `${name} ${n}`)
    .join(', ');
}
