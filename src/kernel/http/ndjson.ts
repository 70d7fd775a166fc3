import { isUtf8 } from 'node:buffer';
import type { Readable } from 'node:stream';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FieldCode } from './field-messages';
import { JSON_DEPTH, JSON_VALUES, holdsMoreValuesThan, nestsDeeperThan } from './json-depth';
import { Problem } from './problem';

export const NDJSON = 'application/x-ndjson';
const LONGEST_LINE = 1024 * 1024;
/** Bytes after which others have their turn: checking what is in them takes some milliseconds. */
const AT_A_TIME = 16 * 1024;
const NEW_LINE = 0x0a;
const BYTE_ORDER_MARK = /^\ufeff/;

/** A line that is not blank, counted from 1: what it holds, or what is wrong with it. */
export interface Line {
  readonly number: number;
  readonly bytes: number;
  readonly value?: unknown;
  readonly wrong?: FieldCode;
}

/**
 * JSON line by line, as it arrives and as fast as it is taken. Of a line that is too long nothing is kept.
 * @throws Problem 400 when the client goes before the end
 */
export async function* linesOf(input: Readable): AsyncGenerator<Line> {
  let number = 0;
  let since = 0;
  for await (const bytes of splitLines(input)) {
    number += 1;
    since += bytes?.length ?? AT_A_TIME;
    if (since >= AT_A_TIME) {
      since = 0;
      await nextTurn();
    }
    if (bytes === null) yield { number, bytes: 0, wrong: 'line.too_long' };
    else if (!isBlank(bytes)) yield { number, bytes: bytes.length, ...contentOf(bytes) };
  }
}

/** What stands between line breaks; null for what is too long to be kept. */
async function* splitLines(input: Readable): AsyncGenerator<Buffer | null> {
  let parts: Buffer[] = [];
  let length = 0;
  const finish = () => {
    const line = length > LONGEST_LINE ? null : Buffer.concat(parts);
    [parts, length] = [[], 0];
    return line;
  };
  for await (const chunk of chunksOf(input)) {
    let from = 0;
    for (let at = chunk.indexOf(NEW_LINE); at >= 0; at = chunk.indexOf(NEW_LINE, from)) {
      parts.push(chunk.subarray(from, at));
      length += at - from;
      yield finish();
      from = at + 1;
    }
    length += chunk.length - from;
    if (length > LONGEST_LINE) parts = [];
    else parts.push(chunk.subarray(from));
  }
  if (length > 0) yield finish();
}

/** Whoever stops reading still has an answer to send: with the stream, the connection would be destroyed. */
async function* chunksOf(input: Readable): AsyncGenerator<Buffer> {
  try {
    const chunks = input.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    for await (const chunk of chunks) yield chunk;
  } catch {
    throw new Problem('request.malformed');
  }
}

const isBlank = (line: Buffer) => line.length < 64 && line.toString('latin1').trim() === '';

function contentOf(line: Buffer): Pick<Line, 'value' | 'wrong'> {
  if (!isUtf8(line)) return { wrong: 'line.malformed' };
  if (nestsDeeperThan(line, JSON_DEPTH)) return { wrong: 'line.too_deep' };
  if (holdsMoreValuesThan(line, JSON_VALUES)) return { wrong: 'line.too_many_values' };
  try {
    return { value: JSON.parse(line.toString().replace(BYTE_ORDER_MARK, '')) as unknown };
  } catch {
    return { wrong: 'line.malformed' };
  }
}
