import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service';
import { TenantDb } from '../kernel/database/tenant-db';
import { Downloads, readIfAllowed } from '../kernel/http/downloads';
import type { Principal } from '../kernel/security/principal';
import { RateLimits } from '../kernel/security/rate-limits';
import { callerNumber, type CallerNumber } from './caller-number';
import { inParts, scan, TEXTS, TEXTS_AT_ONCE, type ScannedCall, type Texts } from './caller-scan';
import { excerpts } from './masking';

const CALLS = `
  SELECT id, customer, status, direction, started_at AS "startedAt", ended_at AS "endedAt",
         duration_seconds AS "durationSeconds", summary, phone_number_id AS "phoneNumberId", cost::float8 AS cost,
         ended_reason AS "endedReason", transcript, messages, recording_url AS "recordingUrl", provider,
         provider_call_id AS "providerCallId", notes, tags, created_at AS "createdAt"
    FROM calls WHERE tenant_id = $1 AND id = ANY ($2::uuid[]) ORDER BY sorted_at, id`;

const NUMBERS = `
  SELECT id, number, label, provider, created_at AS "createdAt" FROM phone_numbers
   WHERE tenant_id = $1 AND regexp_replace(number, '[^0-9]', '', 'g') = ANY ($2::text[]) LIMIT 100`;

/** A caller's right to know what is kept: as lines of JSON, read as fast as the client takes them. */
@Injectable()
export class CallerExportService {
  private readonly downloads = new Downloads();

  constructor(
    private readonly db: TenantDb,
    private readonly audit: AuditService,
    private readonly limits: RateLimits,
  ) {}

  /** @throws Problem 429 `tenant.export_busy`, `rate.limited` */
  async open(who: Principal, written: string): Promise<Readable> {
    const number = callerNumber(written);
    await this.limits.take('caller.search', who.tenantId);
    return this.downloads.open(who, async () => {
      await this.db.run(who, (em) => this.audit.record(em, who, { action: 'caller.exported' }));
      return this.lines(who, number);
    });
  }

  private async *lines(who: Principal, number: CallerNumber): AsyncGenerator<string> {
    const read = <T>(sql: string, parameters: unknown[]) => this.read<T>(who, sql, parameters);
    const rows = { phone_number: 0, call: 0, mention: 0 };
    const told = (type: keyof typeof rows, some: object[]) => {
      rows[type] += some.length;
      return some.map((row) => `${JSON.stringify({ type, ...row })}\n`).join('');
    };
    yield told('phone_number', await read<object>(NUMBERS, [who.tenantId, number.digits]));
    for await (const page of scan(read, who.tenantId, number)) {
      for (const part of inParts(page, TEXTS_AT_ONCE)) {
        yield told('call', await read<object>(CALLS, [who.tenantId, idsOf(part, true)]));
        const texts = await read<Texts>(TEXTS, [who.tenantId, idsOf(part, false)]);
        yield told(
          'mention',
          texts.flatMap((call) => mentionsIn(call, number)),
        );
      }
    }
    // Its absence tells that the export broke off.
    yield `${JSON.stringify({ type: 'end', rows })}\n`;
  }

  /** A transaction of its own, in which the session has to be alive; the role is asked again as well. */
  private read<T>(who: Principal, sql: string, parameters: unknown[]): Promise<T[]> {
    return readIfAllowed(this.db, { who, permission: 'caller.export' }, (em) =>
      em.query<T[]>(sql, parameters),
    );
  }
}

const idsOf = (page: ScannedCall[], own: boolean) =>
  page.filter((call) => call.own === own).map(({ id }) => id);

/** Of somebody else's call, what stands around the number and no more. */
function mentionsIn(call: Texts, { written }: CallerNumber) {
  if (written === null) return [];
  const { id: callId, transcript, summary, notes } = call;
  const messages = call.messages === null ? null : JSON.stringify(call.messages);
  return Object.entries({ transcript, summary, notes, messages }).flatMap(([field, text]) =>
    excerpts(text ?? '', written).map((excerpt) => ({ callId, field, excerpt })),
  );
}
