import type { LetterValues, Locale, Template } from './mail.types';

/** The words of one template in one language. Plain text throughout; `render.ts` makes a mail of it. */
export interface Words {
  readonly subject: string;
  readonly paragraphs: readonly string[];
  /** What the link does, up to the colon before it. */
  readonly action: string;
  readonly ending: string;
}

export type Texts = { readonly [T in Template]: (values: LetterValues[T]) => Words };

/** "31 January 2026 at 09:30 UTC": where the reader is, is not known. */
export function told(at: Date, locale: Locale): string {
  const format = new Intl.DateTimeFormat(locale === 'fr' ? 'fr-FR' : 'en-GB', {
    dateStyle: 'long',
    timeStyle: 'short',
    timeZone: 'UTC',
  });
  return `${format.format(at)} UTC`;
}
