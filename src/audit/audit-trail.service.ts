import { Injectable } from '@nestjs/common';
import type { Readable } from 'node:stream';
import { TenantDb } from '../kernel/database/tenant-db';
import { csvLine } from '../kernel/http/csv';
import { Downloads } from '../kernel/http/downloads';
import { Keyset, type Page, type Position } from '../kernel/http/keyset';
import { may, roleTooLow } from '../kernel/security/permissions';
import type { Principal } from '../kernel/security/principal';
import { AuditSearch, type EventFilter } from './audit-search.service';
import { EventView, type EventRow, type FilterEvents, type ListEvents } from './audit.dto';

/** Events that an export reads at a time: what it holds in memory, however long the trail. */
const EXPORT_PAGE = 500;
const EXPORTS_AT_ONCE = 2;
const HEAD = [
  ...['at', 'action', 'actorKind', 'actorId', 'actorName', 'actorEmail'],
  ...['target', 'subjectId', 'requestId', 'ip', 'details'],
];

export const eventColumns = {
  columns: [
    ...['action', 'actor_id', 'by_operator', 'target', 'subject_id'],
    ...['request_id', 'ip', 'details'],
  ],
  shown: `e.at AS "happenedAt", e.action, e.actor_id AS "actorId", e.by_operator AS "byOperator", m.id IS NOT NULL AS "isMember",
    m.name, m.email, e.target, e.subject_id AS "subjectId", e.request_id AS "requestId", host(e.ip) AS ip, e.details`,
  // Each actor of the page once. Who is no member gives no row, so nobody else's name or address is told.
  joined: `LEFT JOIN (
      SELECT found.* FROM (SELECT DISTINCT actor_id FROM e WHERE NOT by_operator) a, LATERAL ava.member(a.actor_id) found
    ) m ON m.id = e.actor_id AND NOT e.by_operator`,
};

type Row = EventRow & Position;

/** What has been done in a tenant, for those who are responsible for it. */
@Injectable()
export class AuditTrailService {
  private readonly downloads = new Downloads(EXPORTS_AT_ONCE);

  constructor(
    private readonly db: TenantDb,
    private readonly search: AuditSearch,
    private readonly keyset: Keyset,
  ) {}

  async list(who: Principal, { limit, cursor, ...asked }: ListEvents): Promise<Page<EventView>> {
    const filter = inTenant(who, asked);
    const scope = this.search.scopeOf('tenant', filter);
    const after = cursor === undefined ? null : this.keyset.read(scope, cursor);
    const rows = await this.page(who, { filter, after, limit: limit + 1 });
    return this.keyset.page(rows, limit, { scope, view: (row) => EventView.of(row) });
  }

  /**
   * CSV, the newest first, read page by page as the client takes it: one who goes away, or whose session or role ends, ends it.
   * The first page is read before the answer begins, so that a refusal is a problem and not half a file.
   * @throws Problem 429 `tenant.export_busy`
   */
  export(who: Principal, asked: FilterEvents): Promise<Readable> {
    const filter = inTenant(who, asked);
    const read = async (after: Position | null) => {
      if (!may(await this.db.role(who), 'audit.read')) throw roleTooLow('audit.read');
      return this.page(who, { filter, after, limit: EXPORT_PAGE });
    };
    return this.downloads.open(async () => piecesOf(await read(null), read));
  }

  private page(
    who: Principal,
    asked: { filter: EventFilter; after: Position | null; limit: number },
  ): Promise<Row[]> {
    return this.db.read(who, (em) => this.search.page<EventRow>(em, { ...eventColumns, ...asked }));
  }
}

function inTenant({ tenantId }: Principal, { actorId, ...asked }: FilterEvents): EventFilter {
  const { action, target, from, to } = asked;
  return { tenantId, memberId: actorId, action, target, from, to };
}

async function* piecesOf(first: Row[], read: (after: Position) => Promise<Row[]>) {
  yield csvLine(HEAD);
  let rows = first;
  for (;;) {
    if (rows.length > 0) yield rows.map((row) => lineOf(EventView.of(row))).join('');
    const last = rows.at(-1);
    if (!last || rows.length < EXPORT_PAGE) return;
    rows = await read(last);
  }
}

function lineOf({ at, action, actor, details, ...event }: EventView): string {
  const told = Object.keys(details).length > 0 ? JSON.stringify(details) : null;
  const { target, subjectId, requestId, ip } = event;
  return csvLine([
    ...[at, action, actor.kind, actor.id, actor.name, actor.email],
    ...[target, subjectId, requestId, ip, told],
  ]);
}
