import type { Job } from '../jobs/jobs.types';

/** What each template says beside its own words. Names may be what somebody typed: they are escaped where they are put. */
export interface LetterValues {
  readonly invitation: {
    readonly inviter: string;
    readonly tenant: string;
    readonly role: 'owner' | 'admin' | 'member';
    readonly expiresAt: Date;
  };
  readonly 'verify-email': { readonly expiresAt: Date };
  readonly 'password-reset': { readonly expiresAt: Date };
  readonly 'password-changed': { readonly at: Date };
  readonly 'email-change': { readonly expiresAt: Date };
  readonly 'email-changed': { readonly at: Date };
}

export type Template = keyof LetterValues;
export type Locale = 'en' | 'fr';

/** A mail as it is when it is sent. */
export interface Letter<T extends Template = Template> {
  readonly to: string;
  readonly locale: Locale;
  readonly values: LetterValues[T];
  /** Made by `Mail.link`. */
  readonly link: string;
}

/**
 * Reads what the letter needs at the moment of sending, through `TenantDb.job` or `IdentityDb`.
 * @returns null when it is no longer wanted: revoked, used, superseded
 */
export type LoadLetter<T extends Template> = (job: Job, id: string) => Promise<Letter<T> | null>;

/** Told what became of a mail: taken by the mail server, or given up. May be told twice. */
export type FollowLetter = (job: Job, outcome: 'sent' | 'failed') => Promise<void>;
