import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { violatedConstraint } from '../kernel/database/database-errors';
import { TenantDb } from '../kernel/database/tenant-db';
import { Keyset, type Page, type Position } from '../kernel/http/keyset';
import { Problem } from '../kernel/http/problem';
import type { Principal } from '../kernel/security/principal';
import { toE164 } from './e164';
import { PhoneNumber } from './phone-number.entity';
import {
  PhoneNumberView,
  type AddPhoneNumber,
  type ChangePhoneNumber,
  type ListPhoneNumbers,
} from './phone-numbers.dto';

type Row = PhoneNumber & Position;

@Injectable()
export class PhoneNumbersService {
  constructor(
    private readonly db: TenantDb,
    private readonly keyset: Keyset,
  ) {}

  async list(who: Principal, { limit, cursor }: ListPhoneNumbers): Promise<Page<PhoneNumberView>> {
    const scope = [who.tenantId, 'phone-numbers'];
    const after = cursor === undefined ? null : this.keyset.read(scope, cursor);
    const rows = await this.db.read(who, (em) =>
      em.query<Row[]>(
        `SELECT id, number, label, provider, org_id AS "ownerId", created_at AS "createdAt",
                (extract(epoch FROM created_at) * 1000000)::bigint::text AS at
         FROM phone_numbers
         WHERE tenant_id = $1 AND ($2::bigint IS NULL OR (created_at, id) <
               (timestamptz 'epoch' + $2::bigint * interval '1 microsecond', $3::uuid))
         ORDER BY created_at DESC, id DESC LIMIT $4`,
        [who.tenantId, after?.at, after?.id, limit + 1],
      ),
    );
    return this.keyset.page(rows, limit, { scope, view: (row) => PhoneNumberView.of(row) });
  }

  find(who: Principal, id: string): Promise<PhoneNumber | null> {
    return this.db.read(who, (em) => em.findOneBy(PhoneNumber, { id, tenantId: who.tenantId }));
  }

  async add(who: Principal, body: AddPhoneNumber): Promise<PhoneNumber> {
    const number = toE164(body.number, body.defaultCountry);
    const row = {
      id: randomUUID(),
      tenantId: who.tenantId,
      ownerId: who.userId,
      number,
      label: body.label ?? null,
      provider: body.provider ?? null,
    };
    return this.write(who, (em) => em.save(em.create(PhoneNumber, row)));
  }

  async change(who: Principal, phone: PhoneNumber, body: ChangePhoneNumber): Promise<PhoneNumber> {
    const { number, defaultCountry, ...rest } = body;
    const e164 = number === undefined ? {} : { number: toE164(number, defaultCountry) };
    const values = { ...rest, ...e164 };
    if (Object.keys(values).length === 0) return phone;
    const key = { id: phone.id, tenantId: who.tenantId };
    return this.write(who, async (em) => {
      // Not save(): it would bring back a number that has been deleted since it was read.
      await em.update(PhoneNumber, key, values);
      const changed = await em.findOneBy(PhoneNumber, key);
      if (changed === null) throw new Problem('phone_number.not_found');
      return changed;
    });
  }

  async remove(who: Principal, id: string): Promise<void> {
    await this.db.run(who, (em) => em.delete(PhoneNumber, { id, tenantId: who.tenantId }));
  }

  async any(em: EntityManager, who: Principal): Promise<boolean> {
    return em.existsBy(PhoneNumber, { tenantId: who.tenantId });
  }

  /** Before a member's account goes: the numbers he brought stay with the tenant, under its oldest owner. */
  async handOver(em: EntityManager, tenantId: string): Promise<void> {
    await em.query('SELECT ava.hand_over_numbers($1)', [tenantId]);
  }

  private async write(
    who: Principal,
    work: (em: EntityManager) => Promise<PhoneNumber>,
  ): Promise<PhoneNumber> {
    try {
      return await this.db.run(who, work);
    } catch (error) {
      if (violatedConstraint(error) !== 'phone_numbers_number_key') throw error;
      throw new Problem('phone_number.taken');
    }
  }
}
