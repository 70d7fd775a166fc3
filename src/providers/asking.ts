import { Problem } from '../kernel/http/problem';
import type { Provider, Verdict } from './providers.types';

/** Thrown inside `ask` for an answer that no provider of this API gives. */
export class OddAnswer extends Error {
  override readonly name = 'OddAnswer';
}

/** The last two are what SDKs throw when they meet one. */
const ODD: readonly string[] = ['OddAnswer', 'SyntaxError', 'TypeError'];

interface Question {
  readonly provider: Provider;
  readonly deadline: number;
  /** Whether what the SDK threw is the provider refusing the credentials. */
  readonly refuses: (thrown: object) => boolean;
}

/**
 * One request through an SDK. What an SDK throws may hold the credentials (headers, or a body that repeats them), so none
 * of it goes on: no message, no cause. @throws Problem 502 `provider.unavailable`
 */
export async function ask(
  { provider, deadline, refuses }: Question,
  request: (signal: AbortSignal) => Promise<Verdict>,
): Promise<Verdict> {
  const signal = AbortSignal.timeout(deadline);
  let thrown: object;
  try {
    return await request(signal);
  } catch (error) {
    thrown = error as object;
  }
  if (refuses(thrown)) return 'invalid';
  throw new Problem('provider.unavailable', {
    members: { provider, reason: reasonOf(thrown, signal) },
  });
}

/** Of a fixed set, so that it can be told and logged. */
function reasonOf(thrown: object, signal: AbortSignal): string {
  if (signal.aborted) return 'timeout';
  const { name, statusCode, status = statusCode } = thrown as Record<string, unknown>;
  if (typeof status === 'number') return `status_${status}`;
  return ODD.includes(String(name)) ? 'answer' : 'connection';
}
