import { Problem } from '../kernel/http/problem';

/** Someone who could be made an owner before the last one goes. */
export interface Candidate {
  readonly id: string;
  readonly name: string | null;
  readonly email: string;
}

/** The refusal with what to do about it: the members who could be promoted first, if there are any. */
export function lastOwner(
  { id, name }: { id: string; name: string },
  others: readonly Candidate[],
): Problem {
  const members = { tenant: { id, name } };
  if (others.length === 0) return new Problem('tenant.last_member', { members });
  const candidates = others.map((other) => ({
    id: other.id,
    name: other.name,
    email: other.email,
  }));
  return new Problem('tenant.last_owner', { members: { ...members, candidates } });
}
