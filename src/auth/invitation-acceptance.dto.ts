import { Flag, Name, OneOf, Password, Text } from '../kernel/http/fields';
import type { Locale } from '../kernel/http/problem-catalogue';

export class AcceptInvitation {
  @Text([1, 200], {
    description: 'What stands behind #token= in the link of the mail.',
    example: 'Vt3n8Yk1mQZ5rXw0aJc7uLh2sPd9eFb4oGi6NvTxKlM',
  })
  token!: string;

  @Name({
    description: 'Your name. This and the fields below are for who has no account yet.',
    example: 'Bob',
    optional: true,
    nullable: true,
  })
  name?: string | null;

  @Password([15, 128], {
    description: 'Password of 15 to 128 characters; needed without an access token.',
    optional: true,
  })
  password?: string;

  @OneOf(['en', 'fr'], {
    description: 'Language of mails and messages; from Accept-Language when left out.',
    example: 'fr',
    optional: true,
  })
  locale?: Locale;

  @Flag({
    description: 'Put the refresh token into an HttpOnly cookie on /auth instead of the answer.',
    example: false,
    optional: true,
  })
  cookie?: boolean;
}
