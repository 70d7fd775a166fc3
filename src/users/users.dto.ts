import { Email, Name, OneOf, Password, Text } from '../kernel/http/fields';
import type { Locale } from '../kernel/http/problem-catalogue';

export class ChangeMe {
  @Name({
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
    description:
      'New address; needs currentPassword, and counts once it was confirmed. The present one takes a change back.',
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

const mailToken = {
  description: 'What stands behind #token= in the link of the mail.',
  example: 'Yk1mT9c2b0n5uVb1J7qgq8p3sXo4dEw6LrZ0aHfKtQI',
};

export class ConfirmEmailChange {
  @Text([1, 200], mailToken)
  token!: string;
}
