import Negotiator from 'negotiator';
import type { IncomingHttpHeaders } from 'node:http';
import type { Locale } from './problem-catalogue';

/** English unless Accept-Language prefers French. */
export function localeOf(headers: IncomingHttpHeaders): Locale {
  return new Negotiator({ headers }).language(['en', 'fr']) === 'fr' ? 'fr' : 'en';
}
