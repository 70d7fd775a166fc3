import type { FieldError } from './field-messages';

/**
 * Finds the first text that PostgreSQL cannot store: NUL is refused by `text` and `jsonb`, an unpaired
 * surrogate has no UTF-8 form. Both pass `@IsString()` and would end as an error of the database.
 */
export function findUnstorableText(value: unknown, path = ''): FieldError | undefined {
  if (typeof value === 'string') return storable(value) ? undefined : unstorable(path);
  if (value === null || typeof value !== 'object') return undefined;
  for (const [key, entry] of Object.entries(value)) {
    if (!storable(key)) return unstorable(path);
    const found = findUnstorableText(entry, pathTo(key, value, path));
    if (found) return found;
  }
  return undefined;
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
