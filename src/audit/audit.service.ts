import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { FirstStatement } from '../kernel/database/context-query';
import type { Principal } from '../kernel/security/principal';

/** What can be read later in the trail. Details never hold a secret or what somebody said. */
export interface AuditEvent {
  readonly action: `${string}.${string}`;
  /** What it was done to: a provider, an id. */
  readonly target?: string;
  /** Whose things it was about, when not the actor's own; null when nobody's. */
  readonly subjectId?: string | null;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Who did it, and in the trail of which tenant it is told; null when it is about none. */
export type Actor = Pick<Principal, 'userId' | 'requestId' | 'ip'> & {
  readonly tenantId: string | null;
};

/**
 * Writes the trail in the transaction of what it tells, so that neither is there without the other. When it was and who
 * did it is filled in by the database.
 */
@Injectable()
export class AuditService {
  async record(em: EntityManager, who: Actor, event: AuditEvent): Promise<void> {
    const { text, values } = auditStatement(who, event);
    await em.query(text, [...values]);
  }
}

/** For `TenantDb.change`: what `record` sends. */
export function auditStatement(who: Actor, event: AuditEvent): FirstStatement {
  const { action, target = null, subjectId = who.userId, details = {} } = event;
  const { tenantId, requestId, ip } = who;
  return {
    text: `INSERT INTO audit_events (id, tenant_id, subject_id, action, target, request_id, ip, details)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    values: [
      randomUUID(),
      tenantId,
      subjectId,
      action,
      target,
      requestId,
      ip,
      JSON.stringify(details),
    ],
  };
}
