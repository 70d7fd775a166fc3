import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service';
import { TenantDb } from '../kernel/database/tenant-db';
import { Downloads } from '../kernel/http/downloads';
import { may, roleTooLow } from '../kernel/security/permissions';
import type { Principal } from '../kernel/security/principal';
import { parts } from './tenant-export.query';

/** A row under the names it leaves with, and its key, which does not. */
type Row = { readonly $id?: string; readonly $at?: string } & Readonly<Record<string, unknown>>;

const AT_ONCE = 2;

/** Everything of a tenant as lines of JSON, read page by page as fast as the client takes it. */
@Injectable()
export class TenantExportService {
  private readonly downloads = new Downloads(AT_ONCE);

  constructor(
    private readonly db: TenantDb,
    private readonly audit: AuditService,
  ) {}

  /** @throws Problem 429 `tenant.export_busy` */
  open(who: Principal): Promise<Readable> {
    return this.downloads.open(async () => {
      await this.db.run(who, (em) => this.audit.record(em, who, { action: 'tenant.exported' }));
      return this.lines(who);
    });
  }

  private async *lines(who: Principal): AsyncGenerator<string> {
    const counts: Record<string, number> = {};
    for (const { type, rows: most, sql } of parts) {
      counts[type] = 0;
      let last: Row | undefined;
      do {
        const rows = await this.page(who, sql, [last?.$at, last?.$id, most]);
        counts[type] += rows.length;
        if (rows.length > 0) yield rows.map((row) => lineOf(type, row)).join('');
        last = rows.length === most ? rows.at(-1) : undefined;
      } while (last);
    }
    // Its absence tells that the export broke off.
    yield `${JSON.stringify({ type: 'end', rows: counts })}\n`;
  }

  /** A transaction of its own, in which the session has to be alive; the role is asked again as well. */
  private async page(who: Principal, sql: string, after: unknown[]): Promise<Row[]> {
    if (!may(await this.db.role(who), 'tenant.export')) throw roleTooLow('tenant.export');
    return this.db.read(who, (em) => em.query<Row[]>(sql, [who.tenantId, ...after]));
  }
}

function lineOf(type: string, { $id: _, $at: __, ...row }: Row): string {
  return `${JSON.stringify({ type, ...row })}\n`;
}
