import { isIP } from 'node:net';

/** A proxy may forward anything: an address with a port, a name, nonsense. */
export function addressOf(ip: string): string | null {
  return isIP(ip) === 0 ? null : ip;
}
