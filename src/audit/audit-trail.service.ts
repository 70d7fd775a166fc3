import { Injectable } from '@nestjs/common';
import type { Readable } from 'node:stream';
import type { EntityManager } from 'typeorm';
import { TenantDb } from '../kernel/database/tenant-db';
import { csvLine } from '../kernel/http/csv';
import { Downloads, pagesOf, readIfAllowed } from '../kernel/http/downloads';
import { Keyset, type Page, type Position } from '../kernel/http/keyset';
import type { Principal } from '../kernel/security/principal';
import { AuditSearch, type EventFilter } from './audit-search.service';
import { EventView, type EventRow, type FilterEvents, type ListEvents } from './audit.dto';

/** Events that an export reads at a time: what it holds in memory, however long the trail. */
const EXPORT_PAGE = 500;
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
  private readonly downloads = new Downloads();

  constructor(
    private readonly db: TenantDb,
    private readonly search: AuditSearch,
    private readonly keyset: Keyset,
  ) {}

  async list(who: Principal, { limit, cursor, ...asked }: ListEvents): Promise<Page<EventView>> {
    const filter = inTenant(who, asked);
    const scope = this.search.scopeOf('tenant', filter);
    const after = cursor === undefined ? null : this.keyset.read(scope, cursor);
    const rows = await this.db.read(who, (em) =>
      this.rows(em, { filter, after, limit: limit + 1 }),
    );
    return this.keyset.page(rows, limit, { scope, view: (row) => EventView.of(row) });
  }

  /**
   * CSV, the newest first, read page by page as the client takes it: one who goes away, or whose session or role ends, ends it.
   * The first page is read before the answer begins, so that a refusal is a problem and not half a file.
   * @throws Problem 429 `tenant.export_busy`
   */
  export(who: Principal, asked: FilterEvents): Promise<Readable> {
    const filter = inTenant(who, asked);
    const allowed = { who, permission: 'audit.read' } as const;
    const read = (after: Position | null) =>
      readIfAllowed(this.db, allowed, (em) => this.rows(em, { filter, after, limit: EXPORT_PAGE }));
    return this.downloads.open(who, async () => piecesOf(await read(null), read));
  }

  private rows(
    em: EntityManager,
    asked: { filter: EventFilter; after: Position | null; limit: number },
  ): Promise<Row[]> {
    return this.search.page<EventRow>(em, { ...eventColumns, ...asked });
  }
}

function inTenant({ tenantId }: Principal, { actorId, ...asked }: FilterEvents): EventFilter {
  const { action, target, from, to } = asked;
  return { tenantId, memberId: actorId, action, target, from, to };
}

async function* piecesOf(first: Row[], read: (after: Position | null) => Promise<Row[]>) {
  yield csvLine(HEAD);
  for await (const rows of pagesOf({ read, full: EXPORT_PAGE, first })) {
    yield rows.map((row) => lineOf(EventView.of(row))).join('');
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
