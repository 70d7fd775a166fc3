export type Provider = 'vapi' | 'twilio';
export type Verdict = 'valid' | 'invalid';

export interface ProviderOptions {
  readonly baseUrl: string;
  /** Milliseconds for a request with its answer. */
  readonly deadline: number;
}
