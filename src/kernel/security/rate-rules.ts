/** So many turns in so many seconds, counted from the first. */
interface RateRule {
  readonly points: number;
  readonly seconds: number;
}

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Everything that is limited, and for whom. Turns count whatever becomes of the request. */
export const rateRules = {
  /** An address tried from one network: what a person who has forgotten the password needs. */
  'login.address_from_network': { points: 20, seconds: 15 * MINUTE },
  /** Logins from one network, for whatever addresses: an office behind one address must still get in. */
  'login.network': { points: 200, seconds: 15 * MINUTE },
  /** An address tried from networks its owner is not logged in from: guessing from many places. */
  'login.address_from_elsewhere': { points: 50, seconds: HOUR },
  'registration.network': { points: 20, seconds: HOUR },
  /** The password asked for again: who stole an access token cannot go on guessing. */
  'password.confirmation': { points: 20, seconds: HOUR },
  /** Mails that a person has sent to the own address, and to a new one, which may be anybody's. */
  'email_verification.resend': { points: 5, seconds: HOUR },
  'email_change.person': { points: 5, seconds: HOUR },
  /** For one address, whether anybody has it or not, from one network: a stranger elsewhere uses up no turn of its owner. */
  'password_reset.address_from_network': { points: 5, seconds: HOUR },
  /** For one address from everywhere: nobody's mailbox is flooded. */
  'password_reset.address': { points: 20, seconds: HOUR },
  /** From one network, for whatever addresses. */
  'password_reset.network': { points: 20, seconds: HOUR },
  /** Tokens of mails that are tried. They cannot be guessed: it bounds what trying costs us. */
  'account_token.network': { points: 60, seconds: HOUR },
  'account.export': { points: 10, seconds: HOUR },
  /** Export, preview and erasure together: each reads every text of the tenant. */
  'caller.search': { points: 60, seconds: HOUR },
  'credential.reveal': { points: 5, seconds: HOUR },
  /** For both providers together. Each turn is a request to a provider, which must not be flooded from here. */
  'credential.verify': { points: 10, seconds: MINUTE },
  /** Each is a mail to somebody who did not ask for it. */
  'invitation.tenant': { points: 50, seconds: DAY },
  'invitation.user': { points: 20, seconds: HOUR },
  /** For one invitation: nobody's mailbox is flooded. */
  'invitation.resend': { points: 5, seconds: DAY },
  /** Looking at, accepting and declining together: one token from one network, and all tokens from there, which may be an office. */
  'invitation.token_from_network': { points: 30, seconds: HOUR },
  'invitation.network': { points: 300, seconds: HOUR },
} as const satisfies Readonly<Record<string, RateRule>>;

export type RateRuleName = keyof typeof rateRules;
