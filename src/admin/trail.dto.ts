import { Instant, Out, Pattern, Uuid } from '../kernel/http/fields';
import { PageQuery } from '../kernel/http/page-query';

export class SearchTrail extends PageQuery {
  @Uuid({
    description: 'Only the trail of this tenant, also when it is gone.',
    example: '45b3e9dd-6490-4ac7-a856-6680e1e930fb',
    optional: true,
  })
  tenantId?: string;

  @Uuid({
    description: 'Only what this person did.',
    example: '2bd806c9-7f0e-40af-9a1f-c3328fa763a9',
    optional: true,
  })
  actorId?: string;

  @Pattern(/^[a-z_.]{1,64}$/, 'operator.', {
    description: 'Only actions that begin like this.',
    example: 'operator.',
    optional: true,
  })
  action?: string;

  @Instant({ description: 'At or after.', example: '2025-01-01T00:00:00Z', optional: true })
  from?: string;

  @Instant({ description: 'Before.', example: '2026-01-01T00:00:00Z', optional: true })
  to?: string;
}

export interface TrailRow extends Omit<TrailEvent, 'at'> {
  readonly happenedAt: Date;
}

const id = { format: 'uuid', nullable: true } as const;

export class TrailEvent {
  @Out('The event’s id.', 'f69f8e28-5ffb-43ea-b018-0da95cb7aee9', { format: 'uuid' })
  id!: string;

  @Out('When it was done.', '2025-01-31T09:30:00.000Z', { format: 'date-time' })
  at!: Date;

  @Out('What was done.', 'operator.tenant_suspended')
  action!: string;

  @Out('In which tenant.', '45b3e9dd-6490-4ac7-a856-6680e1e930fb', id)
  tenantId!: string | null;

  @Out('Who did it; null for a job or a command.', '2bd806c9-7f0e-40af-9a1f-c3328fa763a9', id)
  actorId!: string | null;

  @Out('Whether it was done as an operator.', true)
  byOperator!: boolean;

  @Out('What it was done to: a provider, an id.', 'vapi', { nullable: true })
  target!: string | null;

  @Out('Whose things it was about.', '2bd806c9-7f0e-40af-9a1f-c3328fa763a9', id)
  subjectId!: string | null;

  @Out('Names the request in the logs.', '0b9b4c1e-7d0f-4f4e-9a51-6a1a3c0f7a52', {
    nullable: true,
  })
  requestId!: string | null;

  static of(row: TrailRow): TrailEvent {
    return {
      id: row.id,
      at: row.happenedAt,
      action: row.action,
      tenantId: row.tenantId,
      actorId: row.actorId,
      byOperator: row.byOperator,
      target: row.target,
      subjectId: row.subjectId,
      requestId: row.requestId,
    };
  }
}

export class TrailPage {
  @Out('The events.', [], { type: [TrailEvent], example: undefined })
  items!: TrailEvent[];

  @Out('Pass it as cursor for the next page; null on the last.', 'bGFzdA', { nullable: true })
  nextCursor!: string | null;
}
