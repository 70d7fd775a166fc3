import {
  parsePhoneNumberWithError,
  ParseError,
  validatePhoneNumberLength,
  type CountryCode,
} from 'libphonenumber-js';
import type { FieldCode } from '../kernel/http/field-messages';
import { Problem } from '../kernel/http/problem';

const reasons: Readonly<Record<string, FieldCode>> = {
  NOT_A_NUMBER: 'phone.not_a_number',
  INVALID_COUNTRY: 'phone.country_missing',
  TOO_SHORT: 'phone.too_short',
  INVALID_LENGTH: 'phone.too_short',
  TOO_LONG: 'phone.too_long',
};

/** A number written in any usual form, as E.164. @throws Problem 400 that says why it is none */
export function toE164(written: string, country?: string): string {
  const parsed = parse(written, country);
  if (parsed.isValid()) return parsed.number;
  const code = reasons[validatePhoneNumberLength(parsed.number) ?? ''] ?? 'phone.unassigned';
  throw Problem.invalid({ field: 'number', code });
}

function parse(written: string, country?: string) {
  try {
    const options = country === undefined ? {} : { defaultCountry: country as CountryCode };
    // Narrow no-break spaces, as French typography sets them, and full-width forms become plain ones.
    return parsePhoneNumberWithError(written.normalize('NFKC'), options);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw Problem.invalid({
      field: 'number',
      code: reasons[error.message] ?? 'phone.not_a_number',
    });
  }
}
