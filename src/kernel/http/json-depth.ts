const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = new Set([0x5b, 0x7b]);
const CLOSE = new Set([0x5d, 0x7d]);

/** Whether JSON text nests deeper than `limit`; one pass over the bytes, before anything is parsed or recursed into. */
export function nestsDeeperThan(json: Buffer, limit: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < json.length; i += 1) {
    const byte = json.readUInt8(i);
    if (quoted) {
      if (byte === BACKSLASH) i += 1;
      else if (byte === QUOTE) quoted = false;
    } else if (byte === QUOTE) quoted = true;
    else if (OPEN.has(byte) && ++depth > limit) return true;
    else if (CLOSE.has(byte)) depth -= 1;
  }
  return false;
}
