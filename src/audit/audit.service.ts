import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Principal } from '../kernel/security/principal';

/** Who acts, and in which tenant: none when it is about the account itself. */
export type Actor = Pick<Principal, 'userId' | 'requestId' | 'ip'> & {
  readonly tenantId: string | null;
};

/** What can be read later in the trail. Details never hold a secret or what somebody said. */
export interface AuditEvent {
  readonly action: `${string}.${string}`;
  /** What it was done to: a provider, an id. */
  readonly target?: string;
  /** Whose things it was about, when not the actor's own; null when nobody's. */
  readonly subjectId?: string | null;
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * Writes the trail in the transaction of what it tells, so that neither is there without the other. When it was and who
 * did it is filled in by the database.
 */
@Injectable()
export class AuditService {
  async record(em: EntityManager, who: Actor, event: AuditEvent): Promise<void> {
    const { action, target = null, subjectId = who.userId, details = {} } = event;
    await em.query(
      `INSERT INTO audit_events (id, tenant_id, subject_id, action, target, request_id, ip, details)
       VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        randomUUID(),
        who.tenantId,
        subjectId,
        action,
        target,
        who.requestId,
        who.ip,
        JSON.stringify(details),
      ],
    );
  }
}
