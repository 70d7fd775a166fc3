import { ids, type Queryable } from '../kernel/database/migration-tools';

const OURS = `JOIN pg_namespace n ON n.nspname IN ('public', 'ava') AND n.oid`;

// By name: what PostgreSQL makes of a definition differs from version to version. From 18 on, NOT NULL is a constraint.
const PARTS = `
  SELECT 'column ' || c.oid::regclass || '.' || a.attname || ' ' || format_type(a.atttypid, NULL) AS id
    FROM pg_class c ${OURS} = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid
   WHERE c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
  UNION ALL
  SELECT 'constraint ' || CASE k.conrelid WHEN 0 THEN k.contypid::regtype::text ELSE k.conrelid::regclass::text END
         || '.' || k.conname
    FROM pg_constraint k ${OURS} = k.connamespace
   WHERE k.contype <> 'n' AND k.convalidated
  UNION ALL
  SELECT 'index ' || i.indexrelid::regclass FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid ${OURS} = c.relnamespace
   WHERE i.indisvalid
  UNION ALL
  SELECT 'trigger ' || t.tgrelid::regclass || '.' || t.tgname
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid ${OURS} = c.relnamespace
   WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A')
  UNION ALL
  SELECT 'function ' || p.oid::regprocedure FROM pg_proc p ${OURS} = p.pronamespace
  UNION ALL
  SELECT 'policy ' || p.polrelid::regclass || '.' || p.polname
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid ${OURS} = c.relnamespace`;

/** Every column, constraint, index, trigger, function and policy of a database, each in a few words. */
export function schemaParts(db: Queryable): Promise<string[]> {
  return ids(db, PARTS);
}
