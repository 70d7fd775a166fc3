import type { CallerNumber } from './caller-number';

export interface ScannedCall {
  readonly id: string;
  readonly at: string;
  readonly customer: string | null;
  /** With this number; otherwise the number may be mentioned in it. */
  readonly own: boolean;
}
interface Row extends ScannedCall {
  readonly found: boolean;
}

/** Reads one page, in whatever transaction the caller chooses. */
type Read = <T>(sql: string, parameters: unknown[]) => Promise<T[]>;

/** Calls that one statement looks at: well within its time with the longest of transcripts. */
const PAGE = 1000;

/**
 * The customer is compared by its digits, as the earlier system stored numbers in any form. No index has these, and none
 * could be used through the policies by a function that is not leakproof: the tenant's calls are read page by page.
 */
export const SCAN = `
  SELECT id, at, customer, own, found FROM (
    SELECT id, at, customer, place, own, own OR
           ($6::text IS NOT NULL AND texts LIKE $7 AND texts ~ $6) AS found
      FROM (SELECT id, sorted_at::text AS at, customer,
                   concat_ws(' | ', transcript, summary, notes, messages::text) AS texts,
                   row_number() OVER (ORDER BY sorted_at, id) AS place,
                   coalesce(regexp_replace(customer, '[^0-9]', '', 'g') = ANY ($5::text[]), false) AS own
              FROM calls
             WHERE tenant_id = $1 AND ($2::timestamptz IS NULL OR (sorted_at, id) > ($2::timestamptz, $3::uuid))
             ORDER BY sorted_at, id LIMIT $4) AS page) AS looked
   WHERE found OR place = $4 ORDER BY place`;

/** The calls of a tenant that have to do with a number, a page at a time. */
export async function* scan(
  read: Read,
  tenantId: string,
  { digits, roughly, inOrder }: CallerNumber,
): AsyncGenerator<ScannedCall[]> {
  let last: ScannedCall | undefined;
  do {
    const rows: Row[] = await read(SCAN, [
      tenantId,
      last?.at,
      last?.id,
      PAGE,
      digits,
      roughly,
      inOrder,
    ]);
    const found = rows.filter((row) => row.found);
    if (found.length > 0) yield found;
    last = rows.at(-1);
    // A page that is not full shows what was found only: after that, one more look finds nothing.
  } while (last);
}

export interface Texts {
  readonly id: string;
  readonly transcript: string | null;
  readonly summary: string | null;
  readonly notes: string | null;
  readonly messages: unknown;
}

/** Few at a time, as each may have megabytes. */
export const TEXTS_AT_ONCE = 5;
export const TEXTS = `
  SELECT id, transcript, summary, notes, messages FROM calls WHERE tenant_id = $1 AND id = ANY ($2::uuid[])`;

export function inParts<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, i) =>
    all.slice(i * size, (i + 1) * size),
  );
}
