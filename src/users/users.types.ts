import { Out } from '../kernel/http/fields';
import type { Locale } from '../kernel/http/problem-catalogue';
import { TenantOfUser } from '../tenants/tenants.types';

export class UserView {
  @Out('Your id.', '2bd806c9-7f0e-40af-9a1f-c3328fa763a9', { format: 'uuid' })
  id!: string;

  @Out('Your address.', 'alice@x.com')
  email!: string;

  @Out('Whether you have proved that it is yours, by the token of a mail.', true)
  emailVerified!: boolean;

  @Out('The address that waits for its confirmation.', 'alice@y.com', { nullable: true })
  pendingEmail!: string | null;

  @Out('Your name.', 'Alice', { nullable: true })
  name!: string | null;

  @Out('Language of mails and messages.', 'fr', { enum: ['en', 'fr'] })
  locale!: Locale;

  @Out('When the account was made.', '2025-01-05T10:00:00.000Z', { format: 'date-time' })
  createdAt!: Date;

  @Out('Your tenants, the oldest membership first.', [], {
    type: [TenantOfUser],
    example: undefined,
  })
  tenants!: TenantOfUser[];
}
