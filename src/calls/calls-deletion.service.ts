import { Inject, Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service';
import { SETTINGS, type Settings } from '../kernel/config/settings';
import { TenantDb } from '../kernel/database/tenant-db';
import { Problem } from '../kernel/http/problem';
import { Slots } from '../kernel/http/slots';
import { RequestValidationPipe } from '../kernel/http/validation.pipe';
import { may, roleTooLow } from '../kernel/security/permissions';
import type { Principal } from '../kernel/security/principal';
import { Confirmation } from './calls-deletion';
import {
  CallFilter,
  type DeleteCalls,
  type DeletedCalls,
  type DeletionOfCalls,
  type PreviewDeletion,
} from './calls-deletion.dto';
import { callsToDelete, deleteCalls, MOST_DELETED, type Chosen } from './calls-deletion.query';
import { scopeOf } from './calls.query';

const BOUNDS = { inProcess: 2, perTenant: 1 };
/** In a transaction, so that nobody waits for it long. */
const BATCH = 500;

/** Deletes many calls at once, exactly those that somebody was told of before. */
@Injectable()
export class CallsDeletionService {
  private readonly slots = new Slots(BOUNDS, 'call.deletion_busy');
  private readonly rules = new RequestValidationPipe();
  private readonly confirmation: Confirmation;

  constructor(
    private readonly db: TenantDb,
    private readonly audit: AuditService,
    @Inject(SETTINGS) { jwtSecret }: Pick<Settings, 'jwtSecret'>,
  ) {
    this.confirmation = new Confirmation(jwtSecret);
  }

  async preview(who: Principal, body: PreviewDeletion): Promise<DeletionOfCalls> {
    const filter = await this.read(body.filter);
    const chosen = await this.choose(who, filter, false);
    const { count, oldest, newest } = chosen;
    const confirm = this.confirmation.write(aboutOf(who, filter, chosen));
    return { count, oldest, newest, confirm };
  }

  /** @throws Problem 409 `call.selection_changed` when it is not what the preview told, 429 `call.deletion_busy` */
  async delete(who: Principal, { filter: sent, confirm }: DeleteCalls): Promise<DeletedCalls> {
    const filter = await this.read(sent);
    const giveBack = this.slots.take(who.tenantId);
    try {
      const chosen = await this.choose(who, filter, true);
      if (!this.confirmation.holds(aboutOf(who, filter, chosen), confirm))
        throw new Problem('call.selection_changed');
      return { deleted: await this.deleteAll(who, chosen, Object.keys(sent)) };
    } finally {
      giveBack();
    }
  }

  /** By the rules of the list; a filter that filters nothing would choose every call. */
  private async read(sent: object): Promise<CallFilter> {
    const about = { type: 'body', metatype: CallFilter } as const;
    try {
      const filter = (await this.rules.transform(sent, about)) as CallFilter;
      if (Object.keys(sent).length > 0) return filter;
      throw Problem.invalid({ field: '', code: 'filter.required' });
    } catch (error) {
      throw error instanceof Problem ? inFilter(error) : error;
    }
  }

  private async choose(who: Principal, filter: CallFilter, wanted: boolean): Promise<Chosen> {
    const { sql, parameters } = callsToDelete(who.tenantId, filter, wanted);
    const [chosen] = await this.db.read(who, (em) => em.query<[Chosen]>(sql, parameters));
    if (chosen.count <= MOST_DELETED) return chosen;
    const params = { max: MOST_DELETED };
    throw Problem.invalid({ field: 'filter', code: 'filter.too_many', params });
  }

  /** Told with the first call that goes, in case the rest does not, and with how many went at the end. */
  private async deleteAll(who: Principal, { ids }: Chosen, filters: string[]): Promise<number> {
    let deleted = 0;
    for (let i = 0; i < ids.length; i += BATCH) {
      // Whoever may no longer, or is no longer there, ends it.
      if (!may(await this.db.role(who), 'call.delete')) throw roleTooLow('call.delete');
      deleted += await this.db.run(who, async (em) => {
        const batch = ids.slice(i, i + BATCH);
        const [gone] = await em.query<[unknown[], number]>(deleteCalls, [who.tenantId, batch]);
        const details = { count: ids.length, filters };
        if (i === 0)
          await this.audit.record(em, who, { action: 'calls.deletion_started', details });
        return gone.length;
      });
    }
    if (ids.length === 0) return 0;
    const event = { action: 'calls.deleted', details: { count: deleted } } as const;
    await this.db.run(who, (em) => this.audit.record(em, who, event));
    return deleted;
  }
}

const aboutOf = (who: Principal, filter: CallFilter, { count, fingerprint }: Chosen) => [
  ...scopeOf(who.tenantId, { ...filter, order: 'desc' }),
  who.userId,
  String(count),
  fingerprint,
];

/** What is wrong with a filter, by where it stands in the body. */
function inFilter({ code, extras }: Problem): Problem {
  const errors = (extras.errors ?? []).map((error) => ({
    ...error,
    field: error.field === '' ? 'filter' : `filter.${error.field}`,
  }));
  return new Problem(code, { errors });
}
