import { Email, OneOf, Out, QueryNumber, Text } from '../kernel/http/fields';
import type { Role } from '../kernel/security/principal';

const roles: readonly Role[] = ['owner', 'admin', 'member'];
const deliveries = ['pending', 'sent', 'failed'] as const;
const states = ['open', 'expired', 'accepted', 'declined', 'revoked'] as const;

export type InvitationState = (typeof states)[number];
type Delivery = (typeof deliveries)[number];

export class ListInvitations {
  @QueryNumber([1, 100], {
    description: 'How many at most.',
    example: 25,
    optional: true,
    default: 25,
  })
  limit = 25;

  @Text([1, 500], {
    description: 'nextCursor of the page before.',
    example: undefined,
    optional: true,
  })
  cursor?: string;

  @OneOf(states, { description: 'Only those in this state.', example: undefined, optional: true })
  state?: InvitationState;
}

export class Invite {
  @Email({ description: 'Who is to join; the mail goes there.', example: 'bob@example.com' })
  email!: string;

  @OneOf(roles, {
    description: 'Role in the tenant. Only an owner invites an owner.',
    example: 'member',
  })
  role!: Role;
}

const when = { format: 'date-time' };
const person = { format: 'uuid', nullable: true };

export class InvitationView {
  @Out('The invitation.', '7b1f6f0e-2d60-4f0f-8f49-6a3f5f1f0c11', { format: 'uuid' })
  id!: string;

  @Out('Who was invited.', 'bob@example.com')
  email!: string;

  @Out('Role in the tenant.', 'member', { enum: [...roles] })
  role!: Role;

  @Out(
    '`revoked` also once whoever sent it has left, or may no longer invite to that role.',
    'open',
    { enum: [...states] },
  )
  state!: InvitationState;

  @Out(
    'Its newest mail: waits to be handed to the mail server (`pending`), taken by it (`sent`), or not (`failed`: check the address and send it again).',
    'sent',
    { enum: [...deliveries] },
  )
  delivery!: Delivery;

  @Out(
    'The member who sent it last; null when gone.',
    '2bd806c9-7f0e-40af-9a1f-c3328fa763a9',
    person,
  )
  invitedBy!: string | null;

  @Out('The member who accepted it.', '9f4d51f4-4a0b-4a7e-8a0e-6a54a1f3c0d2', person)
  acceptedBy!: string | null;

  @Out('When it was made.', '2025-01-31T09:30:00.000Z', when)
  createdAt!: Date;

  @Out('When its mail was last asked for.', '2025-01-31T09:30:00.000Z', when)
  sentAt!: Date;

  @Out('Until when it can be accepted.', '2025-02-07T09:30:00.000Z', when)
  expiresAt!: Date;

  @Out(
    'When it was accepted, declined, revoked or replaced by a new one.',
    '2025-02-01T08:00:00.000Z',
    { ...when, nullable: true },
  )
  closedAt!: Date | null;

  static of(row: InvitationView): InvitationView {
    const { id, email, role, state, delivery, invitedBy, acceptedBy } = row;
    const { createdAt, sentAt, expiresAt, closedAt } = row;
    return {
      id,
      email,
      role,
      state,
      delivery,
      invitedBy,
      acceptedBy,
      createdAt,
      sentAt,
      expiresAt,
      closedAt,
    };
  }
}

export class InvitationPage {
  @Out('The invitations, newest first.', [], { type: [InvitationView], example: undefined })
  items!: InvitationView[];

  @Out('Pass it as cursor for the next page; null on the last.', 'bGFzdA', { nullable: true })
  nextCursor!: string | null;
}
