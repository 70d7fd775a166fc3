import type { EntityManager } from 'typeorm';
import { Problem } from '../kernel/http/problem';
import type { Principal } from '../kernel/security/principal';
import type { Secret } from '../kernel/security/secret';
import { UnreadableCredential } from '../kernel/security/vault';
import { UserCredentials } from './credentials.entity';

/** The caller's row, held until the transaction ends. */
export function lockOwn(em: EntityManager, { userId }: Principal): Promise<UserCredentials> {
  return em.findOneOrFail(UserCredentials, {
    where: { id: userId },
    lock: { mode: 'pessimistic_write' },
  });
}

/**
 * The secret, known to be there and to open. The earlier system stored an empty text for "none".
 * @throws Problem 409 `credential.missing`, `credential.unreadable`
 */
export function readable(secret: Secret | null): Secret {
  const text = textOf(secret);
  if (text === undefined) throw new Problem('credential.unreadable');
  if (secret === null || text === '') throw new Problem('credential.missing');
  return secret;
}

/** Whether both are the same text, in whatever form they are sealed. */
export function sameText(one: Secret | null, other: Secret | null): boolean {
  const text = textOf(one);
  return text !== undefined && text === textOf(other);
}

/** Empty when there is none, undefined when it does not open. */
function textOf(secret: Secret | null): string | undefined {
  try {
    return secret?.reveal() ?? '';
  } catch (error) {
    if (error instanceof UnreadableCredential) return undefined;
    throw error;
  }
}
