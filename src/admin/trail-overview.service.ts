import { Injectable } from '@nestjs/common';
import { AuditSearch } from '../audit/audit-search.service';
import { OperatorDb } from '../kernel/database/tenant-db';
import { Keyset, type Page } from '../kernel/http/keyset';
import type { Principal } from '../kernel/security/principal';
import { OperatorTrail } from './operator-trail.service';
import { TrailEvent, type SearchTrail, type TrailRow } from './trail.dto';

/** Neither details nor addresses of requests: the plane has no right to them. */
export const trailColumns = {
  columns: [
    ...['action', 'tenant_id', 'actor_id', 'by_operator'],
    ...['target', 'subject_id', 'request_id'],
  ],
  shown: `e.at AS "happenedAt", e.action, e.tenant_id AS "tenantId", e.actor_id AS "actorId", e.by_operator AS "byOperator",
    e.target, e.subject_id AS "subjectId", e.request_id AS "requestId"`,
};

/** The trails of all tenants, and of what concerned none, for operators. */
@Injectable()
export class TrailOverview {
  constructor(
    private readonly db: OperatorDb,
    private readonly events: AuditSearch,
    private readonly keyset: Keyset,
    private readonly trail: OperatorTrail,
  ) {}

  /** A search in one tenant's trail is told in it. */
  async search(who: Principal, query: SearchTrail): Promise<Page<TrailEvent>> {
    const { limit, cursor, tenantId, actorId, action, from, to } = query;
    const filter = { tenantId, actorId, action, from, to };
    const scope = this.events.scopeOf('operator', filter);
    const after = cursor === undefined ? null : this.keyset.read(scope, cursor);
    const rows = await this.db.run(who, async (em) => {
      const wanted = { ...trailColumns, filter, after, limit: limit + 1 };
      const found = await this.events.page<TrailRow>(em, wanted);
      if (tenantId !== undefined) {
        const event = { action: 'operator.audit_searched', target: tenantId } as const;
        await this.trail.record(em, who, { ...event, tenantId });
      }
      return found;
    });
    return this.keyset.page(rows, limit, { scope, view: (row) => TrailEvent.of(row) });
  }
}
