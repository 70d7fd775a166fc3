import {
  Injectable,
  ValidationPipe,
  type ArgumentMetadata,
  type ValidationError,
} from '@nestjs/common';
import { getMetadataStorage } from 'class-validator';
import { told, type FieldError } from './field-messages';
import { Problem } from './problem';
import { findUnstorableText } from './text-check';

/** A client mends a few at a time; a hostile one must not be answered with megabytes. */
const MOST_ERRORS = 20;

/** Checks every body, query and parameter before a handler sees it; unknown fields are refused, not dropped. */
@Injectable()
export class RequestValidationPipe extends ValidationPipe {
  constructor() {
    super({
      whitelist: true,
      forbidNonWhitelisted: true,
      transform: true,
      stopAtFirstError: true,
      exceptionFactory: (errors) =>
        Problem.invalid(...errors.flatMap((error) => fieldErrors(error)).slice(0, MOST_ERRORS)),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type === 'custom') return value;
    const unstorable = findUnstorableText(value, metadata.data ?? '');
    if (unstorable) throw Problem.invalid(unstorable);
    refuseUnknown(value, metadata.metatype);
    if (metadata.type !== 'body') return super.transform(value, metadata);
    if (
      value !== undefined &&
      (value === null || typeof value !== 'object' || Array.isArray(value))
    ) {
      throw Problem.invalid({ field: '(body)', code: 'body.object' });
    }
    return super.transform(value ?? {}, metadata);
  }
}

/** By own keys and before anything is copied: class-transformer and class-validator overlook names such as `toString`. */
function refuseUnknown(value: unknown, dto: ArgumentMetadata['metatype']): void {
  if (dto === undefined || dto === Object || value === null || typeof value !== 'object') return;
  const rules = getMetadataStorage().getTargetValidationMetadatas(dto, '', true, false);
  const known = new Set(rules.map(({ propertyName }) => propertyName));
  const unknown = Object.keys(value).filter((name) => !known.has(name));
  if (unknown.length === 0 || Array.isArray(value)) return;
  const errors = unknown
    .slice(0, MOST_ERRORS)
    .map((field) => ({ field, code: 'field.unknown' }) as const);
  throw Problem.invalid(...errors);
}

function fieldErrors(error: ValidationError, prefix = ''): FieldError[] {
  const field = join(prefix, error.property);
  const nested = (error.children ?? []).flatMap((child) => fieldErrors(child, field));
  const [rule, message] = Object.entries(error.constraints ?? {})[0] ?? [];
  if (rule === undefined || message === undefined) return nested;
  return [own(field, rule, message, error.value), ...nested];
}

function own(field: string, rule: string, message: string, value: unknown): FieldError {
  if (rule === 'whitelistValidation') return { field, code: 'field.unknown' };
  if (value === undefined) return { field, code: 'field.required' };
  return value === null ? { field, code: 'field.null' } : told(field, message);
}

function join(prefix: string, property: string): string {
  if (/^\d+$/.test(property)) return `${prefix}[${property}]`;
  return prefix === '' ? property : `${prefix}.${property}`;
}
