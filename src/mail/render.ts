import { english } from './letters-en';
import { french } from './letters-fr';
import type { Texts, Words } from './letters';
import type { Letter, LetterValues, Locale, Template } from './mail.types';

/** A letter in words: what goes out, and nothing that a reader would have to fetch. */
export interface Rendered {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const LONGEST_NAME = 80;
/** Mail programs cut longer ones, and some servers refuse a mail for them. */
const LONGEST_SUBJECT = 150;
const texts: Readonly<Record<Locale, Texts>> = { en: english, fr: french };

export function render<T extends Template>(template: T, letter: Letter<T>): Rendered {
  const { locale, values, link } = letter;
  const words = texts[locale][template](tamed(values));
  return {
    subject: shortened(words.subject, LONGEST_SUBJECT),
    text: textOf(words, link),
    html: htmlOf(words, { link, locale }),
  };
}

/** A name is one short line: it can neither begin another header nor pass for a paragraph of ours. */
function tamed<V extends LetterValues[Template]>(values: V): V {
  const entries = Object.entries(values).map(([name, value]: [string, unknown]) => [
    name,
    typeof value === 'string' ? oneLine(value) : value,
  ]);
  return Object.fromEntries(entries) as V;
}

function oneLine(text: string): string {
  const line = text.replace(/[\p{C}\p{Z}]+/gu, ' ').trim();
  return shortened(line, LONGEST_NAME);
}

function shortened(line: string, most: number): string {
  const letters = [...line];
  return letters.length > most ? `${letters.slice(0, most).join('')}…` : line;
}

function textOf({ paragraphs, action, ending }: Words, link: string): string {
  return [...paragraphs, `${action}\n${link}`, ending, '-- \nAva'].join('\n\n') + '\n';
}

/** The link stands there as it is: one that hides behind a label cannot be checked before it is followed. */
function htmlOf({ paragraphs, action, ending }: Words, about: { link: string; locale: string }) {
  const link = escaped(about.link);
  const p = (html: string) => `<p style="margin:0 0 16px">${html}</p>`;
  return [
    `<!doctype html><html lang="${about.locale}"><head><meta charset="utf-8"></head>`,
    '<body style="font:16px/1.5 sans-serif;color:#222;max-width:560px;margin:24px">',
    ...paragraphs.map((paragraph) => p(escaped(paragraph))),
    p(`<strong>${escaped(action)}</strong><br><a href="${link}">${link}</a>`),
    p(escaped(ending)),
    '<p style="color:#777">Ava</p></body></html>',
  ].join('\n');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => entities[sign] ?? sign);
}
