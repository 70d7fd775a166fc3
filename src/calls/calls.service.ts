import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { violatedConstraint } from '../kernel/database/database-errors';
import { TenantDb } from '../kernel/database/tenant-db';
import { Keyset, type Page, type Position } from '../kernel/http/keyset';
import { Problem } from '../kernel/http/problem';
import type { Principal } from '../kernel/security/principal';
import { Call } from './call.entity';
import { rowOf, type NewCall } from './call.row';
import type { ChangeCall, ListCalls, RecordCall } from './calls.dto';
import { pageOfCalls, scopeOf } from './calls.query';
import { CallSummary, type CallSummaryRow } from './calls.view';

@Injectable()
export class CallsService {
  constructor(
    private readonly db: TenantDb,
    private readonly keyset: Keyset,
  ) {}

  async list(who: Principal, query: ListCalls): Promise<Page<CallSummary>> {
    const scope = scopeOf(who.tenantId, query);
    const after = query.cursor === undefined ? null : this.keyset.read(scope, query.cursor);
    const { sql, parameters } = pageOfCalls(who.tenantId, query, after);
    const rows = await this.db.read(who, (em) =>
      em.query<(CallSummaryRow & Position)[]>(sql, parameters),
    );
    return this.keyset.page(rows, query.limit, { scope, view: (row) => CallSummary.of(row) });
  }

  find(who: Principal, id: string): Promise<Call | null> {
    return this.db.read(who, (em) => em.findOneBy(Call, { id, tenantId: who.tenantId }));
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
