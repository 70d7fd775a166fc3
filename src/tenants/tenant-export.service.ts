import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service';
import { TenantDb } from '../kernel/database/tenant-db';
import { Downloads, pagesOf, readIfAllowed } from '../kernel/http/downloads';
import type { Principal } from '../kernel/security/principal';
import { parts } from './tenant-export.query';

/** A row under the names it leaves with, and its key, which does not. */
type Row = { readonly $id?: string; readonly $at?: string } & Readonly<Record<string, unknown>>;

/** Everything of a tenant as lines of JSON, read page by page as fast as the client takes it. */
@Injectable()
export class TenantExportService {
  private readonly downloads = new Downloads();

  constructor(
    private readonly db: TenantDb,
    private readonly audit: AuditService,
  ) {}

  /** @throws Problem 429 `tenant.export_busy` */
  open(who: Principal): Promise<Readable> {
    return this.downloads.open(who, async () => {
      await this.db.run(who, (em) => this.audit.record(em, who, { action: 'tenant.exported' }));
      return this.lines(who);
    });
  }

  private async *lines(who: Principal): AsyncGenerator<string> {
    const counts: Record<string, number> = {};
    for (const { type, rows: most, sql } of parts) {
      counts[type] = 0;
      const read = (last: Row | null) => this.page(who, sql, [last?.$at, last?.$id, most]);
      for await (const rows of pagesOf({ read, full: most })) {
        counts[type] += rows.length;
        yield rows.map((row) => lineOf(type, row)).join('');
      }
    }
    // Its absence tells that the export broke off.
    yield `${JSON.stringify({ type: 'end', rows: counts })}\n`;
  }

  /** A transaction of its own, in which the session has to be alive; the role is asked again as well. */
  private page(who: Principal, sql: string, after: unknown[]): Promise<Row[]> {
    return readIfAllowed(this.db, { who, permission: 'tenant.export' }, (em) =>
      em.query<Row[]>(sql, [who.tenantId, ...after]),
    );
  }
}

function lineOf(type: string, { $id: _, $at: __, ...row }: Row): string {
  return `${JSON.stringify({ type, ...row })}\n`;
}
