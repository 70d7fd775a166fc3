import type { Secret } from '../kernel/security/secret';
import { ask, OddAnswer } from './asking';
import type { ProviderOptions, Verdict } from './providers.types';

/** What a key may be made of: the SDK's error about anything else would print it. */
const SENDABLE = /^[\x21-\x7e]+$/;

/** Vapi through its own SDK, which is loaded at the first use: it takes a second and 40 MB. */
export class VapiClient {
  constructor(private readonly options: ProviderOptions) {}

  /** Whether Vapi accepts the key. @throws Problem 502 `provider.unavailable` */
  async verify(apiKey: Secret): Promise<Verdict> {
    const token = apiKey.reveal();
    if (!SENDABLE.test(token)) return 'invalid';
    const { VapiClient: Sdk } = await import('@vapi-ai/server-sdk');
    const { baseUrl, deadline } = this.options;
    return ask({ provider: 'vapi', deadline, refuses }, async (abortSignal) => {
      const sdk = new Sdk({
        token,
        baseUrl,
        timeoutInSeconds: deadline / 1000,
        maxRetries: 0,
        logging: { silent: true },
        fetch: withoutRedirects,
      });
      // The SDK's own deadline ends with the headers; the signal covers the body too.
      const assistants: unknown = await sdk.assistants.list({ limit: 1 }, { abortSignal });
      // What is no JSON does not make the SDK throw.
      if (!Array.isArray(assistants)) throw new OddAnswer();
      return 'valid';
    });
  }
}

/** A key is for the configured address and no other. */
const withoutRedirects: typeof fetch = (input, init) =>
  fetch(input, { ...init, redirect: 'manual' });

/** A 403 that is no JSON comes from something in front of Vapi, and says nothing about the key. */
function refuses(thrown: object): boolean {
  const { statusCode, body } = thrown as { statusCode?: number; body?: unknown };
  return statusCode === 401 || (statusCode === 403 && typeof body === 'object');
}
