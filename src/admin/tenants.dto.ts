import { Email, OneOf, Out, Text, Uuid } from '../kernel/http/fields';
import { PageQuery } from '../kernel/http/page-query';

const states = ['active', 'suspended'] as const;
type State = (typeof states)[number];

export class SearchTenants extends PageQuery {
  @Uuid({
    description: 'Only this tenant.',
    example: '45b3e9dd-6490-4ac7-a856-6680e1e930fb',
    optional: true,
  })
  id?: string;

  @Text([1, 255], {
    description: 'Only names that begin like this, in upper or lower case.',
    example: 'Atelier',
    optional: true,
  })
  name?: string;

  @Email({
    description: 'Only tenants of which the person with this address is a member.',
    example: 'alice@x.com',
    optional: true,
  })
  memberEmail?: string;

  @OneOf(states, { description: 'Only these.', example: 'suspended', optional: true })
  state?: State;
}

export class SuspendTenant {
  @Text([1, 500], {
    description: 'Why, for the people of the tenant to read.',
    example: 'The invoice of March is not paid.',
  })
  reason!: string;
}

export interface TenantRow {
  readonly id: string;
  readonly name: string;
  readonly createdAt: Date;
  readonly suspendedAt: Date | null;
  readonly suspendedReason: string | null;
  readonly memberCount: number;
  readonly phoneNumberCount: number;
  readonly callCount: number;
  readonly lastCallAt: Date | null;
}

const time = { format: 'date-time', nullable: true } as const;

export class TenantOverview {
  @Out('The tenant.', '45b3e9dd-6490-4ac7-a856-6680e1e930fb', { format: 'uuid' })
  id!: string;

  @Out('Its name.', 'Atelier Alice')
  name!: string;

  @Out('Whether its people can work in it.', 'active', { enum: [...states] })
  state!: State;

  @Out('Since when it is suspended.', '2025-03-01T09:00:00.000Z', time)
  suspendedAt!: Date | null;

  @Out('Why it is suspended.', 'The invoice of March is not paid.', { nullable: true })
  suspendedReason!: string | null;

  @Out('When it was made.', '2025-01-01T09:00:00.000Z', { format: 'date-time' })
  createdAt!: Date;

  @Out('How many people belong to it.', 2, { type: 'integer' })
  memberCount!: number;

  @Out('How many phone numbers it has.', 1, { type: 'integer' })
  phoneNumberCount!: number;

  @Out(
    'How many calls it has. Counted up to 10,000 in the list and to 1,000,000 of one tenant: these mean so many or more.',
    250,
    { type: 'integer' },
  )
  callCount!: number;

  @Out('When the newest of its calls began.', '2025-02-28T16:20:00.000Z', time)
  lastCallAt!: Date | null;

  static of(row: TenantRow): TenantOverview {
    const { suspendedAt } = row;
    return {
      id: row.id,
      name: row.name,
      state: suspendedAt === null ? 'active' : 'suspended',
      suspendedAt,
      suspendedReason: suspendedAt === null ? null : row.suspendedReason,
      createdAt: row.createdAt,
      memberCount: row.memberCount,
      phoneNumberCount: row.phoneNumberCount,
      callCount: row.callCount,
      lastCallAt: row.lastCallAt,
    };
  }
}

export class TenantOwner {
  @Out('The person.', '2bd806c9-7f0e-40af-9a1f-c3328fa763a9', { format: 'uuid' })
  id!: string;

  @Out('The person’s name.', 'Alice', { nullable: true })
  name!: string | null;

  @Out('The person’s address.', 'alice@x.com')
  email!: string;
}

export class TenantDetails extends TenantOverview {
  @Out('Who owns it: whom to write to. At most 100.', [], {
    type: [TenantOwner],
    example: undefined,
  })
  owners!: TenantOwner[];

  static with(row: TenantRow, owners: readonly TenantOwner[]): TenantDetails {
    const told = owners.map(({ id, name, email }) => ({ id, name, email }));
    return { ...TenantOverview.of(row), owners: told };
  }
}

export class TenantOverviewPage {
  @Out('The tenants.', [], { type: [TenantOverview], example: undefined })
  items!: TenantOverview[];

  @Out('Pass it as cursor for the next page; null on the last.', 'bGFzdA', { nullable: true })
  nextCursor!: string | null;
}
