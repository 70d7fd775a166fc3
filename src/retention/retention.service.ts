import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service';
import { TenantDb } from '../kernel/database/tenant-db';
import type { Principal } from '../kernel/security/principal';
import type {
  ChangeRetention,
  PreviewRetention,
  RetentionPreview,
  RetentionView,
} from './retention.dto';
import { PREVIEW } from './retention.query';

const CURRENT = `
  SELECT transcript_days AS "transcriptDays", call_days AS "callDays", changed_at AS "changedAt",
         next_run_at AS "nextRunAt", last_run_at AS "lastRunAt"
    FROM retention_settings WHERE tenant_id = $1`;

/** A change takes a day to have an effect: so long a mistake can be taken back. */
const CHANGE = `
  INSERT INTO retention_settings AS r (tenant_id, transcript_days, call_days, next_run_at)
    VALUES ($1, $2, $3, CASE WHEN num_nonnulls($2::integer, $3::integer) > 0 THEN now() + interval '24 hours' END)
  ON CONFLICT ON CONSTRAINT retention_settings_pkey DO UPDATE
    SET (transcript_days, call_days, next_run_at, changed_at) =
        (excluded.transcript_days, excluded.call_days, excluded.next_run_at, now())
    WHERE (r.transcript_days, r.call_days) IS DISTINCT FROM (excluded.transcript_days, excluded.call_days)
  RETURNING 1`;

const NOTHING_SET: RetentionView = {
  transcriptDays: null,
  callDays: null,
  changedAt: null,
  nextRunAt: null,
  lastRunAt: null,
};

/** How long a tenant keeps its calls and what was said in them. */
@Injectable()
export class RetentionService {
  constructor(
    private readonly db: TenantDb,
    private readonly audit: AuditService,
  ) {}

  async get(who: Principal): Promise<RetentionView> {
    const [found] = await this.db.read(who, (em) =>
      em.query<RetentionView[]>(CURRENT, [who.tenantId]),
    );
    return found ?? NOTHING_SET;
  }

  /** Setting what is set already changes nothing. */
  async change(who: Principal, { transcriptDays, callDays }: ChangeRetention) {
    await this.db.run(who, async (em) => {
      const changed = await em.query<unknown[]>(CHANGE, [who.tenantId, transcriptDays, callDays]);
      if (changed.length === 0) return;
      const details = { transcriptDays, callDays };
      await this.audit.record(em, who, { action: 'retention.changed', details });
    });
    return this.get(who);
  }

  async preview(who: Principal, asked: PreviewRetention): Promise<RetentionPreview> {
    const named = asked.transcriptDays !== undefined || asked.callDays !== undefined;
    const { callDays, transcriptDays } = named ? asked : await this.get(who);
    const [found] = await this.db.read(who, (em) =>
      em.query<[RetentionPreview]>(PREVIEW, [
        who.tenantId,
        callDays ?? null,
        transcriptDays ?? null,
      ]),
    );
    return found;
  }
}
