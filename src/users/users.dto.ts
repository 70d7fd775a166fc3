import { Email, OneOf, Password, Text } from '../kernel/http/fields';
import type { Locale } from '../kernel/http/problem-catalogue';

export class ChangeMe {
  @Text([1, 255], {
    description: 'Your name; null removes it.',
    example: 'Alice',
    optional: true,
    nullable: true,
  })
  name?: string | null;

  @OneOf(['en', 'fr'], {
    description: 'Language of mails and messages.',
    example: 'fr',
    optional: true,
  })
  locale?: Locale;

  @Email({
    description: 'New address; needs currentPassword.',
    example: 'alice@example.com',
    optional: true,
  })
  email?: string;

  @Password([1, 128], { description: 'Your password, to change the address.', optional: true })
  currentPassword?: string;
}

export class DeleteMe {
  @Password([1, 128], { description: 'Your password.' })
  password!: string;
}
