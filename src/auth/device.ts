import type { FastifyRequest } from 'fastify';
import { addressOf } from '../kernel/http/client-address';
import type { Device } from './sessions.service';

export function deviceOf({ ip, headers }: FastifyRequest): Device {
  return { ip: addressOf(ip), userAgent: headers['user-agent']?.slice(0, 255) ?? null };
}
