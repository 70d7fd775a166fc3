import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditService } from '../audit/audit.service';
import { TenantDb } from '../kernel/database/tenant-db';
import { Keyset, type Page, type Position } from '../kernel/http/keyset';
import type { Principal } from '../kernel/security/principal';
import type { ListReceipts, ReceiptView } from './callers.dto';
import { ErasureKeys } from './erasure-keys';

type Stored = Omit<ReceiptView, 'genuine'>;

const LIST = `
  SELECT id, at AS "when", erased_by AS by, number_hash AS "numberHash", calls_erased AS "callsErased",
         mentions_masked AS "mentionsMasked", signature, (extract(epoch FROM at) * 1000000)::bigint::text AS at
    FROM erasure_receipts
   WHERE tenant_id = $1 AND ($2::bigint IS NULL OR (at, id) <
         (timestamptz 'epoch' + $2::bigint * interval '1 microsecond', $3::uuid))
   ORDER BY erasure_receipts.at DESC, id DESC LIMIT $4`;

/** What proves that a number was erased, without holding it. No plane may change a receipt. */
@Injectable()
export class ErasureReceipts {
  constructor(
    private readonly db: TenantDb,
    private readonly keys: ErasureKeys,
    private readonly keyset: Keyset,
    private readonly audit: AuditService,
  ) {}

  /** With its event in the trail, in the transaction of the erasure. */
  async add(
    em: EntityManager,
    who: Principal,
    done: { canonical: string; calls: number; mentions: number },
  ): Promise<ReceiptView> {
    const receipt = {
      id: randomUUID(),
      at: new Date(),
      by: who.userId,
      numberHash: this.keys.hash(who.tenantId, done.canonical),
      callsErased: done.calls,
      mentionsMasked: done.mentions,
    };
    const signature = this.keys.sign(signed(who.tenantId, receipt));
    const { id, at, by, numberHash, callsErased, mentionsMasked } = receipt;
    await em.query(
      `INSERT INTO erasure_receipts (tenant_id, id, at, erased_by, number_hash, calls_erased, mentions_masked, signature)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [who.tenantId, id, at, by, numberHash, callsErased, mentionsMasked, signature],
    );
    const details = { callsErased, mentionsMasked };
    await this.audit.record(em, who, { action: 'caller.erased', target: id, details });
    return { ...receipt, signature, genuine: true };
  }

  async list(who: Principal, { limit, cursor }: ListReceipts): Promise<Page<ReceiptView>> {
    const scope = [who.tenantId, 'erasure_receipts'];
    const after = cursor === undefined ? null : this.keyset.read(scope, cursor);
    const rows = await this.db.read(who, (em) =>
      em.query<(Omit<Stored, 'at'> & { when: Date } & Position)[]>(LIST, [
        who.tenantId,
        after?.at,
        after?.id,
        limit + 1,
      ]),
    );
    const view = ({ when, ...row }: (typeof rows)[number]): ReceiptView => {
      const receipt = { ...row, at: when };
      const genuine = this.keys.isGenuine(signed(who.tenantId, receipt), row.signature);
      return { ...receipt, genuine };
    };
    return this.keyset.page(rows, limit, { scope, view });
  }

  /** When this number was last erased; null when it never was, or with a key that is gone. */
  async lastOf(who: Principal, canonical: string): Promise<Date | null> {
    const [found] = await this.db.read(who, (em) =>
      em.query<[{ at: Date | null }]>(
        'SELECT max(at) AS at FROM erasure_receipts WHERE tenant_id = $1 AND number_hash = ANY ($2::text[])',
        [who.tenantId, this.keys.hashes(who.tenantId, canonical)],
      ),
    );
    return found.at;
  }
}

function signed(tenantId: string, receipt: Omit<Stored, 'signature'>) {
  const { id, at, by, numberHash, callsErased, mentionsMasked } = receipt;
  return [tenantId, id, at.toISOString(), by, numberHash, callsErased, mentionsMasked] as const;
}
