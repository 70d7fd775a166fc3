import {
  Injectable,
  ValidationPipe,
  type ArgumentMetadata,
  type ValidationError,
} from '@nestjs/common';
import { told, type FieldError } from './field-messages';
import { Problem } from './problem';
import { findUnstorableText } from './text-check';

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
        Problem.invalid(...errors.flatMap((error) => fieldErrors(error))),
    });
  }

  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    if (metadata.type === 'custom') return value;
    const unstorable = findUnstorableText(value, metadata.data ?? '');
    if (unstorable) throw Problem.invalid(unstorable);
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
