import { Out } from '../kernel/http/fields';
import type { Role } from '../kernel/security/principal';

/** A tenant as one of its members sees it in a list. */
export class TenantOfUser {
  @Out('The tenant.', '45b3e9dd-6490-4ac7-a856-6680e1e930fb', { format: 'uuid' })
  id!: string;

  @Out('Its name.', 'Atelier Alice')
  name!: string;

  @Out('Your role in it.', 'owner', { enum: ['owner', 'admin', 'member'] })
  role!: Role;
}

export class TenantList {
  @Out('Your tenants, the oldest membership first.', [], {
    type: [TenantOfUser],
    example: undefined,
  })
  items!: TenantOfUser[];

  @Out('Always null: the list is complete.', 'null', { nullable: true, example: null })
  nextCursor!: string | null;
}
