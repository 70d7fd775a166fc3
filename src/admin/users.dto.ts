import { Out, Text, Uuid } from '../kernel/http/fields';
import { PageQuery } from '../kernel/http/page-query';
import type { Locale } from '../kernel/http/problem-catalogue';
import type { Role } from '../kernel/security/principal';

export class SearchUsers extends PageQuery {
  @Uuid({
    description: 'Only this person.',
    example: '2bd806c9-7f0e-40af-9a1f-c3328fa763a9',
    optional: true,
  })
  id?: string;

  @Text([1, 254], {
    description: 'Only addresses that begin like this, in upper or lower case.',
    example: 'alice@',
    optional: true,
  })
  email?: string;
}

export class MembershipOverview {
  @Out('The tenant.', '45b3e9dd-6490-4ac7-a856-6680e1e930fb', { format: 'uuid' })
  id!: string;

  @Out('Its name.', 'Atelier Alice')
  name!: string;

  @Out('The person’s role in it.', 'owner', { enum: ['owner', 'admin', 'member'] })
  role!: Role;
}

export class UserOverview {
  @Out('The person.', '2bd806c9-7f0e-40af-9a1f-c3328fa763a9', { format: 'uuid' })
  id!: string;

  @Out('The person’s address.', 'alice@x.com')
  email!: string;

  @Out('The person’s name.', 'Alice', { nullable: true })
  name!: string | null;

  @Out('Language of mails and messages.', 'fr', { enum: ['en', 'fr'] })
  locale!: Locale;

  @Out('Whether the person is an operator; made one by a command alone.', false)
  operator!: boolean;

  @Out('When the account was made.', '2025-01-05T10:00:00.000Z', { format: 'date-time' })
  createdAt!: Date;

  @Out(
    'When a session was last opened or refreshed, of those that are kept; null when there is none.',
    '2025-02-28T16:20:00.000Z',
    { format: 'date-time', nullable: true },
  )
  lastSeenAt!: Date | null;

  @Out('Whether a Vapi key is stored.', true)
  vapiConfigured!: boolean;

  @Out('Whether a Twilio account is stored.', false)
  twilioConfigured!: boolean;

  @Out('The tenants the person belongs to, the oldest membership first. At most 100.', [], {
    type: [MembershipOverview],
    example: undefined,
  })
  tenants!: MembershipOverview[];

  static of(row: UserOverview): UserOverview {
    return {
      id: row.id,
      email: row.email,
      name: row.name,
      locale: row.locale,
      operator: row.operator,
      createdAt: row.createdAt,
      lastSeenAt: row.lastSeenAt,
      vapiConfigured: row.vapiConfigured,
      twilioConfigured: row.twilioConfigured,
      tenants: row.tenants.map(({ id, name, role }) => ({ id, name, role })),
    };
  }
}

export class UserOverviewPage {
  @Out('The people.', [], { type: [UserOverview], example: undefined })
  items!: UserOverview[];

  @Out('Pass it as cursor for the next page; null on the last.', 'bGFzdA', { nullable: true })
  nextCursor!: string | null;
}
