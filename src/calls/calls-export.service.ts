import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { AuditService } from '../audit/audit.service';
import { TenantDb } from '../kernel/database/tenant-db';
import { csvLine } from '../kernel/http/csv';
import { Downloads, inPieces, pagesOf, readIfAllowed } from '../kernel/http/downloads';
import { Keyset, type Position } from '../kernel/http/keyset';
import { Problem } from '../kernel/http/problem';
import type { Principal } from '../kernel/security/principal';
import {
  columnsOfCsv,
  exportCount,
  exportPage,
  positionOf,
  type Shown,
} from './calls-export.query';
import type { ExportCalls } from './calls-transfer.dto';
import { scopeOf } from './calls.query';

type Cells = Position & Readonly<Record<Shown, string | null>>;
type JsonLine = Position & { readonly line: string };

/** Calls of a tenant as a file, with the filters and in the order of the list. */
@Injectable()
export class CallsExportService {
  private readonly downloads = new Downloads();

  constructor(
    private readonly db: TenantDb,
    private readonly keyset: Keyset,
    private readonly audit: AuditService,
  ) {}

  /**
   * Read page by page as the client takes it: one who goes away, or whose session ends, ends it.
   * @throws Problem 400 `cursor.invalid`, 429 `tenant.export_busy`
   */
  export(who: Principal, asked: ExportCalls): Promise<Readable> {
    return this.downloads.open(who, async () => {
      const from = await this.positionOf(who, asked);
      await this.tell(who, asked, from);
      return this[asked.format](who, asked, from);
    });
  }

  private async *csv(who: Principal, query: ExportCalls, from: Position | null) {
    yield csvLine(columnsOfCsv);
    for await (const rows of this.pages<Cells>(who, { query, from, form: 'cells' })) {
      yield* inPieces(rows, (row) => csvLine(columnsOfCsv.map((name) => row[name])));
    }
  }

  private async *ndjson(who: Principal, query: ExportCalls, from: Position | null) {
    let [count, last] = [0, from];
    for await (const rows of this.pages<JsonLine>(who, { query, from, form: 'json' })) {
      yield* inPieces(rows, ({ line }) => `${line}\n`);
      [count, last] = [count + rows.length, rows.at(-1) ?? last];
    }
    // Its absence tells that the export broke off.
    const cursor = last && this.keyset.write(scopeOf(who.tenantId, query), last);
    yield `${JSON.stringify({ type: 'end', rows: count, cursor })}\n`;
  }

  private async *json(who: Principal, query: ExportCalls, from: Position | null) {
    yield '{"items":[';
    let before = '\n';
    for await (const rows of this.pages<JsonLine>(who, { query, from, form: 'json' })) {
      yield* inPieces(rows, ({ line }) => {
        const item = before + line;
        before = ',\n';
        return item;
      });
    }
    yield '\n],"nextCursor":null}\n';
  }

  private pages<Row extends Position>(
    who: Principal,
    { query, from, form }: { query: ExportCalls; from: Position | null; form: 'cells' | 'json' },
  ): AsyncGenerator<Row[]> {
    const read = (last: Position | null): Promise<Row[]> => {
      const { sql, parameters } = exportPage(who.tenantId, { query, after: last ?? from, form });
      return readIfAllowed(this.db, { who, permission: 'call.export' }, (em) =>
        em.query<Row[]>(sql, parameters),
      );
    };
    return pagesOf({ read, full: 1 });
  }

  /** From a cursor of the list, or behind a call that has been received. */
  private async positionOf(who: Principal, query: ExportCalls): Promise<Position | null> {
    const { cursor } = query;
    if (cursor === undefined) return null;
    if (!isUUID(cursor)) return this.keyset.read(scopeOf(who.tenantId, query), cursor);
    const [found] = await this.db.read(who, (em) =>
      em.query<Position[]>(positionOf, [who.tenantId, cursor]),
    );
    if (!found) throw new Problem('cursor.invalid');
    return found;
  }

  /** Written down before the first call leaves; where there is none, nothing leaves. */
  private async tell(who: Principal, query: ExportCalls, from: Position | null): Promise<void> {
    const { sql, parameters } = exportCount(who.tenantId, query, from);
    await this.db.run(who, async (em) => {
      const [{ count }] = await em.query<[{ count: number }]>(sql, parameters);
      if (count === 0) return;
      const details = { format: query.format, count };
      await this.audit.record(em, who, { action: 'calls.exported', details });
    });
  }
}
