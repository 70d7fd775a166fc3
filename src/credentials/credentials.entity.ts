import { Column, Entity, PrimaryColumn, type ValueTransformer } from 'typeorm';
import { Secret } from '../kernel/security/secret';

/** Carries a Secret between entity and driver; sealing is the subscriber's, so no key is known here. */
const sealedText: ValueTransformer = {
  to(value: unknown): unknown {
    if (value instanceof Secret) return value.stored;
    if (typeof value === 'string')
      throw new TypeError('A credential column takes a Secret, never text.');
    return value;
  },
  from: (stored: string | null) => (stored === null ? null : Secret.fromStored(stored)),
};

export type StoredStatus = 'unverified' | 'valid' | 'invalid';

/** The credential columns of a user's row: an entity of their own, so that no other read or save touches them. */
@Entity('users')
export class UserCredentials {
  @PrimaryColumn('uuid')
  id!: string;

  @Column({ name: 'vapi_api_key', type: 'text', nullable: true, transformer: sealedText })
  vapiApiKey!: Secret | null;

  @Column({ name: 'vapi_updated_at', type: 'timestamptz', nullable: true })
  vapiUpdatedAt!: Date | null;

  @Column({ name: 'vapi_verified_at', type: 'timestamptz', nullable: true })
  vapiVerifiedAt!: Date | null;

  @Column({ name: 'vapi_status', type: 'text' })
  vapiStatus!: StoredStatus;

  @Column({ name: 'twilio_account_sid', type: 'text', nullable: true, transformer: sealedText })
  twilioAccountSid!: Secret | null;

  @Column({ name: 'twilio_auth_token', type: 'text', nullable: true, transformer: sealedText })
  twilioAuthToken!: Secret | null;

  @Column({ name: 'twilio_updated_at', type: 'timestamptz', nullable: true })
  twilioUpdatedAt!: Date | null;

  @Column({ name: 'twilio_verified_at', type: 'timestamptz', nullable: true })
  twilioVerifiedAt!: Date | null;

  @Column({ name: 'twilio_status', type: 'text' })
  twilioStatus!: StoredStatus;
}

/** Property → where its sealed value belongs. */
export const credentialColumns = {
  vapiApiKey: 'users.vapi_api_key',
  twilioAccountSid: 'users.twilio_account_sid',
  twilioAuthToken: 'users.twilio_auth_token',
} as const satisfies Partial<Record<keyof UserCredentials, string>>;
