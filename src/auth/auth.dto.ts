import { Email, Flag, Name, OneOf, Out, Password, Text, Uuid } from '../kernel/http/fields';
import type { Locale } from '../kernel/http/problem-catalogue';
import { TenantOfUser } from '../tenants/tenants.types';
import { UserView } from '../users/users.types';
import type { Session } from './session.entity';
import { deviceNamed } from './user-agent';

const email = { description: 'Your address.', example: 'alice@example.com' };
const cookie = {
  description: 'Put the refresh token into an HttpOnly cookie on /auth instead of the answer.',
  example: false,
  optional: true,
};

export class Register {
  @Email(email)
  email!: string;

  @Password([15, 128], { description: 'Password of 15 to 128 characters; any characters.' })
  password!: string;

  @Name({ description: 'Your name.', example: 'Alice', optional: true, nullable: true })
  name?: string | null;

  @Name({
    description: 'Name of your tenant; made from your name or address when left out.',
    example: 'Atelier Alice',
    optional: true,
  })
  tenantName?: string;

  @OneOf(['en', 'fr'], {
    description: 'Language of mails and messages; from Accept-Language when left out.',
    example: 'fr',
    optional: true,
  })
  locale?: Locale;
}

export class Login {
  @Email(email)
  email!: string;

  @Password([1, 128], { description: 'Your password.' })
  password!: string;

  @Uuid({
    description: 'Which of your tenants; the first one you joined when left out.',
    example: '45b3e9dd-6490-4ac7-a856-6680e1e930fb',
    optional: true,
  })
  tenantId?: string;

  @Flag(cookie)
  cookie?: boolean;
}

export class Refresh {
  @Text([1, 200], {
    description: 'The refresh token; left out when it is in the cookie.',
    example: 'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQ',
    optional: true,
  })
  refreshToken?: string;
}

export class ChangePassword {
  @Password([1, 128], { description: 'Your password.' })
  currentPassword!: string;

  @Password([15, 128], { description: 'New password of 15 to 128 characters.' })
  newPassword!: string;
}

const mailToken = {
  description: 'What stands behind #token= in the link of the mail.',
  example: 'Yk1mT9c2b0n5uVb1J7qgq8p3sXo4dEw6LrZ0aHfKtQI',
};

export class VerifyEmail {
  @Text([1, 200], mailToken)
  token!: string;
}

export class RequestPasswordReset {
  @Email(email)
  email!: string;
}

export class ResetPassword {
  @Text([1, 200], mailToken)
  token!: string;

  @Password([15, 128], { description: 'New password of 15 to 128 characters.' })
  newPassword!: string;
}

export class SwitchTenant {
  @Uuid({ description: 'One of your tenants.', example: '45b3e9dd-6490-4ac7-a856-6680e1e930fb' })
  tenantId!: string;

  @Flag(cookie)
  cookie?: boolean;
}

export class OpenTenant {
  @Name({ description: 'Name of the tenant.', example: 'Atelier Alice' })
  name!: string;
}

export class SessionView {
  @Out('Send it as Authorization: Bearer.', 'eyJhbGciOiJIUzI1NiIsImtpZCI6IjFhMmIzYzRkIn0.e30.c2ln')
  accessToken!: string;

  @Out('Always Bearer.', 'Bearer')
  tokenType!: 'Bearer';

  @Out('Seconds until the access token expires.', 900)
  expiresIn!: number;

  @Out(
    'For POST /auth/refresh, once; absent when it went into the cookie.',
    'q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQ',
    {
      required: false,
    },
  )
  refreshToken?: string;

  @Out('You.', {}, { type: UserView, example: undefined })
  user!: UserView;

  @Out('The tenant the tokens are for.', {}, { type: TenantOfUser, example: undefined })
  tenant!: TenantOfUser;
}

export class DeviceView {
  @Out('The session’s id.', '6a0e5c1e-3c6e-4d6e-8d55-0d3c1c5f3a01', { format: 'uuid' })
  id!: string;

  @Out('Program and system, read from userAgent; null when it tells neither.', 'Firefox on Linux', {
    nullable: true,
  })
  device!: string | null;

  @Out('What the client says it is.', 'Mozilla/5.0 (X11; Linux x86_64)', { nullable: true })
  userAgent!: string | null;

  @Out('Address it logged in from.', '203.0.113.7', { nullable: true })
  ip!: string | null;

  @Out('When it last logged in or refreshed.', '2025-01-31T09:30:00.000Z', { format: 'date-time' })
  lastSeenAt!: Date;

  @Out('Whether it is the session of this request.', true)
  current!: boolean;

  static of(session: Session, currentId: string): DeviceView {
    const { id, userAgent, ip, lastSeenAt } = session;
    const current = id === currentId;
    return { id, device: deviceNamed(userAgent), userAgent, ip, lastSeenAt, current };
  }
}

export class DeviceList {
  @Out('Your live sessions, newest first.', [], { type: [DeviceView], example: undefined })
  items!: DeviceView[];

  @Out('Always null: the list is complete.', 'null', { nullable: true, example: null })
  nextCursor!: string | null;
}
