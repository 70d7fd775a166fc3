import { createHmac, timingSafeEqual } from 'node:crypto';
import { deriveKeys } from '../kernel/security/signing-keys';

const MINUTES = 10;
const TIME_BYTES = 6;
const MAC_BYTES = 16;

/**
 * Says that somebody has seen what a deletion takes: a MAC over tenant, person, filter and exactly these calls, and until
 * when it holds. It tells nothing by itself, and nothing is kept of it.
 */
export class Confirmation {
  private readonly keys: ReturnType<typeof deriveKeys>;

  constructor(jwtSecret: string) {
    this.keys = deriveKeys(jwtSecret, 'ava/call-deletion/v1');
  }

  write(about: readonly string[]): string {
    const until = Buffer.alloc(TIME_BYTES);
    until.writeUIntBE(Date.now() + MINUTES * 60_000, 0, TIME_BYTES);
    return Buffer.concat([until, this.mac(this.keys[0], about, until)]).toString('base64url');
  }

  holds(about: readonly string[], confirm: string): boolean {
    const bytes = Buffer.from(confirm, 'base64url');
    if (bytes.length !== TIME_BYTES + MAC_BYTES) return false;
    const [until, mac] = [bytes.subarray(0, TIME_BYTES), bytes.subarray(TIME_BYTES)];
    const genuine = this.keys.some((key) => timingSafeEqual(mac, this.mac(key, about, until)));
    return genuine && until.readUIntBE(0, TIME_BYTES) >= Date.now();
  }

  private mac(key: Buffer, about: readonly string[], until: Buffer): Buffer {
    const text = JSON.stringify([...about, until.toString('hex')]);
    return createHmac('sha256', key).update(text).digest().subarray(0, MAC_BYTES);
  }
}
