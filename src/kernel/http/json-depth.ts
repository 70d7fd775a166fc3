/** The most that is taken of a body, or of a line of a streamed one. */
export const JSON_DEPTH = 32;
export const JSON_VALUES = 50_000;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN = new Set([0x5b, 0x7b]);
const CLOSE = new Set([0x5d, 0x7d]);

/** Whether JSON text nests deeper than `limit`; one pass over the bytes, before anything is parsed or recursed into. */
export function nestsDeeperThan(json: Buffer, limit: number): boolean {
  let depth = 0;
  return scan(json, (byte) => {
    if (OPEN.has(byte)) depth += 1;
    else if (CLOSE.has(byte)) depth -= 1;
    return depth > limit;
  });
}

/** Whether JSON text separates more than `limit` values: each costs far more to check than its two bytes to send. */
export function holdsMoreValuesThan(json: Buffer, limit: number): boolean {
  if (json.length <= 2 * limit) return false;
  let commas = 0;
  return scan(json, (byte) => byte === COMMA && ++commas >= limit);
}

/** Shows every byte outside of strings until `stop` says so. @returns whether it did */
function scan(json: Buffer, stop: (byte: number) => boolean): boolean {
  let quoted = false;
  for (let i = 0; i < json.length; i += 1) {
    const byte = json.readUInt8(i);
    if (quoted) {
      if (byte === BACKSLASH) i += 1;
      else if (byte === QUOTE) quoted = false;
    } else if (byte === QUOTE) quoted = true;
    else if (stop(byte)) return true;
  }
  return false;
}
