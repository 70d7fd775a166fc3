import { randomUUID } from 'node:crypto';
import { Problem } from '../kernel/http/problem';
import type { Principal } from '../kernel/security/principal';
import type { RecordCall } from './calls.dto';

export type NewCall = ReturnType<typeof rowOf>;

/** As long as `durationSeconds` may say. */
const LONGEST = 604_800;

/** A call as it is stored when it is new. @throws Problem 400 when it ends before it begins, or more than a week after */
export function rowOf(who: Pick<Principal, 'tenantId'>, body: RecordCall) {
  const startedAt = new Date(body.startedAt);
  const endedAt = body.endedAt ? new Date(body.endedAt) : null;
  if (endedAt && endedAt < startedAt)
    throw Problem.invalid({ field: 'endedAt', code: 'time.order' });
  const seconds = endedAt ? Math.round((endedAt.getTime() - startedAt.getTime()) / 1000) : null;
  if (seconds !== null && seconds > LONGEST) {
    throw Problem.invalid({ field: 'endedAt', code: 'time.length' });
  }
  return {
    ...body,
    id: randomUUID(),
    tenantId: who.tenantId,
    startedAt,
    endedAt,
    durationSeconds: body.durationSeconds ?? seconds,
    // Without a provider the unique key (tenant, provider, provider_call_id) would not hold: NULLs are distinct.
    provider: body.provider ?? 'other',
    tags: body.tags ?? [],
  };
}
