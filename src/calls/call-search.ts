import { Problem } from '../kernel/http/problem';

/** What a search asks for, as the database takes it (`ava.call_query`). */
export interface Term {
  readonly words: string;
  /** In quotation marks: these words in this order, as they are written. */
  readonly exact: boolean;
  readonly prefix: boolean;
  readonly excluded: boolean;
}

const MOST_TERMS = 10;
const SHORTEST_PREFIX = 3;
const term = /(-?)(?:["“”«»]([^"“”«»]*)["“”«»]?|([^\s"“”«»]+))/gu;
const letter = /[\p{L}\p{N}]/gu;

/** Every text is understood: what is no operator is a word, and what has neither letter nor digit is nothing. */
export function termsOf(q: string): Term[] {
  return [...q.normalize('NFC').matchAll(term)]
    .map(([, minus, phrase, word = '']) => ({
      words: phrase ?? word,
      exact: phrase !== undefined,
      prefix: phrase === undefined && word.endsWith('*'),
      excluded: minus === '-',
    }))
    .filter(({ words }) => lettersIn(words) > 0);
}

export type SearchFault = 'search.nothing' | 'search.terms' | 'search.prefix';

/** Why these terms are not searched for. */
export function faultOf(terms: readonly Term[]): SearchFault | null {
  if (terms.every(({ excluded }) => excluded)) return 'search.nothing';
  if (terms.length > MOST_TERMS) return 'search.terms';
  const short = ({ prefix, words }: Term) => prefix && lettersIn(lastWord(words)) < SHORTEST_PREFIX;
  return terms.some(short) ? 'search.prefix' : null;
}

/** @throws Problem 400 that tells why this is not searched for */
export function searchFor(q: string): Term[] {
  const terms = termsOf(q);
  const fault = faultOf(terms);
  if (fault !== null) throw Problem.invalid({ field: 'q', code: fault });
  return terms;
}

/** Of `rendez-v*` the `v`: that is what other letters may follow. */
function lastWord(words: string): string {
  return wordsIn(words).at(-1)?.text ?? '';
}

function lettersIn(text: string): number {
  return text.match(letter)?.length ?? 0;
}

export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Words as the index has them: letters, their marks and digits; everything else stands between words. */
export function wordsIn(text: string): Word[] {
  return [...text.matchAll(/[\p{L}\p{M}\p{N}]+/gu)].map(({ 0: found, index }) => ({
    text: found,
    start: index,
    end: index + found.length,
  }));
}

/** As `ava.fold`, after lower case: two spellings that differ by accents are one word. */
export function folded(word: string): string {
  return word
    .toLowerCase()
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll('œ', 'oe')
    .replaceAll('æ', 'ae')
    .replaceAll('ß', 'ss');
}
