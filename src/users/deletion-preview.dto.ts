import { Out } from '../kernel/http/fields';

const uuid = { format: 'uuid' } as const;
const anId = '45b3e9dd-6490-4ac7-a856-6680e1e930fb';

export class PersonView {
  @Out('The person.', anId, uuid)
  id!: string;

  @Out('The name.', 'Bob', { nullable: true })
  name!: string | null;

  @Out('The address.', 'bob@x.com')
  email!: string;
}

class DeletedTenant {
  @Out('The tenant.', anId, uuid)
  id!: string;

  @Out('Its name.', 'Atelier Alice')
  name!: string;

  @Out('Calls that go with it.', 120)
  calls!: number;

  @Out('Phone numbers that go with it.', 2)
  phoneNumbers!: number;
}

class KeptTenant {
  @Out('The tenant.', anId, uuid)
  id!: string;

  @Out('Its name.', 'Atelier Alice')
  name!: string;

  @Out('Phone numbers of yours that stay with it.', 1)
  phoneNumbers!: number;

  @Out(
    'Under whom: its oldest owner.',
    {},
    {
      type: PersonView,
      nullable: true,
      example: undefined,
    },
  )
  handedTo!: PersonView | null;
}

class BlockingTenant {
  @Out('The tenant.', anId, uuid)
  id!: string;

  @Out('Its name.', 'Atelier Alice')
  name!: string;

  @Out('Who could be made an owner first, a hundred at most.', [], {
    type: [PersonView],
    example: undefined,
  })
  candidates!: PersonView[];
}

export class DeletionPreview {
  @Out('Whether DELETE /me would go through; false while a tenant blocks it.', true)
  possible!: boolean;

  @Out('Tenants that have no one else: they go with you.', [], {
    type: [DeletedTenant],
    example: undefined,
  })
  deleted!: DeletedTenant[];

  @Out('Tenants that stay, with their calls and your numbers.', [], {
    type: [KeptTenant],
    example: undefined,
  })
  kept!: KeptTenant[];

  @Out('Tenants whose last owner you are.', [], { type: [BlockingTenant], example: undefined })
  blocking!: BlockingTenant[];

  @Out('Sessions that end.', 2)
  sessions!: number;

  @Out('Providers whose credentials go with you.', ['vapi'], {
    type: 'array',
    items: { type: 'string', enum: ['vapi', 'twilio'] },
  })
  credentials!: string[];
}
