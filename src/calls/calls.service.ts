import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { violatedConstraint } from '../kernel/database/database-errors';
import { TenantDb } from '../kernel/database/tenant-db';
import { Keyset, type Page, type Position } from '../kernel/http/keyset';
import { Problem } from '../kernel/http/problem';
import type { Principal } from '../kernel/security/principal';
import { Call } from './call.entity';
import { Highlighter } from './call-highlights';
import { rowOf, type NewCall } from './call.row';
import { searchFor } from './call-search';
import { pageOfMatches } from './call-search.query';
import type { ChangeCall, ListCalls, RecordCall } from './calls.dto';
import { ONE_CALL, pageOfCalls, scopeOf } from './calls.query';
import { CallListItem, type CallSummaryRow, type FoundCall } from './calls.view';

type CallList = Page<CallListItem>;
type FoundRow = FoundCall & Position;

interface Search {
  readonly query: ListCalls;
  readonly q: string;
  readonly scope: readonly string[];
  readonly after: Position | null;
}

@Injectable()
export class CallsService {
  constructor(
    private readonly db: TenantDb,
    private readonly keyset: Keyset,
  ) {}

  async list(who: Principal, query: ListCalls): Promise<CallList> {
    const scope = scopeOf(who.tenantId, query);
    const after = query.cursor === undefined ? null : this.keyset.read(scope, query.cursor);
    if (query.sort === 'relevance' && query.q === undefined)
      throw Problem.invalid({ field: 'sort', code: 'search.required' });
    if (query.q !== undefined) return this.search(who, { query, q: query.q, scope, after });
    const { sql, parameters } = pageOfCalls(who.tenantId, query, after);
    const rows = await this.db.read(who, (em) =>
      em.query<(CallSummaryRow & Position)[]>(sql, parameters),
    );
    return this.keyset.page(rows, query.limit, { scope, view: (row) => CallListItem.of(row) });
  }

  private async search(who: Principal, { query, q, scope, after }: Search): Promise<CallList> {
    const terms = searchFor(q);
    const { sql, parameters } = pageOfMatches(who.tenantId, { query, terms, after });
    return this.db.read(who, async (em) => {
      const rows = await em.query<FoundRow[]>(sql, parameters);
      const texts = rows.slice(0, query.limit).flatMap((row) => [row.summary, row.searched]);
      const highlighter = await Highlighter.of(em, terms, texts);
      const view = (row: FoundRow) => CallListItem.found(row, highlighter);
      return this.keyset.page(rows, query.limit, { scope, view });
    });
  }

  async find(who: Principal, id: string): Promise<Call | null> {
    const [call] = await this.db.read(who, (em) => em.query<Call[]>(ONE_CALL, [who.tenantId, id]));
    return call ?? null;
  }

  /**
   * Records one call. With a `providerCallId` that the tenant already has, nothing is written.
   * @returns the call and whether it is new
   */
  async record(who: Principal, body: RecordCall): Promise<{ call: Call; created: boolean }> {
    const row = rowOf(who, body);
    try {
      return await this.db.run(who, async (em) => {
        const inserted = await em
          .createQueryBuilder()
          .insert()
          .into(Call)
          .values(row)
          .orIgnore()
          .execute();
        const created = (inserted.raw as unknown[]).length > 0;
        return {
          call: await em.findOneByOrFail(Call, created ? keyOf(row) : sameCall(row)),
          created,
        };
      });
    } catch (error) {
      if (violatedConstraint(error) !== 'calls_phone_number_fkey') throw error;
      throw Problem.invalid({ field: 'phoneNumberId', code: 'phone_number.unknown' });
    }
  }

  async change(who: Principal, call: Call, body: ChangeCall): Promise<Call> {
    const key = { id: call.id, tenantId: who.tenantId };
    if (Object.keys(body).length === 0) return call;
    return this.db.run(who, async (em) => {
      // Not save(): it would bring back a call that has been deleted since it was read.
      await em.update(Call, key, body);
      return required(await em.findOneBy(Call, key));
    });
  }

  async remove(who: Principal, id: string): Promise<void> {
    await this.db.run(who, (em) => em.delete(Call, { id, tenantId: who.tenantId }));
  }

  any(em: EntityManager, who: Principal): Promise<boolean> {
    return em.existsBy(Call, { tenantId: who.tenantId });
  }
}

function required(call: Call | null): Call {
  if (call === null) throw new Problem('call.not_found');
  return call;
}

const keyOf = ({ tenantId, id }: NewCall) => ({ tenantId, id });

const sameCall = ({ tenantId, provider, providerCallId = '' }: NewCall) => ({
  tenantId,
  provider,
  providerCallId,
});
