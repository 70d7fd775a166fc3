import { Name, Out, Password, Text } from '../kernel/http/fields';
import type { Tenant } from './tenant.entity';

const nameOf = { description: 'Name of the tenant.', example: 'Atelier Alice' };

export class RenameTenant {
  @Name(nameOf)
  name!: string;
}

export class DeleteTenant {
  @Password([1, 128], { description: 'Your password.' })
  password!: string;

  @Text([1, 255], {
    description: 'The exact name of the tenant, to confirm.',
    example: 'Atelier Alice',
  })
  confirm!: string;
}

export class TenantView {
  @Out('The tenant of your token.', '45b3e9dd-6490-4ac7-a856-6680e1e930fb', { format: 'uuid' })
  id!: string;

  @Out('Its name.', 'Atelier Alice')
  name!: string;

  @Out('`solo`: invitations are refused on this installation; `team`: they are possible.', 'solo', {
    enum: ['solo', 'team'],
  })
  mode!: 'solo' | 'team';

  @Out('How many people belong to it.', 1)
  memberCount!: number;

  @Out('When it was made.', '2025-01-01T09:00:00.000Z', { format: 'date-time' })
  createdAt!: Date;

  static of(tenant: Tenant, mode: 'solo' | 'team', memberCount: number): TenantView {
    return { id: tenant.id, name: tenant.name, mode, memberCount, createdAt: tenant.createdAt };
  }
}
