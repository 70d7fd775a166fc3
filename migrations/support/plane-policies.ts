/** Rows of one tenant: the scalar sub-select is asked once a statement, and its answer is an index condition. */
const OF_TENANT = '(SELECT ava.tenant_id())';
const OF_USER = '(SELECT ava.user_id())';
const OF_IDENTITY = '(SELECT ava.identity_user())';
const OF_OPERATOR = '(SELECT ava.operator_id()) IS NOT NULL';

interface Policy {
  readonly table: string;
  readonly plane: 'owner' | 'tenant' | 'identity' | 'operator';
  readonly rows: string;
}

const tenantTables = ['memberships', 'calls', 'ava_profiles', 'phone_numbers'];
const tables = ['tenants', 'users', 'sessions', ...tenantTables];

const policies: readonly Policy[] = [
  // Nobody logs in as ava_owner: these let its functions look, and an admin who is no superuser migrate.
  ...tables.map((table) => ({ table, plane: 'owner' as const, rows: 'true' })),
  ...tenantTables.map((table) => ({
    table,
    plane: 'tenant' as const,
    rows: `tenant_id = ${OF_TENANT}`,
  })),
  { table: 'tenants', plane: 'tenant', rows: `id = ${OF_TENANT}` },
  { table: 'users', plane: 'tenant', rows: `id = ${OF_USER}` },
  { table: 'sessions', plane: 'tenant', rows: `user_id = ${OF_USER}` },
  { table: 'users', plane: 'identity', rows: `id = ${OF_IDENTITY}` },
  { table: 'sessions', plane: 'identity', rows: `user_id = ${OF_IDENTITY}` },
  { table: 'memberships', plane: 'identity', rows: `user_id = ${OF_IDENTITY}` },
  {
    table: 'ava_profiles',
    plane: 'identity',
    rows: 'tenant_id IN (SELECT tenant_id FROM memberships)',
  },
  ...tables.map((table) => ({ table, plane: 'operator' as const, rows: OF_OPERATOR })),
];

/** FOR ALL: what may be read may be written and nothing else; which verbs and columns is a matter of grants. */
export const POLICIES_UP = [
  ...tables.map(
    (table) => `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY`,
  ),
  ...policies.map(
    ({ table, plane, rows }) =>
      `CREATE POLICY ${table}_${plane} ON ${table} TO ava_${plane} USING (${rows}) WITH CHECK (${rows})`,
  ),
].join(';\n');

export const POLICIES_DOWN = [
  ...policies.map(({ table, plane }) => `DROP POLICY ${table}_${plane} ON ${table}`),
  ...tables.map(
    (table) => `ALTER TABLE ${table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY`,
  ),
].join(';\n');
