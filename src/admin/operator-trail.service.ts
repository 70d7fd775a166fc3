import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditService, type AuditEvent } from '../audit/audit.service';
import type { Principal } from '../kernel/security/principal';

interface OperatorEvent extends AuditEvent {
  readonly action: `operator.${string}`;
  /** In whose trail it is told; null for what concerns no tenant. */
  readonly tenantId: string | null;
}

/** What operators do is told in the tenant it concerns. That it was an operator is filled in by the database. */
@Injectable()
export class OperatorTrail {
  constructor(private readonly audit: AuditService) {}

  record(em: EntityManager, who: Principal, event: OperatorEvent): Promise<void> {
    const { tenantId, subjectId = null, ...rest } = event;
    return this.audit.record(em, { ...who, tenantId }, { ...rest, subjectId });
  }
}
