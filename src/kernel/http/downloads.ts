import { addAbortSignal, Readable } from 'node:stream';
import type { TenantDb } from '../database/tenant-db';
import type { Work } from '../database/context-runner';
import { may, permissions, roleTooLow, type Permission } from '../security/permissions';
import type { Principal } from '../security/principal';
import { Slots } from './slots';

/** Milliseconds after which a client that reads ever so slowly is cut off. */
const LONGEST = 60 * 60 * 1000;
const BOUNDS = { inProcess: 4, perTenant: 2 };

/** Answers of any length, made as fast as the client takes them. Few at once: each holds a page and asks the database all the time. */
export class Downloads {
  private readonly slots = new Slots(BOUNDS, 'tenant.export_busy');

  /**
   * @param prepare what has to succeed before the answer begins; it gives the pieces of it
   * @throws Problem 429 `tenant.export_busy`
   */
  async open(
    { tenantId }: Pick<Principal, 'tenantId'>,
    prepare: () => Promise<AsyncIterable<string>>,
  ): Promise<Readable> {
    const giveBack = this.slots.take(tenantId);
    try {
      const pieces = Readable.from(await prepare(), { objectMode: false });
      // However it ends: read to the end, failed, or destroyed with the answer when the client goes.
      pieces.once('close', giveBack);
      return addAbortSignal(AbortSignal.timeout(LONGEST), pieces);
    } catch (error) {
      giveBack();
      throw error;
    }
  }
}

/** Rows in a piece of an answer: long texts and buffers stay in memory until a full collection of garbage. */
const ROWS_A_PIECE = 40;

/** A page as some short texts. */
export function* inPieces<Row>(rows: readonly Row[], lineOf: (row: Row) => string) {
  for (let from = 0; from < rows.length; from += ROWS_A_PIECE) {
    yield rows
      .slice(from, from + ROWS_A_PIECE)
      .map(lineOf)
      .join('');
  }
}

interface Paging<Row> {
  /** The page behind a row; the first one behind null. */
  readonly read: (after: Row | null) => Promise<Row[]>;
  /** A page with fewer rows is the last. Pages that end elsewhere, too, have 1: only an empty one is behind the last. */
  readonly full: number;
  /** The first page, where it was read before. */
  readonly first?: Row[];
}

/**
 * Page after page. One is read ahead while the client takes the one before, and none when it has gone.
 * A page is emptied when the next is asked for.
 */
export async function* pagesOf<Row>({ read, full, first }: Paging<Row>): AsyncGenerator<Row[]> {
  let rows = first ?? (await read(null));
  while (rows.length > 0) {
    const last = rows.length < full ? undefined : rows.at(-1);
    const next = last === undefined ? Promise.resolve([]) : read(last);
    // When the client has gone nobody waits for it any more.
    next.catch(() => undefined);
    yield rows;
    // What is left of a query holds its rows, and was seen to hold those of the next, until a full collection of garbage.
    rows.length = 0;
    rows = await next;
  }
}

/** One page: session and membership have to be alive, as at each opening of the context, and the role is asked again. */
export async function readIfAllowed<Row>(
  db: TenantDb,
  { who, permission }: { readonly who: Principal; readonly permission: Permission },
  work: Work<Row[]>,
): Promise<Row[]> {
  // Every member may what a `member` may, and the context opens for members only.
  const anyMember = permissions[permission] === 'member';
  if (!anyMember && !may(await db.role(who), permission)) throw roleTooLow(permission);
  const rows = await db.read(who, work);
  // A session that ends between the opening of the context and the read sees nothing: that is no end of the rows.
  if (rows.length === 0) await db.role(who);
  return rows;
}
