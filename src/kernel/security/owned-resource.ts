import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { isUUID } from 'class-validator';
import { Problem } from '../http/problem';
import type { ProblemCode } from '../http/problem-catalogue';
import type { AuthenticatedRequest, Principal } from './principal';

type RequestWithResource = AuthenticatedRequest & {
  params: Readonly<Record<string, string>>;
  resource?: unknown;
};

/**
 * The shared step of the ownership guards: loads the resource that `:id` (or another `name`) names inside the caller's tenant and
 * leaves it on the request. A resource of another tenant does not exist, so both answer the same 404.
 * @throws Problem 400 when the id is no UUID, `notFound` when the caller's tenant has none such
 */
export async function requireOwned<T>(
  context: ExecutionContext,
  find: (who: Principal, id: string) => Promise<T | null>,
  notFound: ProblemCode,
  name = 'id',
): Promise<true> {
  const { [name]: id = '' } = context.switchToHttp().getRequest<RequestWithResource>().params;
  if (!isUUID(id)) throw Problem.invalid({ field: name, code: 'uuid.invalid' });
  return requireOwn(context, (who) => find(who, id), notFound);
}

/** The same for what a tenant or user has exactly one of: no id is taken from the request at all. */
export async function requireOwn<T>(
  context: ExecutionContext,
  find: (who: Principal) => Promise<T | null>,
  notFound: ProblemCode,
): Promise<true> {
  const request = context.switchToHttp().getRequest<RequestWithResource>();
  const resource = await find(request.user);
  if (resource === null) throw new Problem(notFound);
  request.resource = resource;
  return true;
}

/** Hands the resource that the ownership guard loaded to the handler, so that it is read once. */
export const OwnedResource = createParamDecorator(
  (_: undefined, context: ExecutionContext) =>
    context.switchToHttp().getRequest<RequestWithResource>().resource,
);
