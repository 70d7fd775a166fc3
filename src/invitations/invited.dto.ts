import { Out, Text } from '../kernel/http/fields';
import type { Role } from '../kernel/security/principal';

const tokenField = {
  description: 'What stands behind #token= in the link of the mail.',
  example: 'Vt3n8Yk1mQZ5rXw0aJc7uLh2sPd9eFb4oGi6NvTxKlM',
};

export class InvitationToken {
  @Text([1, 200], tokenField)
  token!: string;
}

export class InvitationPreview {
  @Out('Name of the tenant.', 'Atelier Alice')
  tenant!: string;

  @Out('Who invites: name, or address of who has none.', 'Alice')
  inviter!: string;

  @Out('Role in the tenant.', 'member', { enum: ['owner', 'admin', 'member'] })
  role!: Role;

  @Out('The invited address, masked.', 'b•••@example.com')
  email!: string;

  @Out('Whether that address has an account: show the login, else ask for a password.', false)
  hasAccount!: boolean;

  @Out('Until when it can be accepted.', '2025-02-07T09:30:00.000Z', { format: 'date-time' })
  expiresAt!: Date;
}
