import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { addressOf } from '../http/client-address';
import type { Claims } from './verified-tokens';

export type Role = 'owner' | 'admin' | 'member';

/** Who makes the request, in which tenant, by a token that is ours. The role is not in it: only the database knows it. */
export interface Principal {
  readonly userId: string;
  readonly tenantId: string;
  readonly sessionId: string;
  readonly requestId: string;
  /** Where the request came from; null when a proxy forwards no address. */
  readonly ip: string | null;
}

export type AuthenticatedRequest = FastifyRequest & { user: Principal };

export function principalOf({ sub, tid, sid }: Claims, { id, ip }: FastifyRequest): Principal {
  return { userId: sub, tenantId: tid, sessionId: sid, requestId: id, ip: addressOf(ip) };
}

export const CurrentPrincipal = createParamDecorator(
  (_: undefined, context: ExecutionContext): Principal =>
    context.switchToHttp().getRequest<AuthenticatedRequest>().user,
);
