import { parsePhoneNumberFromString } from 'libphonenumber-js';
import { Problem } from '../kernel/http/problem';

/** A caller's number with everything it is found by. */
export interface CallerNumber {
  /** The same for each way to write it. */
  readonly canonical: string;
  /** The digits of a customer that is this number, also as the earlier system wrote it. */
  readonly digits: readonly string[];
  /** For PostgreSQL: whatever holds the number matches, and more; null when it cannot be told from other digits. */
  readonly roughly: string | null;
  /** The same for LIKE, which is many times faster and lets few texts through to the pattern. */
  readonly inOrder: string | null;
  /** The number in a text. */
  readonly written: RegExp | null;
}

/** Fewer digits are a year or a price as well as a number: they count with `+` or `00` before them only. */
const TELLING = 7;
const GAP = '[\\s.()/\\-\\u2010-\\u2015\\u2212]{0,3}';
/** In JSON, a line break between two digits is a backslash and a letter. */
const ROUGH_GAP = '(?:[^0-9A-Za-z]|\\\\[nrt])*';
const PREFIX = `(?:\\+|00|011)${GAP}`;

/** @throws Problem 400 when that is no number */
export function callerNumber(text: string): CallerNumber {
  const plain = text.normalize('NFKC').trim();
  const digits = plain.replace(/\D/g, '');
  if (digits.length < 3 || digits.length > 20 || /[^\d\s+.()/\-\u2010-\u2015\u2212]/.test(plain)) {
    throw Problem.invalid({ field: 'number', code: 'phone.not_a_number' });
  }
  const international = /^\(?\+/.test(plain) ? digits : /^00([1-9]\d*)$/.exec(digits)?.[1];
  if (international === undefined) return literal(digits, '');
  return worldwide(international) ?? literal(international, PREFIX);
}

/** With its country: as dialled from abroad and at home, and with both, as in `+33 (0)6`. */
function worldwide(international: string): CallerNumber | null {
  const parsed = parsePhoneNumberFromString(`+${international}`);
  if (!parsed?.isPossible()) return null;
  const { countryCallingCode: country, nationalNumber, number } = parsed;
  const home = parsed.formatNational().replace(/\D/g, '');
  const full = `${country}${nationalNumber}`;
  const atHome = [...new Set([home, nationalNumber])].filter((it) => it.length >= TELLING);
  const forms = [
    `(?:${PREFIX})?${spaced(country)}${GAP}(?:0${GAP})?${spaced(nationalNumber)}`,
    ...atHome.map(spaced),
  ];
  return {
    canonical: number,
    digits: [full, `00${full}`, `011${full}`, `${country}0${nationalNumber}`, ...atHome],
    roughly: [...nationalNumber].join(ROUGH_GAP),
    inOrder: inOrder(nationalNumber),
    written: pattern(forms),
  };
}

/** Without a known country: these digits and no others. */
function literal(digits: string, prefix: string): CallerNumber {
  const optional = digits.length >= TELLING;
  const found = optional || prefix !== '';
  const before = optional && prefix !== '' ? `(?:${prefix})?` : prefix;
  return {
    canonical: prefix === '' ? digits : `+${digits}`,
    digits: prefix === '' ? [digits] : [digits, `00${digits}`, `011${digits}`],
    roughly: found ? [...digits].join(ROUGH_GAP) : null,
    inOrder: found ? inOrder(digits) : null,
    written: found ? pattern([`${before}${spaced(digits)}`]) : null,
  };
}

const inOrder = (digits: string) => `%${[...digits].join('%')}%`;
const spaced = (digits: string) => [...digits].join(GAP);
const pattern = (forms: string[]) => new RegExp(`(?<!\\d)(?:${forms.join('|')})(?!\\d)`, 'gu');
