import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';

/** Where a request of somebody who is not logged in comes from, for limits and for the trail. */
export interface Origin {
  readonly requestId: string;
  readonly ip: string | null;
}

export function originOf({ id, ip }: Pick<FastifyRequest, 'id' | 'ip'>): Origin {
  return { requestId: id, ip: addressOf(ip) };
}

/**
 * A proxy may forward anything: an address with a port, a name, nonsense. The zone of a link-local address names a network card of
 * this machine; PostgreSQL's `inet` has none.
 */
export function addressOf(ip: string): string | null {
  return isIP(ip) === 0 ? null : ip.replace(/%.*$/, '');
}

/**
 * Whom a limit is counted for: an IPv4 address, or the /64 of an IPv6 one, of which every home and machine has a whole.
 * What is no address counts as one network.
 */
export function networkOf(ip: string | null): string {
  const version = isIP(ip ?? '');
  if (ip === null || version === 0) return 'unknown';
  const mapped = /^::ffff:([\d.]+)$/i.exec(ip)?.[1];
  return mapped ?? (version === 4 ? ip : `${groupsOf(ip).slice(0, 4).join(':')}::/64`);
}

/** The groups of an IPv6 address, with those that `::` stands for. */
function groupsOf(ip: string): string[] {
  const [head = [], tail] = ip
    .replace(/%.*$/, '')
    .split('::')
    .map((part) => part.split(':').filter((group) => group !== ''));
  const gap = tail === undefined ? 0 : 8 - head.length - tail.length;
  const groups = [...head, ...Array<string>(Math.max(gap, 0)).fill('0'), ...(tail ?? [])];
  return groups.map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''));
}
