import { IntersectionType } from '@nestjs/swagger';
import { Instant, Out, Pattern, Text, Uuid } from '../kernel/http/fields';
import { PageQuery } from '../kernel/http/page-query';

/** Which events of the tenant; for the export all of them. */
export class FilterEvents {
  @Pattern(/^[a-z_.]{1,64}$/, 'credential.', {
    description: 'Only actions that begin like this; `operator.` is all that operators did.',
    example: 'credential.',
    optional: true,
  })
  action?: string;

  @Uuid({
    description: 'Only what this person did.',
    example: '2bd806c9-7f0e-40af-9a1f-c3328fa763a9',
    optional: true,
  })
  actorId?: string;

  @Text([1, 255], {
    description: 'Only what was done to this: a provider, an id.',
    example: 'vapi',
    optional: true,
  })
  target?: string;

  @Instant({ description: 'At or after.', example: '2025-01-01T00:00:00Z', optional: true })
  from?: string;

  @Instant({ description: 'Before.', example: '2026-01-01T00:00:00Z', optional: true })
  to?: string;
}

export class ListEvents extends IntersectionType(FilterEvents, PageQuery) {}

const kinds = ['member', 'person', 'operator', 'system'] as const;
type ActorKind = (typeof kinds)[number];

/** A row of the query: the actor's name and address are those of a member, or null. */
export interface EventRow {
  readonly id: string;
  readonly happenedAt: Date;
  readonly action: string;
  readonly actorId: string | null;
  readonly byOperator: boolean;
  readonly isMember: boolean;
  readonly name: string | null;
  readonly email: string | null;
  readonly target: string | null;
  readonly subjectId: string | null;
  readonly requestId: string | null;
  readonly ip: string | null;
  readonly details: object;
}

export class EventActor {
  @Out(
    '`member` of the tenant; `person`: no member, or not any more; `operator` of the installation; `system`: nobody, a job or a command.',
    'member',
    { enum: [...kinds] },
  )
  kind!: ActorKind;

  @Out('The person; null for operators and the system.', '2bd806c9-7f0e-40af-9a1f-c3328fa763a9', {
    format: 'uuid',
    nullable: true,
  })
  id!: string | null;

  @Out('Name of a member.', 'Alice', { nullable: true })
  name!: string | null;

  @Out('Address of a member.', 'alice@x.com', { nullable: true })
  email!: string | null;

  /** An operator acts for the installation: who it was is told to other operators, not to tenants. */
  static of({ actorId, byOperator, isMember, name, email }: EventRow): EventActor {
    if (byOperator) return { kind: 'operator', id: null, name: null, email: null };
    if (actorId === null) return { kind: 'system', id: null, name: null, email: null };
    return { kind: isMember ? 'member' : 'person', id: actorId, name, email };
  }
}

export class EventView {
  @Out('The event’s id.', 'f69f8e28-5ffb-43ea-b018-0da95cb7aee9', { format: 'uuid' })
  id!: string;

  @Out('When it was done.', '2025-01-31T09:30:00.000Z', { format: 'date-time' })
  at!: Date;

  @Out('What was done.', 'credential.set')
  action!: string;

  @Out('Who did it.', {}, { type: EventActor, example: undefined })
  actor!: EventActor;

  @Out('What it was done to: a provider, an id.', 'vapi', { nullable: true })
  target!: string | null;

  @Out('Whose things it was about.', '2bd806c9-7f0e-40af-9a1f-c3328fa763a9', {
    format: 'uuid',
    nullable: true,
  })
  subjectId!: string | null;

  @Out('Names the request in the logs.', '0b9b4c1e-7d0f-4f4e-9a51-6a1a3c0f7a52', {
    nullable: true,
  })
  requestId!: string | null;

  @Out('Where the request came from; not told of operators.', '203.0.113.7', { nullable: true })
  ip!: string | null;

  @Out(
    'What else there is to say of it.',
    { from: 'member', to: 'admin' },
    {
      type: 'object',
      additionalProperties: true,
    },
  )
  details!: object;

  static of(row: EventRow): EventView {
    return {
      id: row.id,
      at: row.happenedAt,
      action: row.action,
      actor: EventActor.of(row),
      target: row.target,
      subjectId: row.subjectId,
      requestId: row.requestId,
      ip: row.byOperator ? null : row.ip,
      details: row.details,
    };
  }
}

export class EventPage {
  @Out('The events.', [], { type: [EventView], example: undefined })
  items!: EventView[];

  @Out('Pass it as cursor for the next page; null on the last.', 'bGFzdA', { nullable: true })
  nextCursor!: string | null;
}
