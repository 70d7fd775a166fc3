const MASK = '[erased]';

const DEEPEST = 40;

/** @returns the same value when the number is not in it */
export function maskText<T extends string | null>(text: T, number: RegExp): T | string {
  return text === null ? text : text.replace(number, MASK);
}

/** In every text, name and whole number of what was sent as JSON. */
export function maskJson(value: unknown, number: RegExp, depth = 0): unknown {
  if (typeof value === 'string') return maskText(value, number);
  if (Number.isInteger(value)) return maskText(String(value), number) === MASK ? MASK : value;
  if (typeof value !== 'object' || value === null || depth > DEEPEST) return value;
  if (Array.isArray(value)) return value.map((one) => maskJson(one, number, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      maskText(name, number),
      maskJson(one, number, depth + 1),
    ]),
  );
}

/** What stands around the number in a text, for whoever has a right to know what is kept of it. */
export function excerpts(text: string, number: RegExp): string[] {
  return [...text.matchAll(number)].slice(0, MOST).map(({ index, 0: found }) => {
    const from = Math.max(0, index - AROUND);
    return text.slice(from, index + found.length + AROUND).toWellFormed();
  });
}

const AROUND = 80;
const MOST = 20;
