import { type Queryable, select } from './migration-tools';
import { planes, queueTables, tables } from './planes';

const expected = [
  ...Object.entries(tables).flatMap(([table, rights]) =>
    ['owner', ...planes.filter((plane) => plane !== 'queue' && rights[plane])].map((plane) => [
      table,
      `ava_${plane}`,
    ]),
  ),
  ...Object.entries(queueTables)
    .filter(([, rights]) => Object.keys(rights).length > 0)
    .map(([table]) => [table, 'ava_queue']),
];

// Policies come last in a restore, and one that names a role which does not exist yet is left out. A table is looked up
// by its names: the login may not use every schema.
const MISSING = `
  SELECT wanted.name || CASE WHEN min(c.oid) IS NULL THEN ' is missing'
           WHEN NOT bool_and(c.relrowsecurity AND c.relforcerowsecurity) THEN ' has row-level security off or not forced'
           ELSE ' has no policy for ' || string_agg(role, ', ' ORDER BY role) END AS said
    FROM unnest($1::text[], $2::text[]) AS wanted(name, role)
    LEFT JOIN (
      SELECT pg_class.*, CASE nspname WHEN 'public' THEN relname::text ELSE nspname || '.' || relname END AS named
        FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace) c ON c.named = wanted.name
   WHERE NOT coalesce(c.relrowsecurity AND c.relforcerowsecurity, false)
      OR NOT EXISTS (SELECT 1 FROM pg_policy WHERE polrelid = c.oid AND to_regrole(role)::oid = ANY (polroles))
   GROUP BY wanted.name ORDER BY wanted.name`;

/**
 * Of a database that says all migrations have run: without these parts it was restored in part, or changed by hand, and
 * no migration brings them back. Works with the server's login.
 * @throws Error that names what is missing
 */
export async function refuseInPart(db: Queryable): Promise<void> {
  const found = await select<{ said: string }>(db, MISSING, [
    expected.map(([table]) => table),
    expected.map(([, role]) => role),
  ]);
  if (found.length === 0) return;
  throw new Error(
    `This database is not whole: ${found.map(({ said }) => said).join('; ')}. Nothing was changed. If it was restored in ` +
      'part, restore it again, into an empty database (docs/backups.md); if somebody changed it by hand, put that back.',
  );
}
