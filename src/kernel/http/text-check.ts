import type { FieldError } from './field-messages';

/** Nest drops keys of these names from every body; better refused than dropped. */
const RESERVED = new Set(['__proto__', 'constructor', 'prototype']);

/** JSON numbers that JavaScript would change on the way: 1e400, and long rows of digits beyond 2^53 such as ids. */
const exact = (value: number) =>
  Number.isFinite(value) &&
  (!Number.isInteger(value) || Number.isSafeInteger(value) || Math.abs(value) >= 1e21);

/**
 * Finds the first text that PostgreSQL cannot store: NUL is refused by `text` and `jsonb`, an unpaired
 * surrogate has no UTF-8 form. Both pass `@IsString()` and would end as an error of the database.
 */
export function findUnstorableText(value: unknown, path = ''): FieldError | undefined {
  if (typeof value === 'string') return storable(value) ? undefined : unstorable(path);
  if (typeof value === 'number') {
    return exact(value) ? undefined : { field: path, code: 'number.inexact' };
  }
  if (value === null || typeof value !== 'object') return undefined;
  return findWithin(value, path);
}

function findWithin(parent: object, path: string): FieldError | undefined {
  for (const [key, entry] of Object.entries(parent)) {
    const found =
      wrongName(key, parent, path) ?? findUnstorableText(entry, pathTo(key, parent, path));
    if (found) return found;
  }
  return undefined;
}

function wrongName(key: string, parent: object, path: string): FieldError | undefined {
  if (!storable(key)) return unstorable(path);
  return RESERVED.has(key)
    ? { field: pathTo(key, parent, path), code: 'name.reserved' }
    : undefined;
}

function pathTo(key: string, parent: object, path: string): string {
  if (Array.isArray(parent)) return `${path}[${key}]`;
  return path === '' ? key : `${path}.${key}`;
}

function storable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0');
}

function unstorable(path: string): FieldError {
  return { field: path === '' ? '(root)' : path, code: 'text.characters' };
}
