import type { EntityManager } from 'typeorm';
import { folded, wordsIn, type Term, type Word } from './call-search';

/** Characters of a transcript in which matches are shown; it is searched to its end. */
export const TEXT_SHOWN = 20_000;
const SNIPPET = 200;
const LEAD = 60;

/** A stretch of plain text, and whether it is what was searched for. */
export interface Part {
  readonly text: string;
  readonly match: boolean;
}
type Span = Pick<Word, 'start' | 'end'>;

/** Finds in a text what a search has found it by. */
export class Highlighter {
  private constructor(
    private readonly words: ReadonlySet<string>,
    private readonly prefixes: readonly string[],
    private readonly phrases: readonly (readonly string[])[],
    private readonly read: Reading,
  ) {}

  /** The database is asked which of the words in these texts are forms of those searched for, so that both always agree. */
  static async of(
    em: EntityManager,
    terms: readonly Term[],
    texts: readonly (string | null)[],
  ): Promise<Highlighter> {
    const shown = terms.filter(({ excluded }) => !excluded);
    const plain = shown.filter(({ exact, prefix }) => !exact && !prefix).map(wordsOf);
    const exact = shown.filter((term) => term.exact).map((term) => wordsOf(term).map(folded));
    const prefixes = shown.filter(({ prefix }) => prefix).map((term) => wordsOf(term).at(-1) ?? '');
    const read = new Reading(texts);
    const forms = await formsOf(em, plain.flat(), read);
    return new Highlighter(forms, prefixes.map(folded), exact, read);
  }

  /** Some text around the first match, or nothing where there is none. */
  show(text: string | null): Part[] | undefined {
    if (text === null) return undefined;
    const words = this.read.wordsOf(text);
    const from = words.findIndex((_, i) => this.spanAt(words, i));
    const first = this.spanAt(words, from);
    if (!first) return undefined;
    const window = windowOf(words, first);
    const after = words.slice(from).findIndex(({ start }) => start >= window.to);
    const inside = words.slice(from, after < 0 ? undefined : from + after);
    const spans = inside.flatMap((_, i) => this.spanAt(words, from + i) ?? []);
    return snippet(text, window, spans);
  }

  private spanAt(words: readonly Word[], i: number): Span | undefined {
    const word = words[i];
    if (!word) return undefined;
    const { start, end, text } = word;
    const plain = this.read.fold(text);
    if (this.words.has(text) || this.prefixes.some((prefix) => plain.startsWith(prefix)))
      return { start, end };
    const phrase = this.phrases.find((one) =>
      one.every((w, at) => this.read.fold(words[i + at]?.text ?? '') === w),
    );
    return phrase && { start, end: words[i + phrase.length - 1]?.end ?? end };
  }
}

/** The words of some texts, each text read and each word folded once: that was most of what a search cost the event loop. */
class Reading {
  private readonly texts: ReadonlyMap<string, readonly Word[]>;
  private readonly folds = new Map<string, string>();

  constructor(texts: readonly (string | null)[]) {
    this.texts = new Map(texts.flatMap((text) => (text === null ? [] : [[text, wordsIn(text)]])));
  }

  wordsOf(text: string): readonly Word[] {
    return this.texts.get(text) ?? wordsIn(text);
  }

  /** Words that begin with one of these letters. */
  beginningWith(initials: ReadonlySet<string>): string[] {
    const all = new Set([...this.texts.values()].flatMap((words) => words.map(({ text }) => text)));
    return [...all].filter((word) => initials.has(this.fold(word).charAt(0)));
  }

  fold(word: string): string {
    const known = this.folds.get(word);
    if (known !== undefined) return known;
    const plain = folded(word);
    this.folds.set(word, plain);
    return plain;
  }
}

const wordsOf = ({ words }: Term) => wordsIn(words).map(({ text }) => text);

/** Stems keep the first letter, so only words that begin alike are asked about. */
async function formsOf(
  em: EntityManager,
  searched: readonly string[],
  read: Reading,
): Promise<ReadonlySet<string>> {
  if (searched.length === 0) return new Set();
  const initials = new Set(searched.map((word) => folded(word).charAt(0)));
  const rows = await em.query<{ word: string }[]>(
    `SELECT w AS word FROM unnest($1::text[]) AS w
      WHERE ava.word_forms(lower(w)) && (SELECT array_agg(form) FROM unnest($2::text[]) AS s, unnest(ava.word_forms(lower(s))) AS form)`,
    [read.beginningWith(initials), searched],
  );
  return new Set(rows.map(({ word }) => word));
}

interface Window {
  readonly from: number;
  readonly to: number;
}

/** Whole words around the first match, as many as a snippet takes. */
function windowOf(words: readonly Word[], first: Span): Window {
  const from = words.find(({ start }) => start >= first.start - LEAD)?.start ?? first.start;
  const last = words.findLast(({ end }) => end <= from + SNIPPET)?.end ?? first.end;
  return { from, to: Math.max(last, Math.min(first.end, from + SNIPPET)) };
}

function snippet(text: string, { from, to }: Window, spans: readonly Span[]): Part[] {
  const parts: Part[] = [];
  let at = from;
  const add = (end: number, match: boolean) => {
    if (end > at) parts.push({ text: text.slice(at, end), match });
    at = Math.max(at, end);
  };
  for (const span of spans) {
    add(span.start, false);
    add(Math.min(span.end, to), true);
  }
  add(to, false);
  return ellipses(parts, { before: from > 0, after: to < text.trimEnd().length });
}

function ellipses(parts: Part[], { before, after }: { before: boolean; after: boolean }): Part[] {
  const dots = { text: '…', match: false };
  return [...(before ? [dots] : []), ...parts, ...(after ? [dots] : [])];
}
