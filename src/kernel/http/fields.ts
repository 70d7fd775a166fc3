import { applyDecorators } from '@nestjs/common';
import { ApiProperty, type ApiPropertyOptions } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  IsArray,
  IsBoolean,
  IsEmail,
  IsIn,
  IsString,
  IsUUID,
  Matches,
  ValidateBy,
  ValidateIf,
} from 'class-validator';
import { tell, type FieldCode, type FieldParams } from './field-messages';
import { isInstant } from './instants';

/** One decorator a field: the rule, the message and the documentation, so that they cannot drift apart. */
interface About {
  readonly description: string;
  readonly example?: unknown;
  readonly optional?: boolean;
  /** `null` is a value of its own (it clears the field). Without this, null is refused. */
  readonly nullable?: boolean;
  readonly default?: unknown;
}
type Range = readonly [min: number, max: number];

function field(about: About, schema: ApiPropertyOptions, ...rules: PropertyDecorator[]) {
  const { optional = false, nullable = false, ...docs } = about;
  const skip = ValidateIf(
    (_, value) => !((optional && value === undefined) || (nullable && value === null)),
  );
  const options = { ...docs, ...schema, required: !optional, ...(nullable ? { nullable } : {}) };
  return applyDecorators(ApiProperty(options as ApiPropertyOptions), skip, ...rules);
}

/** A rule of our own, told by the code of its message. */
export function rule(
  code: FieldCode,
  holds: (value: unknown) => boolean,
  params?: FieldParams,
): PropertyDecorator {
  return ValidateBy({
    name: code,
    validator: { validate: holds, defaultMessage: () => tell(code, params) },
  });
}

/**
 * Text of `min` to `max` characters (code points); blank text is refused when `min` is at least 1.
 * @param counted what of it is counted
 */
export function Text([min, max]: Range, about: About, counted = (text: string) => text) {
  const length = (value: unknown) => {
    if (typeof value !== 'string' || value.length > 4 * max) return false;
    const count = [...counted(value)].length;
    return count >= min && count <= max;
  };
  return field(
    about,
    { type: 'string', minLength: min, maxLength: max },
    IsString({ message: tell('text.type') }),
    rule('text.length', length, { min, max }),
    rule('text.blank', (value) => min === 0 || (value as string).trim() !== ''),
  );
}

/** Ends a line, or turns the text around it: nothing of that belongs into a name. Joiners of letters and emoji do. */
const OFF_THE_LINE = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
/** Mail programs make links of these by themselves. */
const LINK = /:\/\/|^\s*www\./i;

const oneLine = (value: unknown) => typeof value !== 'string' || !OFF_THE_LINE.test(value);

/** A text of one line, such as a label. */
export function Line(range: Range, about: About) {
  const description = `${about.description} One line.`;
  return applyDecorators(Text(range, { ...about, description }), rule('text.line', oneLine));
}

/** What a person or tenant is called: mails show it to people who know neither. */
export function Name(about: About) {
  const noLink = (value: unknown) => typeof value !== 'string' || !LINK.test(value);
  const description = `${about.description} No link.`;
  return applyDecorators(Line([1, 255], { ...about, description }), rule('name.link', noLink));
}

export function Email(about: About) {
  const options = { allow_utf8_local_part: false };
  return field(
    about,
    { type: 'string', format: 'email', maxLength: 254 },
    Transform(({ value }: { value: unknown }) =>
      typeof value === 'string' ? value.trim() : value,
    ),
    IsEmail(options, { message: tell('email.invalid') }),
  );
}

/** Passwords are taken as they are: no trimming, no rules about kinds of characters (NIST SP 800-63B §3.1.1). An é is one, however typed. */
export function Password([min, max]: Range, about: Omit<About, 'example'>) {
  const example = 'correct horse battery staple';
  return Text([min, max], { ...about, example }, (typed) => typed.normalize('NFC'));
}

export function VisibleAscii([min, max]: Range, about: About) {
  return field(
    about,
    { type: 'string', minLength: min, maxLength: max },
    IsString({ message: tell('text.type') }),
    Matches(new RegExp(`^[\\x21-\\x7e]{${min},${max}}$`), {
      message: tell('text.visible_ascii', { min, max }),
    }),
  );
}

export function Pattern(pattern: RegExp, like: string, about: About) {
  return field(
    about,
    { type: 'string', pattern: pattern.source },
    IsString({ message: tell('text.type') }),
    Matches(pattern, { message: tell('text.pattern', { like }) }),
  );
}

export function OneOf(choices: readonly string[], about: About) {
  return field(
    about,
    { type: 'string', enum: [...choices] },
    IsIn(choices, { message: tell('choice.invalid', { choices: choices.join(', ') }) }),
  );
}

export function Flag(about: About) {
  return field(about, { type: 'boolean' }, IsBoolean({ message: tell('boolean.invalid') }));
}

export function Uuid(about: About) {
  return field(
    about,
    { type: 'string', format: 'uuid' },
    IsUUID('all', { message: tell('uuid.invalid') }),
  );
}

export function WholeNumber([min, max]: Range, about: About) {
  const within = (value: unknown) =>
    Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
  return field(
    about,
    { type: 'integer', minimum: min, maximum: max },
    rule('integer.invalid', within, { min, max }),
  );
}

/** A whole number in the query string, where everything arrives as text. */
export function QueryNumber(range: Range, about: About) {
  const parse = ({ value }: { value: unknown }) =>
    typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
  return applyDecorators(Transform(parse), WholeNumber(range, about));
}

export function Amount([min, max]: Range, about: About) {
  const within = (value: unknown) =>
    typeof value === 'number' && Number.isFinite(value) && value >= min && value <= max;
  return field(
    about,
    { type: 'number', minimum: min, maximum: max },
    rule('number.invalid', within, { min, max }),
  );
}

export function Instant(about: About) {
  return field(about, { type: 'string', format: 'date-time' }, rule('instant.invalid', isInstant));
}

/** Texts of one line, in the order they came; one that comes again is left out. */
export function TextList(most: number, [min, max]: Range, about: About) {
  const fits = (value: unknown) =>
    Array.isArray(value) &&
    value.length <= most &&
    value.every(
      (e) => typeof e === 'string' && e.trim() !== '' && e.length >= min && e.length <= max,
    );
  return field(
    about,
    { type: 'array', items: { type: 'string', minLength: min, maxLength: max }, maxItems: most },
    Transform(({ value }: { value: unknown }) =>
      Array.isArray(value) ? [...new Set<unknown>(value)] : value,
    ),
    IsArray({ message: tell('list.invalid', { max: most }) }),
    rule('list.invalid', fits, { max: most }),
    rule('text.line', (value) => !Array.isArray(value) || value.every(oneLine)),
  );
}

/** Free JSON as it was sent: class-transformer copies objects without the names that every object inherits. */
export function asSent(name: string): PropertyDecorator {
  return Transform(({ obj }: { obj: Record<string, unknown> }) => obj[name]);
}

/** A field with a rule of its module's own. */
export function Custom(schema: ApiPropertyOptions, about: About, ...rules: PropertyDecorator[]) {
  return field(about, schema, ...rules);
}

/** A member of an answer; its type is that of the example unless the options say otherwise. */
export function Out(
  description: string,
  example: string | number | boolean | object,
  options: ApiPropertyOptions = {},
) {
  const type = typeof example === 'object' ? undefined : typeof example;
  return ApiProperty({
    description,
    example,
    ...(type ? { type } : {}),
    ...options,
  } as ApiPropertyOptions);
}
