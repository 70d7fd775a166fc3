import {
  globalTables,
  planes,
  queueTables,
  rightsOn,
  tables,
  type Columns,
} from '../../src/kernel/database/planes';
import { createDatabase, type TestDatabase } from '../support/database';
import { session } from '../support/tenants-in-sql';

let database: TestDatabase;
let owner: Awaited<ReturnType<typeof session>>;

beforeAll(async () => {
  database = await createDatabase();
  owner = await session(database.adminUrl);
});
afterAll(async () => {
  await owner.end();
  await database.drop();
});

const ask = async <Row extends Record<string, unknown>>(sql: string, values: unknown[] = []) =>
  (await owner.query<Row>(sql, values)).rows;

/** Foreign keys that lead from a tenant's row to a person: the brief's own, and who a member is. */
const toPersons = ['fk_phone_numbers_org', 'memberships_user_id_fkey'];
/** Who follows the link of an invitation does not know the tenant yet: its row is found by the hash of the token. */
const byToken = ['invitations_token_hash_idx'];
/** The tenant stands in each key itself: every word begins with its mark. */
const byWord = ['call_texts_vector_idx'];

type Finding = Record<'table' | 'missing', string>;

/** Everything that a table lacks of what its declaration in planes.ts asks for, in words that say what to do. */
async function findings(): Promise<Finding[]> {
  const declared = Object.keys(tables);
  return [
    ...(await ask<{ table: string }>(
      `SELECT c.oid::regclass::text AS table FROM pg_class c
        WHERE relnamespace IN (to_regnamespace('public'), to_regnamespace('ava'), to_regnamespace('pgboss'))
          AND relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT relispartition
          AND c.oid NOT IN (SELECT to_regclass(n) FROM unnest($1::text[]) n WHERE to_regclass(n) IS NOT NULL)`,
      [[...declared, ...Object.keys(globalTables), ...Object.keys(queueTables)]],
    ).then((rows) =>
      rows.map(({ table }) => ({
        table,
        missing: 'declare it in src/kernel/database/planes.ts, or there as global with a reason',
      })),
    )),
    ...(await ask<Finding>(
      `SELECT name AS table, miss AS missing FROM unnest($1::text[]) AS name, LATERAL (
         SELECT 'it does not exist' WHERE to_regclass(name) IS NULL
         UNION ALL SELECT 'ENABLE and FORCE ROW LEVEL SECURITY' FROM pg_class
           WHERE oid = to_regclass(name) AND NOT (relrowsecurity AND relforcerowsecurity)
         UNION ALL SELECT 'OWNER TO ava_owner' FROM pg_class
           WHERE oid = to_regclass(name) AND relowner <> 'ava_owner'::regrole
         UNION ALL SELECT 'a policy for plane ' || plane FROM unnest(ARRAY['owner', 'tenant', 'operator']) AS plane
           WHERE NOT EXISTS (SELECT 1 FROM pg_policy WHERE polrelid = to_regclass(name) AND polname = replace(name, '.', '_') || '_' || plane)
         UNION ALL SELECT 'policy ' || polname || ' must be for its plane alone and check what is written' FROM pg_policy
           WHERE polrelid = to_regclass(name) AND (polroles <> ARRAY[('ava_' || substring(polname FROM '[a-z]+$'))::regrole::oid]
             OR polwithcheck IS NULL OR NOT polpermissive
             OR pg_get_expr(polqual, polrelid) <> pg_get_expr(polwithcheck, polrelid))
       ) AS found(miss)`,
      [declared],
    )),
    ...(await ask<Finding>(
      `SELECT c.oid::regclass::text AS table, miss AS missing FROM pg_class c, LATERAL (
         SELECT 'ENABLE and FORCE ROW LEVEL SECURITY' WHERE NOT (relrowsecurity AND relforcerowsecurity)
         UNION ALL SELECT 'OWNER TO ava_owner' WHERE relowner <> 'ava_owner'::regrole
         UNION ALL SELECT 'policy ' || polname || ' must be of the owner, or of plane queue and ask for the proof'
           FROM pg_policy WHERE polrelid = c.oid AND polroles <> ARRAY['ava_owner'::regrole::oid]
            AND (relispartition OR polroles <> ARRAY['ava_queue'::regrole::oid]
                 OR pg_get_expr(polqual, polrelid) <> '( SELECT ava.is_server() AS is_server)'
                 OR pg_get_expr(polqual, polrelid) IS DISTINCT FROM pg_get_expr(polwithcheck, polrelid))
       ) AS found(miss)
        WHERE relnamespace = to_regnamespace('pgboss') AND relkind IN ('r', 'p')`,
    )),
    ...(await ask<Finding>(
      `SELECT c.conrelid::regclass::text AS table, 'constraint ' || conname || ' must begin with tenant_id' AS missing
         FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        WHERE c.contype IN ('p', 'u', 'f') AND a.attname <> 'tenant_id' AND conname <> ALL ($2)
          AND c.conrelid IN (SELECT to_regclass(n) FROM unnest($1::text[]) n)
       UNION ALL
       SELECT i.indrelid::regclass::text, 'index ' || i.indexrelid::regclass || ' must begin with tenant_id'
         FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
        WHERE i.indrelid IN (SELECT to_regclass(n) FROM unnest($1::text[]) n) AND a.attname NOT IN ('tenant_id', 'user_id', 'org_id')
          AND i.indexrelid <> ALL (SELECT to_regclass(n) FROM unnest($3::text[]) n)
       UNION ALL
       SELECT n, 'a foreign key (tenant_id) REFERENCES tenants ON DELETE CASCADE' FROM unnest($1::text[]) n
        WHERE NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conrelid = to_regclass(n) AND confrelid = 'tenants'::regclass AND confdeltype = 'c')`,
      [
        declared.filter((name) => tables[name]?.kind === 'tenant'),
        toPersons,
        [...byToken, ...byWord],
      ],
    )),
  ];
}

/** `table.column verb` of everything a role may do, table-wide rights spelled out. */
async function granted(role: string): Promise<string[]> {
  const rows = await ask<{ line: string }>(
    `SELECT DISTINCT format('%s.%s %s', c.oid::regclass, a.attname, lower(verb)) AS line
       FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped,
            unnest(ARRAY['SELECT', 'INSERT', 'UPDATE']) AS verb
      WHERE c.relnamespace IN (to_regnamespace('public'), to_regnamespace('ava'), to_regnamespace('pgboss')) AND c.relkind IN ('r', 'p', 'v', 'm')
        AND has_column_privilege($1, c.oid, a.attnum, verb)
     UNION ALL
     SELECT format('%s %s', c.oid::regclass, lower(verb)) FROM pg_class c,
            unnest(ARRAY['DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS verb
      WHERE c.relnamespace IN (to_regnamespace('public'), to_regnamespace('ava'), to_regnamespace('pgboss')) AND c.relkind IN ('r', 'p', 'v', 'm')
        AND has_table_privilege($1, c.oid, verb)`,
    [role],
  );
  return rows.map(({ line }) => line).toSorted();
}

async function columnsOf(table: string): Promise<string[]> {
  const rows = await ask<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped`,
    [table],
  );
  return rows.map(({ name }) => name);
}

describe('the catalogue', () => {
  it('has, for every table, what planes.ts says of it', async () => {
    expect(await findings()).toEqual([]);
  });

  it.each([
    ['CREATE TABLE invoices (tenant_id uuid, id uuid PRIMARY KEY)', 'invoices', 'declare it'],
    ['CREATE VIEW everything AS SELECT * FROM calls', 'everything', 'declare it'],
    ['ALTER TABLE calls NO FORCE ROW LEVEL SECURITY', 'calls', 'FORCE'],
    ['ALTER TABLE calls DISABLE ROW LEVEL SECURITY', 'calls', 'ENABLE'],
    ['DROP POLICY calls_tenant ON calls', 'calls', 'a policy for plane tenant'],
    ['ALTER POLICY calls_tenant ON calls TO PUBLIC', 'calls', 'for its plane alone'],
    ['ALTER POLICY calls_tenant ON calls WITH CHECK (true)', 'calls', 'check what is written'],
    ['CREATE UNIQUE INDEX one ON calls (provider_call_id)', 'calls', 'index one must begin'],
    ['ALTER TABLE calls ADD CONSTRAINT two UNIQUE (id)', 'calls', 'constraint two must begin'],
    [
      'ALTER TABLE phone_numbers DROP CONSTRAINT phone_numbers_tenant_id_fkey',
      'phone_numbers',
      'CASCADE',
    ],
    ['ALTER TABLE calls OWNER TO postgres', 'calls', 'OWNER TO'],
    ['CREATE TABLE pgboss.more ()', 'pgboss.more', 'declare it'],
    ['ALTER TABLE pgboss.job NO FORCE ROW LEVEL SECURITY', 'pgboss.job', 'FORCE'],
    ['ALTER POLICY job_queue ON pgboss.job USING (true)', 'pgboss.job', 'ask for the proof'],
    ['ALTER POLICY job_queue ON pgboss.job TO ava_tenant', 'pgboss.job', 'of plane queue'],
  ])('tells what is missing after %s', async (change, table, says) => {
    await ask('BEGIN');
    try {
      await ask(change);
      const found = await findings();

      expect(found).toContainEqual({ table, missing: expect.stringContaining(says) as string });
    } finally {
      await ask('ROLLBACK');
    }
  });

  it.each(planes)('grants plane %s what planes.ts declares and nothing else', async (plane) => {
    const expected: string[] = [];
    for (const [table, rights] of rightsOn(plane)) {
      for (const [verb, columns] of Object.entries(rights) as [string, Columns | true][]) {
        if (columns === true) expected.push(`${table} ${verb}`);
        if (columns === true) continue;
        const named = columns === '*' ? await columnsOf(table) : columns;
        expected.push(...named.map((column) => `${table}.${column} ${verb}`));
      }
    }

    expect(await granted(`ava_${plane}`)).toEqual(expected.toSorted());
  });

  it('grants the login nothing but to see which migrations are pending', async () => {
    const login = decodeURIComponent(new URL(database.serverUrl).username);

    expect(await granted(login)).toEqual([
      'typeorm_migrations.id select',
      'typeorm_migrations.name select',
      'typeorm_migrations.timestamp select',
    ]);
    expect(await granted('public')).toEqual([]);
  });

  it('has no role of ours that may log in or is mightier than it must be', async () => {
    const roles = await ask(
      `SELECT rolname FROM pg_roles WHERE rolname LIKE 'ava\\_%' AND rolname <> 'ava_api'
          AND (rolcanlogin OR rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)`,
    );

    expect(roles).toEqual([]);
  });

  it('fixes the search path of every function that looks beyond its caller, and lets not everybody call it', async () => {
    const loose = await ask(
      `SELECT oid::regprocedure::text AS function FROM pg_proc
        WHERE pronamespace IN (to_regnamespace('public'), to_regnamespace('ava'), to_regnamespace('pgboss')) AND prosecdef
          AND (NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (proconfig), false)
               OR proowner <> 'ava_owner'::regrole OR has_function_privilege('public', oid, 'EXECUTE'))`,
    );

    expect(loose).toEqual([]);
  });
});
