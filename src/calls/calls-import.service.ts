import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditService } from '../audit/audit.service';
import { TenantDb } from '../kernel/database/tenant-db';
import { linesOf, type Line } from '../kernel/http/ndjson';
import { Problem } from '../kernel/http/problem';
import type { Locale } from '../kernel/http/problem-catalogue';
import { Slots } from '../kernel/http/slots';
import { RequestValidationPipe } from '../kernel/http/validation.pipe';
import { may } from '../kernel/security/permissions';
import type { Principal } from '../kernel/security/principal';
import { ImportBatch, ImportReport, readCall, type ReadCall } from './calls-import.batch';
import { insertNew, knownNumbers, updateChanged } from './calls-import.query';
import type { CallImport } from './calls-transfer.dto';
import { RecordCall } from './calls.dto';

const BOUNDS = { inProcess: 4, perTenant: 1 };

/** Calls from a stream of lines, some hundred in a transaction: what is stored stays when the rest does not come. */
@Injectable()
export class CallsImportService {
  private readonly slots = new Slots(BOUNDS, 'call.import_busy');
  private readonly rules = new RequestValidationPipe();

  constructor(
    private readonly db: TenantDb,
    private readonly audit: AuditService,
  ) {}

  /** @throws Problem 400 when the stream breaks off, 429 `call.import_busy` */
  async import(who: Principal, input: Readable, locale: Locale): Promise<CallImport> {
    const giveBack = this.slots.take(who.tenantId);
    try {
      const report = new ImportReport(locale);
      let batch = new ImportBatch();
      for await (const line of linesOf(input)) {
        const read = await this.read(who, line);
        if (batch.isFull || batch.has(read)) {
          await this.store(who, batch, report);
          batch = new ImportBatch();
        }
        batch.add(line, read);
      }
      await this.store(who, batch, report);
      await this.tellEnd(who, report);
      return report.view();
    } finally {
      giveBack();
    }
  }

  /** By the rules of a call that is recorded alone. */
  private async read(who: Principal, { value, wrong }: Line): Promise<ReadCall | Problem> {
    if (wrong !== undefined) return Problem.invalid({ field: '(line)', code: wrong });
    try {
      const about = { type: 'body', metatype: RecordCall } as const;
      return readCall(who, (await this.rules.transform(value, about)) as RecordCall);
    } catch (error) {
      if (error instanceof Problem) return error;
      throw error;
    }
  }

  private async store(who: Principal, batch: ImportBatch, report: ImportReport): Promise<void> {
    // Also when no line of it is a call: whoever may no longer is told so, and not after the last of many lines.
    if (!may(await this.db.role(who), 'call.import')) throw new Problem('auth.role_too_low');
    const begins = !report.hasStored;
    const stored = await this.db.run(who, async (em) => {
      const numbers = await numbersOf(em, who, batch);
      const calls = batch.storable(numbers);
      if (calls.length === 0) return { numbers, created: 0, updated: 0 };
      const parameters = [who.tenantId, JSON.stringify(calls)];
      const { length: created } = await em.query<unknown[]>(insertNew, parameters);
      const [{ length: updated }] = await em.query<[unknown[], number]>(updateChanged, parameters);
      const action = 'calls.import_started';
      if (begins && created + updated > 0) await this.audit.record(em, who, { action });
      return { numbers, created, updated };
    });
    report.add(batch, stored);
  }

  /** The counts; that it began was told with the first call that it wrote. */
  private async tellEnd(who: Principal, { hasStored, counts }: ImportReport): Promise<void> {
    if (!hasStored) return;
    const event = { action: 'calls.imported', details: counts } as const;
    await this.db.run(who, (em) => this.audit.record(em, who, event));
  }
}

/** Numbers of the tenant among those that the batch names: another tenant's is one that does not exist. */
async function numbersOf(
  em: EntityManager,
  { tenantId }: Principal,
  { phoneNumberIds }: ImportBatch,
): Promise<ReadonlySet<string>> {
  if (phoneNumberIds.length === 0) return new Set();
  const found = await em.query<{ id: string }[]>(knownNumbers, [tenantId, phoneNumberIds]);
  return new Set(found.map(({ id }) => id));
}
