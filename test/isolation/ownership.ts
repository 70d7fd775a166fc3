import { createHash } from 'node:crypto';
import type { TestApp } from '../support/app';
import type { Customer } from './customer';

interface Column {
  readonly name: string;
  /** Texts, ids, JSON and lists of them: what can carry something that belongs to one customer only. */
  readonly telling: boolean;
}
interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
}
type Owner = Pick<Customer, 'tenantId' | 'userId'>;
type Owners = Readonly<Record<string, Owner>>;

type Kind = 'tenant' | 'person';
const OWNER_COLUMNS: Readonly<Record<string, Kind>> = {
  tenant_id: 'tenant',
  user_id: 'person',
  org_id: 'person',
};
/** Owners that stand elsewhere; the queue keeps whose a job is beside its payload. */
const OTHER_OWNERS: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  tenants: { 't.id': 'tenant' },
  users: { 't.id': 'person' },
  'pgboss.job': {
    [`(t.data->>'tenantId')::uuid`]: 'tenant',
    [`(t.data->>'userId')::uuid`]: 'person',
  },
};
/** Tables of nobody: what they hold is about the installation. */
export const OF_NOBODY = [
  'migration_reports',
  'typeorm_migrations',
  'ava.rate_limits',
  'ava.server_proofs',
  // Jobs that were done or failed long ago, for an hour; no plane but the queue's own reaches them.
  'pgboss.archive',
  'pgboss.mail_attempts',
  'pgboss.queue',
  'pgboss.schedule',
  'pgboss.subscription',
  'pgboss.version',
];
/** Columns with a few fixed words, which many customers share. */
const FIXED_WORDS = [
  'account_tokens.purpose',
  'audit_events.action',
  'audit_events.target',
  'invitations.delivery',
  'call_events.type',
  'invitations.role',
  'memberships.role',
  'pgboss.job.dead_letter',
  'pgboss.job.name',
  'pgboss.job.policy',
  'phone_numbers_quarantine.reason',
  'users.locale',
  'users.twilio_status',
  'users.vapi_status',
];
const SHORTEST_MARKER = 8;

/** Whose rows are whose, read from PostgreSQL's catalogue, so that a new table is covered by itself. */
export class Ownership {
  private constructor(
    private readonly app: TestApp,
    private readonly tables: readonly Table[],
  ) {}

  static async of(app: TestApp): Promise<Ownership> {
    const tables = await app.sql<{ name: string; columns: Column[] }>(
      `SELECT CASE n.nspname WHEN 'public' THEN '' ELSE quote_ident(n.nspname) || '.' END || quote_ident(c.relname) AS name,
              json_agg(json_build_object('name', a.attname, 'telling', t.typcategory IN ('S', 'U', 'I', 'A'))
                       ORDER BY a.attname) AS columns
         FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
        WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND a.attnum > 0 AND NOT a.attisdropped
          AND n.nspname NOT LIKE 'pg\\_%' AND n.nspname <> 'information_schema'
        GROUP BY 1 ORDER BY 1`,
    );
    return new Ownership(app, tables);
  }

  /** Tables with rows of a tenant or user. */
  get owned(): string[] {
    return this.tables.filter((table) => ownersOf(table).length > 0).map(({ name }) => name);
  }

  get unowned(): string[] {
    return this.tables.filter((table) => ownersOf(table).length === 0).map(({ name }) => name);
  }

  /** `Bob’s rows of calls` → a digest over every byte of them. */
  async digests(owners: Owners): Promise<ReadonlyMap<string, string>> {
    const of = (owner: string, table: string) => `${owner}’s rows of ${table}`;
    const hashes = new Map(
      Object.keys(owners).flatMap((owner) =>
        this.owned.map((table) => [of(owner, table), createHash('sha256')]),
      ),
    );
    for (const { owner, table, row } of await this.read(owners, 't::text')) {
      hashes.get(of(owner, table))?.update(`${String(row)}\n`);
    }
    return new Map([...hashes].map(([name, hash]) => [name, hash.digest('hex')]));
  }

  /** Marker → where it stands, for everything that stands in rows of `whose` and not in those of `other`. */
  async markers(whose: Owner, other: Owner): Promise<ReadonlyMap<string, string>> {
    const common = new Set((await this.texts(other)).map(({ text }) => text));
    const own = (await this.texts(whose)).filter(
      ({ text }) => text.length >= SHORTEST_MARKER && !common.has(text),
    );
    return new Map(own.map(({ text, at }) => [text, at]));
  }

  /** `table.column` of everything that could hold a marker. */
  get places(): string[] {
    return this.tables
      .filter((table) => ownersOf(table).length > 0)
      .flatMap(({ name, columns }) =>
        columns.filter(({ telling }) => telling).map((column) => `${name}.${column.name}`),
      )
      .filter((place) => !FIXED_WORDS.includes(place));
  }

  async texts(owner: Owner): Promise<{ text: string; at: string }[]> {
    const rows = await this.read({ owner }, 'to_jsonb(t)');
    const places = new Set(this.places);
    return rows.flatMap(({ table, row }) =>
      Object.entries(row as object)
        .map(([column, value]) => ({ at: `${table}.${column}`, value }))
        .filter(({ at }) => places.has(at))
        .flatMap(({ at, value }) => textsIn(value).map((text) => ({ at, text }))),
    );
  }

  /** Every row of these customers, in one statement. */
  private async read(owners: Owners, what: 't::text' | 'to_jsonb(t)') {
    const names = Object.keys(owners);
    const selects = this.tables.flatMap((table) => {
      const by = ownersOf(table);
      if (by.length === 0) return [];
      const all = { tenant: 'ANY ($2)', person: 'ANY ($3)' };
      // Who owns it is asked only of the few rows that one of them owns.
      return [
        `SELECT o.name AS owner, '${table.name}' AS "table", ${what} AS row
           FROM ${table.name} t JOIN unnest($1::text[], $2::uuid[], $3::uuid[]) AS o(name, tenant, person)
             ON ${by.map(([place, kind]) => `${place} = o.${kind}`).join(' OR ')}
          WHERE ${by.map(([place, kind]) => `${place} = ${all[kind]}`).join(' OR ')}`,
      ];
    });
    return this.app.sql<{ owner: string; table: string; row: unknown }>(
      `${selects.join(' UNION ALL ')} ORDER BY 1, 2, 3`,
      [
        names,
        names.map((name) => owners[name]?.tenantId),
        names.map((name) => owners[name]?.userId),
      ],
      `rows of owners as ${what}`,
    );
  }
}

/** Where in a row its owners stand; nowhere, in tables of nobody. */
function ownersOf({ name, columns }: Table): [place: string, kind: Kind][] {
  const other = OTHER_OWNERS[name];
  if (other !== undefined) return Object.entries(other);
  return columns.flatMap((column) => {
    const kind = OWNER_COLUMNS[column.name];
    return kind === undefined ? [] : [[`t.${column.name}`, kind] as [string, Kind]];
  });
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value.replace(/^\\x/, '')];
  if (value === null || typeof value !== 'object') return [];
  const keys = Array.isArray(value) ? [] : Object.keys(value);
  return [...keys, ...Object.values(value).flatMap(textsIn)];
}
