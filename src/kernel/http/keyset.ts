import { createHmac, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../config/settings';
import { deriveKeys } from '../security/signing-keys';
import { Problem } from './problem';

/** Where a page ended: microseconds since 1970 (text, as JavaScript numbers are too coarse) and the row's id. */
export interface Position {
  readonly at: string;
  readonly id: string;
}

export interface Page<T> {
  readonly items: T[];
  readonly nextCursor: string | null;
}

const MAC_BYTES = 16;
const form = /^(-?\d{1,18}):([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/**
 * Makes and reads the cursors of keyset pages. A cursor carries a MAC over its position and its scope (tenant, list
 * and filters), so one that was changed, or taken to another tenant or list, is refused before any query.
 */
@Injectable()
export class Keyset {
  private readonly keys: ReturnType<typeof deriveKeys>;

  constructor(@Inject(SETTINGS) { jwtSecret }: Pick<Settings, 'jwtSecret'>) {
    this.keys = deriveKeys(jwtSecret, 'ava/cursor/v1');
  }

  write(scope: readonly string[], { at, id }: Position): string {
    const position = `${at}:${id}`;
    const mac = this.mac(this.keys[0], scope, position);
    return Buffer.concat([mac, Buffer.from(position)]).toString('base64url');
  }

  /** @throws Problem `cursor.invalid` */
  read(scope: readonly string[], cursor: string): Position {
    const bytes = Buffer.from(cursor, 'base64url');
    const position = bytes.subarray(MAC_BYTES).toString('latin1');
    const [, at, id] = form.exec(position) ?? [];
    const genuine = this.keys.some((key) => {
      const mac = bytes.subarray(0, MAC_BYTES);
      return mac.length === MAC_BYTES && timingSafeEqual(mac, this.mac(key, scope, position));
    });
    if (!genuine || at === undefined || id === undefined) throw new Problem('cursor.invalid');
    return { at, id };
  }

  /** One row more than asked for tells whether there is a next page, without counting. */
  page<Row extends Position, T>(
    rows: readonly Row[],
    limit: number,
    { scope, view }: { scope: readonly string[]; view: (row: Row) => T },
  ): Page<T> {
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    const nextCursor = rows.length > limit && last ? this.write(scope, last) : null;
    return { items: items.map((row) => view(row)), nextCursor };
  }

  private mac(key: Buffer, scope: readonly string[], position: string): Buffer {
    const text = JSON.stringify([...scope, position]);
    return createHmac('sha256', key).update(text).digest().subarray(0, MAC_BYTES);
  }
}
