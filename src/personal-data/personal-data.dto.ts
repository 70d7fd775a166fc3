import { Out } from '../kernel/http/fields';
import type { Locale } from '../kernel/http/problem-catalogue';
import type { Role } from '../kernel/security/principal';

const uuid = { format: 'uuid' } as const;
const time = { format: 'date-time' } as const;
const timeOrNull = { ...time, nullable: true } as const;
const textOrNull = { nullable: true } as const;
const anId = '45b3e9dd-6490-4ac7-a856-6680e1e930fb';
const aTime = '2025-01-31T09:30:00.000Z';

class AccountData {
  @Out('Your id.', anId, uuid) id!: string;
  @Out('Your address.', 'alice@x.com') email!: string;
  @Out('When you proved it.', aTime, timeOrNull) emailVerifiedAt!: Date | null;
  @Out('Your name.', 'Alice', textOrNull) name!: string | null;
  @Out('Language of mails and messages.', 'fr') locale!: Locale;
  @Out('Whether you run this installation.', false) operator!: boolean;
  @Out('Flags that clients wrote.', {}, { type: 'object', additionalProperties: true })
  onboardingFlags!: object;
  @Out('When you last changed the password.', aTime, timeOrNull) passwordChangedAt!: Date | null;
  @Out('When the account was made.', aTime, time) createdAt!: Date;
  @Out('When it last changed.', aTime, time) updatedAt!: Date;
}

class TenantData {
  @Out('The tenant.', anId, uuid) id!: string;
  @Out('Its name.', 'Atelier Alice') name!: string;
  @Out('Your role in it.', 'owner') role!: Role;
  @Out('Since when.', aTime, time) joinedAt!: Date;
}

class SessionData {
  @Out('The session.', anId, uuid) id!: string;
  @Out('Its tenant.', anId, uuid) tenantId!: string;
  @Out('What the client says it is.', 'Firefox', textOrNull) userAgent!: string | null;
  @Out('Address it logged in from.', '203.0.113.7', textOrNull) ip!: string | null;
  @Out('When it began.', aTime, time) createdAt!: Date;
  @Out('When it last refreshed.', aTime, time) lastSeenAt!: Date;
  @Out('When it was last rotated.', aTime, timeOrNull) rotatedAt!: Date | null;
  @Out('When it runs out.', aTime, time) expiresAt!: Date;
  @Out('When it was ended.', aTime, timeOrNull) endedAt!: Date | null;
}

class VapiData {
  @Out('Whether a key is stored.', true) configured!: boolean;
  @Out('Masked.', 'sk_a…9xQ2', textOrNull) apiKey!: string | null;
  @Out('When it was saved.', aTime, timeOrNull) updatedAt!: Date | null;
  @Out('When Vapi was last asked.', aTime, timeOrNull) verifiedAt!: Date | null;
  @Out('What Vapi last said.', 'valid') status!: string;
}

class TwilioData {
  @Out('Whether an account is stored.', true) configured!: boolean;
  @Out('Masked.', 'ACa1…a1a1', textOrNull) accountSid!: string | null;
  @Out('Masked.', '0a0a…0a0a', textOrNull) authToken!: string | null;
  @Out('When it was saved.', aTime, timeOrNull) updatedAt!: Date | null;
  @Out('When Twilio was last asked.', aTime, timeOrNull) verifiedAt!: Date | null;
  @Out('What Twilio last said.', 'valid') status!: string;
}

class CredentialData {
  @Out('Your Vapi key.', {}, { type: VapiData, example: undefined }) vapi!: VapiData;
  @Out('Your Twilio account.', {}, { type: TwilioData, example: undefined }) twilio!: TwilioData;
}

class MailTokenData {
  @Out('What the mail was for.', 'email-change') purpose!: string;
  @Out('Where it was sent.', 'alice@y.com') email!: string;
  @Out('When.', aTime, time) createdAt!: Date;
  @Out('Until when it counts.', aTime, time) expiresAt!: Date;
  @Out('When it was used.', aTime, timeOrNull) usedAt!: Date | null;
  @Out('The address it took the place of.', 'alice@x.com', textOrNull)
  replacedEmail!: string | null;
}

class NumberData {
  @Out('Its id.', anId, uuid) id!: string;
  @Out('The tenant it belongs to.', anId, uuid) tenantId!: string;
  @Out('The number.', '+33612345678') number!: string;
  @Out('Its label.', 'Reception', textOrNull) label!: string | null;
  @Out('Its provider.', 'twilio', textOrNull) provider!: string | null;
  @Out('Its id there.', 'PN0a', textOrNull) providerSid!: string | null;
  @Out('When it was added.', aTime, time) createdAt!: Date;
}

class InvitationData {
  @Out('The tenant it is for.', anId, uuid) tenantId!: string;
  @Out('Its name.', 'Atelier Alice') tenantName!: string;
  @Out('The invited address: yours, or one that you have invited.', 'bob@example.com')
  email!: string;
  @Out('The role it is for.', 'member') role!: string;
  @Out('Whether you sent it.', true) sent!: boolean;
  @Out('When it was made.', aTime, time) createdAt!: Date;
  @Out('Until when it is open.', aTime, time) expiresAt!: Date;
  @Out('When it was accepted.', aTime, { ...time, nullable: true }) acceptedAt!: Date | null;
  @Out('When it was declined.', aTime, { ...time, nullable: true }) declinedAt!: Date | null;
  @Out('When it was taken back.', aTime, { ...time, nullable: true }) revokedAt!: Date | null;
}

class EventData {
  @Out('Its id.', anId, uuid) id!: string;
  @Out('When.', aTime, time) at!: Date;
  @Out('The tenant it was in.', anId, { ...uuid, nullable: true }) tenantId!: string | null;
  @Out('What was done.', 'credential.set') action!: string;
  @Out('What it was done to.', 'vapi', textOrNull) target!: string | null;
  @Out('Whether you did it.', true) own!: boolean;
  @Out('Whether it was done to you or your things.', true, { nullable: true })
  aboutMe!: boolean | null;
  @Out('Your request; null for what others did.', 'r-1', textOrNull) requestId!: string | null;
  @Out('Where you did it from; null for what others did.', '203.0.113.7', textOrNull)
  ip!: string | null;
  @Out('More about it.', {}, { type: 'object', additionalProperties: true }) details!: object;
}

export class PersonalData {
  @Out('When this was put together.', aTime, time)
  exportedAt!: Date;

  @Out('Your account.', {}, { type: AccountData, example: undefined })
  account!: AccountData;

  @Out('Where you are a member.', [], { type: [TenantData], example: undefined })
  tenants!: TenantData[];

  @Out('Where you are and were logged in.', [], { type: [SessionData], example: undefined })
  sessions!: SessionData[];

  @Out('Your provider credentials.', {}, { type: CredentialData, example: undefined })
  credentials!: CredentialData;

  @Out('Mails with a token, a change of address that waits among them.', [], {
    type: [MailTokenData],
    example: undefined,
  })
  mailTokens!: MailTokenData[];

  @Out('Numbers that you brought.', [], { type: [NumberData], example: undefined })
  phoneNumbers!: NumberData[];

  @Out('Invitations to your address, and those that you have sent.', [], {
    type: [InvitationData],
    example: undefined,
  })
  invitations!: InvitationData[];

  @Out('What the trail tells of you, the newest first.', [], {
    type: [EventData],
    example: undefined,
  })
  events!: EventData[];
}
