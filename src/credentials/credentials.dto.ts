import { Out, Password, Pattern, VisibleAscii } from '../kernel/http/fields';
import { Secret } from '../kernel/security/secret';
import type { StoredStatus, UserCredentials } from './credentials.entity';

export class SetVapiKey {
  @VisibleAscii([8, 512], {
    description: 'The private key of your Vapi organisation.',
    example: 'sk_alice_xxx',
  })
  apiKey!: string;
}

export class SetTwilioCredentials {
  @Pattern(/^AC[0-9a-fA-F]{32}$/, 'AC followed by 32 hexadecimal digits', {
    description: 'The account SID of your Twilio account.',
    example: 'ACa1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1',
  })
  accountSid!: string;

  @VisibleAscii([32, 64], {
    description: 'The auth token of your Twilio account.',
    example: '0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a',
  })
  authToken!: string;
}

export class RevealCredentials {
  @Password([1, 128], { description: 'Your password.' })
  password!: string;
}

export class RevealedVapiKey {
  @Out('The key in clear.', 'sk_alice_xxx')
  apiKey!: string;
}

export class RevealedTwilioAccount {
  @Out('The account SID.', 'ACa1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1')
  accountSid!: string;

  @Out('The auth token in clear.', '0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a')
  authToken!: string;
}

export type CredentialStatus = StoredStatus | 'unreadable';

const statuses: readonly CredentialStatus[] = ['unverified', 'valid', 'invalid', 'unreadable'];
const statusText =
  'What the provider last said of it. `unreadable`: stored, but no configured encryption key opens it; save it again.';

export class VapiSettingsView {
  @Out('Whether a key is stored.', true)
  configured!: boolean;

  @Out(
    'The key, masked: first 4 and last 4 characters, or •••• when it is shorter than 16.',
    'sk_a…9xQ2',
    {
      nullable: true,
    },
  )
  apiKey!: string | null;

  @Out('When it was saved.', '2025-01-31T09:30:00.000Z', { nullable: true, format: 'date-time' })
  updatedAt!: Date | null;

  @Out('When Vapi last accepted or refused it.', '2025-01-31T09:31:00.000Z', {
    nullable: true,
    format: 'date-time',
  })
  verifiedAt!: Date | null;

  @Out(statusText, 'unverified', { enum: statuses })
  status!: CredentialStatus;

  static of(row: UserCredentials): VapiSettingsView {
    const key = read(row.vapiApiKey);
    return {
      configured: key.configured,
      apiKey: key.text === null ? null : mask(key.text),
      updatedAt: row.vapiUpdatedAt,
      verifiedAt: row.vapiVerifiedAt,
      status: key.readable ? row.vapiStatus : 'unreadable',
    };
  }
}

export class TwilioSettingsView {
  @Out('Whether an account is stored.', true)
  configured!: boolean;

  @Out('The account SID.', 'ACa1a1a1a1a1a1a1a1a1a1a1a1a1a1a1a1', { nullable: true })
  accountSid!: string | null;

  @Out('The auth token, masked: first 4 and last 4 characters.', '0a0a…0a0a', { nullable: true })
  authToken!: string | null;

  @Out('When it was saved.', '2025-01-31T09:30:00.000Z', { nullable: true, format: 'date-time' })
  updatedAt!: Date | null;

  @Out('When Twilio last accepted or refused it.', '2025-01-31T09:31:00.000Z', {
    nullable: true,
    format: 'date-time',
  })
  verifiedAt!: Date | null;

  @Out(statusText, 'unverified', { enum: statuses })
  status!: CredentialStatus;

  static of(row: UserCredentials): TwilioSettingsView {
    const sid = read(row.twilioAccountSid);
    const token = read(row.twilioAuthToken);
    return {
      configured: sid.configured && token.configured,
      accountSid: sid.text,
      authToken: token.text === null ? null : mask(token.text),
      updatedAt: row.twilioUpdatedAt,
      verifiedAt: row.twilioVerifiedAt,
      status: sid.readable && token.readable ? row.twilioStatus : 'unreadable',
    };
  }
}

/** Never tells the length of a short value. */
export function mask(text: string): string {
  const characters = Array.from(text);
  if (characters.length < 16) return '••••';
  return `${characters.slice(0, 4).join('')}…${characters.slice(-4).join('')}`;
}

/** The earlier system stored an empty text for "none": kept as it is in the database, told as not configured. */
function read(secret: Secret | null): {
  configured: boolean;
  readable: boolean;
  text: string | null;
} {
  if (secret === null) return { configured: false, readable: true, text: null };
  try {
    const text = secret.reveal();
    return { configured: text !== '', readable: true, text: text === '' ? null : text };
  } catch {
    return { configured: true, readable: false, text: null };
  }
}
