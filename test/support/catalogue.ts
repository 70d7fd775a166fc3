import { connected, query } from './database';

/** Everything that makes the schema, in words: two databases of the same schema give the same list. */
export async function catalogueOf(url: string): Promise<string[]> {
  const rows = await query<{ line: string }>(
    url,
    `SELECT format('column %s.%s #%s %s %s default %s %s', c.relname, a.attname,
                   row_number() OVER (PARTITION BY c.oid ORDER BY a.attnum), format_type(a.atttypid, a.atttypmod),
                   a.attnotnull, pg_get_expr(d.adbin, d.adrelid), a.attgenerated) AS line
       FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
       LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
     UNION ALL
     SELECT format('constraint %s.%s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
       FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 't'
     UNION ALL
     SELECT format('index %s', indexdef) FROM pg_indexes WHERE schemaname = 'public'
     UNION ALL
     SELECT format('trigger %s', pg_get_triggerdef(oid)) FROM pg_trigger WHERE NOT tgisinternal
     UNION ALL
     SELECT format('function %s %s', pg_get_functiondef(oid), proacl) FROM pg_proc
      WHERE pronamespace = 'public'::regnamespace
     UNION ALL
     SELECT format('domain %s %s', typname, format_type(typbasetype, typtypmod)) FROM pg_type
      WHERE typnamespace = 'public'::regnamespace AND typtype = 'd'
     UNION ALL
     SELECT format('relation %s %s owner %s', relkind, relname, relowner::regrole) FROM pg_class
      WHERE relnamespace = 'public'::regnamespace
     ORDER BY 1`,
  );
  return rows.map((row) => row.line);
}

/** Every row of every table as text, without the tables and columns named in `except`. */
export function rowsOf(url: string, except: string[] = []): Promise<Record<string, string[]>> {
  return connected(url, async (client) => {
    const tables = await client.query<{ name: string; columns: string }>(
      `SELECT c.relname AS name, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attname) AS columns
         FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
          AND c.relname <> ALL ($1) AND c.relname || '.' || a.attname <> ALL ($1)
        GROUP BY c.relname ORDER BY c.relname`,
      [except],
    );
    const all: Record<string, string[]> = {};
    for (const { name, columns } of tables.rows) {
      const { rows } = await client.query<{ row: string }>(
        `SELECT ROW(${columns})::text AS row FROM ${name} ORDER BY 1`,
      );
      all[name] = rows.map(({ row }) => row);
    }
    return all;
  });
}
