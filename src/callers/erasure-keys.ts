import { createHmac, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../kernel/config/settings';
import type { Principal } from '../kernel/security/principal';
import { deriveKeys } from '../kernel/security/signing-keys';

/** Milliseconds that a preview allows the erasure. */
const HOUR = 3_600_000;

/** What a receipt says, in the order it is signed in. */
export type Signed = readonly [
  tenantId: string,
  id: string,
  at: string,
  by: string,
  numberHash: string,
  callsErased: number,
  mentionsMasked: number,
];

/** Everything about erasures that only this server can make. Earlier entries of JWT_SECRET still count. */
@Injectable()
export class ErasureKeys {
  private readonly confirming: readonly [Buffer, ...Buffer[]];
  private readonly hashing: readonly [Buffer, ...Buffer[]];
  private readonly signing: readonly [Buffer, ...Buffer[]];

  constructor(@Inject(SETTINGS) { jwtSecret }: Pick<Settings, 'jwtSecret'>) {
    this.confirming = deriveKeys(jwtSecret, 'ava/erasure-confirmation/v1');
    this.hashing = deriveKeys(jwtSecret, 'ava/erasure-number/v1');
    this.signing = deriveKeys(jwtSecret, 'ava/erasure-receipt/v1');
  }

  confirmation(who: Principal, canonical: string): string {
    const until = String(Date.now() + HOUR);
    return `${until}.${this.confirm(this.confirming[0], who, [canonical, until])}`;
  }

  isConfirmed(who: Principal, canonical: string, confirm: string): boolean {
    const [, until = '', mac = ''] = /^(\d{13})\.([\w-]{43})$/.exec(confirm) ?? [];
    if (Number(until) < Date.now()) return false;
    return this.confirming.some((key) => same(mac, this.confirm(key, who, [canonical, until])));
  }

  /** The number as it is kept in a receipt: whoever has it can find the receipt, and nobody the number. */
  hash(tenantId: string, canonical: string): string {
    return mac(this.hashing[0], [tenantId, canonical]);
  }

  /** By each configured key. */
  hashes(tenantId: string, canonical: string): string[] {
    return this.hashing.map((key) => mac(key, [tenantId, canonical]));
  }

  sign(receipt: Signed): string {
    return mac(this.signing[0], receipt);
  }

  isGenuine(receipt: Signed, signature: string): boolean {
    return this.signing.some((key) => same(signature, mac(key, receipt)));
  }

  private confirm(key: Buffer, { tenantId, userId }: Principal, what: string[]): string {
    return mac(key, [tenantId, userId, ...what]);
  }
}

const mac = (key: Buffer, parts: readonly (string | number)[]) =>
  createHmac('sha256', key).update(JSON.stringify(parts)).digest('base64url');

function same(given: string, made: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(made)];
  return a.length === b.length && timingSafeEqual(a, b);
}
