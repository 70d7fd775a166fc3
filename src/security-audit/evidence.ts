import type { CatalogueFacts, KeyFacts } from './facts.types';
import type { Evidence, EvidenceCode } from './check.types';

type Values = Evidence['values'];

export const good = (code: EvidenceCode, values: Values = {}): Evidence => ({
  code,
  values,
  holds: true,
});
export const bad = (code: EvidenceCode, values: Values = {}): Evidence => ({
  code,
  values,
  holds: false,
});
export const unseen = (code: EvidenceCode, values: Values = {}): Evidence => ({
  code,
  values,
  holds: null,
});

/** What a table must be held by, and how the absence of it is called. */
interface Wanted {
  readonly table: string;
  readonly wanted: string;
  readonly is: (key: KeyFacts) => boolean;
}

/** A key that is there and does not hold (not validated, its triggers switched off) counts as absent. */
export function requireKey({ keys }: CatalogueFacts, { table, wanted, is }: Wanted): Evidence {
  const found = keys.filter((key) => key.table === table && is(key));
  const holding = found.find(({ holds }) => holds);
  if (holding)
    return good('key.there', { table, name: holding.name, definition: holding.definition });
  const [idle] = found;
  if (idle) return bad('key.idle', { table, name: idle.name });
  return bad('key.absent', { table, wanted });
}

export function cascadesFrom(table: string, column: string, parent: string): Wanted {
  return {
    table,
    wanted: `FOREIGN KEY (${column}) REFERENCES ${parent}(id) ON DELETE CASCADE`,
    is: ({ kind, columns, references, cascades }) =>
      kind === 'f' && cascades && references === parent && columns.join() === column,
  };
}

/** Exactly this column, alone, is unique. */
export function uniqueBy(table: string, column: string): Wanted {
  return {
    table,
    wanted: `UNIQUE (${column})`,
    is: ({ kind, columns }) => kind !== 'f' && columns.join() === column,
  };
}

export function hasTable({ tables }: CatalogueFacts, name: string): boolean {
  return tables.some((table) => table.name === name);
}

export function columnOf({ tables }: CatalogueFacts, table: string, column: string) {
  return tables.find(({ name }) => name === table)?.columns.find(({ name }) => name === column);
}
