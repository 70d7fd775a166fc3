import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { TenantDb } from '../kernel/database/tenant-db';
import { Problem } from '../kernel/http/problem';
import type { Principal } from '../kernel/security/principal';
import { RateLimits } from '../kernel/security/rate-limits';
import { Semaphore } from '../kernel/security/semaphore';
import { callerNumber, type CallerNumber } from './caller-number';
import { inParts, scan, TEXTS, TEXTS_AT_ONCE, type Texts } from './caller-scan';
import type { EraseCaller, ErasurePreview, ReceiptView } from './callers.dto';
import { ErasureKeys } from './erasure-keys';
import { ErasureReceipts } from './erasure-receipts.service';
import { maskJson, maskText } from './masking';

/** Status, times and cost stay, and the provider's id, by which recording the call again brings nothing back. */
const ERASE = `
  WITH erased AS (
    UPDATE calls SET customer = NULL, transcript = NULL, messages = NULL, summary = NULL, notes = NULL,
           recording_url = NULL, tags = '{}', erased_at = now(), updated_at = now()
     WHERE tenant_id = $1 AND id = ANY ($2::uuid[]) RETURNING 1)
  SELECT count(*)::integer AS count FROM erased`;

const MASKED = `
  UPDATE calls SET transcript = $3, summary = $4, notes = $5, messages = $6, updated_at = now()
   WHERE tenant_id = $1 AND id = $2`;

const MOST_FORMS = 20;
const busy = () => new Problem('server.unavailable');

/** A caller's right to be forgotten. */
@Injectable()
export class CallerErasureService {
  /** Each reads every text of a tenant: a few hold up nobody else. */
  private readonly turns = new Semaphore(2, 10);

  constructor(
    private readonly db: TenantDb,
    private readonly limits: RateLimits,
    private readonly keys: ErasureKeys,
    private readonly receipts: ErasureReceipts,
  ) {}

  async preview(who: Principal, written: string): Promise<ErasurePreview> {
    const number = callerNumber(written);
    await this.limits.take('caller.search', who.tenantId);
    return this.turns.run(async () => {
      const read = <T>(sql: string, parameters: unknown[]) =>
        this.db.read(who, (em) => em.query<T[]>(sql, parameters));
      const forms = new Set<string>();
      const count = { calls: 0, mentions: 0 };
      for await (const page of scan(read, who.tenantId, number)) {
        const own = page.filter((call) => call.own);
        for (const { customer } of own) {
          if (customer !== null && forms.size < MOST_FORMS) forms.add(customer);
        }
        count.calls += own.length;
        for (const ids of mentionsIn(page)) {
          const texts = await read<Texts>(TEXTS, [who.tenantId, ids]);
          count.mentions += texts.filter((call) => masked(call, number) !== null).length;
        }
      }
      const erasedBefore = await this.receipts.lastOf(who, number.canonical);
      const confirm = this.keys.confirmation(who, number.canonical);
      return { ...count, forms: [...forms], erasedBefore, confirm };
    }, busy);
  }

  /** All of it or nothing, in one transaction with its receipt. @throws Problem 409 `erasure.not_confirmed` */
  async erase(who: Principal, body: EraseCaller): Promise<ReceiptView> {
    const number = callerNumber(body.number);
    if (!this.keys.isConfirmed(who, number.canonical, body.confirm)) {
      throw new Problem('erasure.not_confirmed');
    }
    await this.limits.take('caller.search', who.tenantId);
    return this.turns.run(() => this.db.run(who, (em) => this.eraseIn(em, who, number)), busy);
  }

  private async eraseIn(
    em: EntityManager,
    who: Principal,
    number: CallerNumber,
  ): Promise<ReceiptView> {
    const read = <T>(sql: string, parameters: unknown[]) => em.query<T[]>(sql, parameters);
    const done = { calls: 0, mentions: 0 };
    for await (const page of scan(read, who.tenantId, number)) {
      const own = page.filter((call) => call.own).map(({ id }) => id);
      const [{ count }] = await em.query<[{ count: number }]>(ERASE, [who.tenantId, own]);
      done.calls += count;
      for (const ids of mentionsIn(page)) done.mentions += await maskIn(em, who, { ids, number });
    }
    return this.receipts.add(em, who, { ...done, canonical: number.canonical });
  }
}

const mentionsIn = (page: { readonly id: string; readonly own: boolean }[]) =>
  inParts(
    page.filter((call) => !call.own).map(({ id }) => id),
    TEXTS_AT_ONCE,
  );

async function maskIn(
  em: EntityManager,
  { tenantId }: Principal,
  { ids, number }: { ids: string[]; number: CallerNumber },
): Promise<number> {
  let count = 0;
  for (const call of await em.query<Texts[]>(`${TEXTS} FOR UPDATE`, [tenantId, ids])) {
    const to = masked(call, number);
    if (to === null) continue;
    count += 1;
    const messages = to.messages === null ? null : JSON.stringify(to.messages);
    await em.query(MASKED, [tenantId, call.id, to.transcript, to.summary, to.notes, messages]);
  }
  return count;
}

/** The texts of a call without the number; null when it is in none of them. */
function masked(call: Texts, { written }: CallerNumber): Texts | null {
  if (written === null) return null;
  const to = {
    id: call.id,
    transcript: maskText(call.transcript, written),
    summary: maskText(call.summary, written),
    notes: maskText(call.notes, written),
    messages: maskJson(call.messages, written),
  };
  return JSON.stringify(to) === JSON.stringify(call) ? null : to;
}
