import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';

export type Role = 'owner' | 'admin' | 'member';

/** Who makes the request, in which tenant; checked against the database at each request. */
export interface Principal {
  readonly userId: string;
  readonly tenantId: string;
  readonly sessionId: string;
  readonly role: Role;
  readonly requestId: string;
  /** Where the request came from; null when a proxy forwards no address. */
  readonly ip: string | null;
}

export type AuthenticatedRequest = FastifyRequest & { user: Principal };

export const CurrentPrincipal = createParamDecorator(
  (_: undefined, context: ExecutionContext): Principal =>
    context.switchToHttp().getRequest<AuthenticatedRequest>().user,
);
