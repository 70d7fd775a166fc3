import { ids, type Queryable, select } from './migration-tools';

/** The columns of `users` that hold sealed values. */
export const CREDENTIAL_COLUMNS = [
  'vapi_api_key',
  'twilio_account_sid',
  'twilio_auth_token',
] as const;
export type CredentialColumn = (typeof CREDENTIAL_COLUMNS)[number];
type Stored = Record<CredentialColumn, string | null>;
export type CredentialRow = Stored & { readonly id: string };

/** One stored value and where it is. */
export interface StoredCredential {
  readonly userId: string;
  readonly column: CredentialColumn;
  readonly value: string;
}

const BATCH = 500;
const COLUMNS = CREDENTIAL_COLUMNS.join(', ');
const ANY = CREDENTIAL_COLUMNS.map((column) => `${column} IS NOT NULL`).join(' OR ');
/** A condition that is true for whoever has a value not sealed with the key of this parameter. */
const otherThan = (parameter: string) =>
  CREDENTIAL_COLUMNS.map((column) => `split_part(${column}, '.', 2) <> ${parameter}`).join(' OR ');

/**
 * Everybody with a credential, by id; holds one batch in memory, however many users there are.
 * @param exceptKey leaves out those whose values all carry this key id
 */
export async function* credentialBatches(
  db: Queryable,
  exceptKey?: string,
): AsyncGenerator<CredentialRow[], void> {
  const wanted = exceptKey === undefined ? ANY : otherThan('$2');
  for (let after: string | null = null; ;) {
    const rows: CredentialRow[] = await select<CredentialRow>(
      db,
      `SELECT id, ${COLUMNS} FROM users
        WHERE ($1::uuid IS NULL OR id > $1) AND (${wanted}) ORDER BY id LIMIT ${BATCH}`,
      exceptKey === undefined ? [after] : [after, exceptKey],
    );
    const last = rows.at(-1);
    if (!last) return;
    yield rows;
    after = last.id;
  }
}

/** How many users `credentialBatches` gives. */
export async function countUsers(db: Queryable, exceptKey?: string): Promise<number> {
  const [count] = await ids(
    db,
    `SELECT count(*) AS id FROM users WHERE ${exceptKey === undefined ? ANY : otherThan('$1')}`,
    exceptKey === undefined ? [] : [exceptKey],
  );
  return Number(count);
}

export function credentialsIn(row: CredentialRow): StoredCredential[] {
  return CREDENTIAL_COLUMNS.flatMap((column) => {
    const value = row[column];
    return value === null ? [] : [{ userId: row.id, column, value }];
  });
}

export interface Replacement {
  readonly before: CredentialRow;
  readonly after: CredentialRow;
}

/**
 * Writes those rows that still hold what was read. A row that somebody is changing is left out and not waited for, so
 * that neither side ever waits for the other. @returns the rows written, read again after it
 */
export async function replaceCredentials(
  db: Queryable,
  replacements: readonly Replacement[],
): Promise<CredentialRow[]> {
  const arrays = CREDENTIAL_COLUMNS.flatMap((column) => [
    replacements.map(({ before }) => before[column]),
    replacements.map(({ after }) => after[column]),
  ]);
  const names = CREDENTIAL_COLUMNS.flatMap((column) => [`${column}_before`, `${column}_after`]);
  const types = names.map((_, i) => `$${i + 2}::text[]`).join(', ');
  // The comparison stands where the row is locked: joined to it afterwards, the planner takes it for one row.
  const written = await ids(
    db,
    `WITH free AS (
       SELECT v.* FROM unnest($1::uuid[], ${types}) AS v(id, ${names.join(', ')}) JOIN users u ON u.id = v.id
        WHERE ${CREDENTIAL_COLUMNS.map((c) => `u.${c} IS NOT DISTINCT FROM v.${c}_before`).join(' AND ')}
          FOR NO KEY UPDATE OF u SKIP LOCKED)
     UPDATE users u SET ${CREDENTIAL_COLUMNS.map((c) => `${c} = free.${c}_after`).join(', ')}
       FROM free WHERE u.id = free.id RETURNING u.id`,
    [replacements.map(({ before }) => before.id), ...arrays],
  );
  return select(db, `SELECT id, ${COLUMNS} FROM users WHERE id = ANY ($1::uuid[])`, [written]);
}
