import type { Secret } from '../kernel/security/secret';
import { ask, OddAnswer } from './asking';
import type { ProviderOptions, Verdict } from './providers.types';

const ACCOUNT_SID = /^AC[0-9a-fA-F]{32}$/;
const STATUSES: readonly string[] = ['active', 'suspended', 'closed'];

/** Twilio through its own SDK, loaded at the first use. */
export class TwilioClient {
  constructor(private readonly options: ProviderOptions) {}

  /** Whether Twilio accepts the pair and the account can be used. @throws Problem 502 `provider.unavailable` */
  async verify(accountSid: Secret, authToken: Secret): Promise<Verdict> {
    const [sid, token] = [accountSid.reveal(), authToken.reveal()];
    // Such an account there is not. Left to the SDK it throws, or takes what the environment says in its place.
    if (!ACCOUNT_SID.test(sid) || token === '') return 'invalid';
    const { default: twilio } = await import('twilio');
    const { baseUrl, deadline } = this.options;
    return ask({ provider: 'twilio', deadline, refuses }, async (signal) => {
      // One for each request, as it remembers the last one with its credentials.
      const httpClient = new twilio.RequestClient({ timeout: deadline, keepAlive: false });
      // The SDK's time-out is one of silence; the signal ends a body that drips, too.
      httpClient.axios.defaults.signal = signal;
      // Empty texts, because what is left out the SDK takes from the environment.
      const sdk = twilio(sid, token, { httpClient, region: '', edge: '' });
      sdk.api.baseUrl = baseUrl;
      // Its `authToken` is the account's own: nothing but these two leaves here.
      const account = await sdk.api.v2010.accounts(sid).fetch();
      if (account.sid !== sid || !STATUSES.includes(account.status)) throw new OddAnswer();
      return account.status === 'active' ? 'valid' : 'invalid';
    });
  }
}

/** A 403 that is not in Twilio's own form comes from something in front of it, and says nothing about the pair. */
function refuses(thrown: object): boolean {
  const { status, code } = thrown as { status?: number; code?: unknown };
  return status === 401 || (status === 403 && typeof code === 'number');
}
