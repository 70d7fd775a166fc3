import { Out, OneOf, Password, QueryNumber, Text, Uuid } from '../kernel/http/fields';
import type { Role } from '../kernel/security/principal';

const roles: readonly Role[] = ['owner', 'admin', 'member'];

export class ListMembers {
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
}

export class ChangeMember {
  @OneOf(roles, { description: 'The new role.', example: 'admin' })
  role!: Role;
}

export class TransferTenant {
  @Uuid({
    description: 'The member who becomes an owner.',
    example: '2bd806c9-7f0e-40af-9a1f-c3328fa763a9',
  })
  userId!: string;

  @Password([1, 128], { description: 'Your password.' })
  password!: string;
}

export class MemberView {
  @Out('The person.', '2bd806c9-7f0e-40af-9a1f-c3328fa763a9', { format: 'uuid' })
  userId!: string;

  @Out('The person’s name.', 'Alice', { nullable: true })
  name!: string | null;

  @Out('The person’s address.', 'alice@x.com')
  email!: string;

  @Out('Role in this tenant.', 'member', { enum: [...roles] })
  role!: Role;

  @Out('When the person joined.', '2025-01-05T10:00:00.000Z', { format: 'date-time' })
  joinedAt!: Date;

  static of({ userId, name, email, role, joinedAt }: MemberView): MemberView {
    return { userId, name, email, role, joinedAt };
  }
}

export class MemberPage {
  @Out('The members.', [], { type: [MemberView], example: undefined })
  items!: MemberView[];

  @Out('Pass it as cursor for the next page; null on the last.', 'bGFzdA', { nullable: true })
  nextCursor!: string | null;
}
