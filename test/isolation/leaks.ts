import type { Answer } from '../support/client';

/** Every text of Bob that an answer holds, in its body, its headers, or encoded in a token or cursor. */
export function leaksOf(
  { text, headers }: Pick<Answer, 'text' | 'headers'>,
  { markers, asked }: { markers: ReadonlyMap<string, string>; asked: string },
): string[] {
  // The caller named the id himself: the path is told back to him, here and nowhere else.
  const told = text.replace(`"instance":${JSON.stringify(asked.split('?', 1)[0])}`, '');
  const said = readable(`${JSON.stringify(headers)}\n${told}`);
  return [...markers]
    .filter(([marker]) => said.includes(marker))
    .map(([marker, place]) => `holds ${marker} of Bob (${place})`);
}

/** The text, and what its base64 words say. */
function readable(text: string): string {
  const words = text.match(/[\w+/-]{20,}/g) ?? [];
  return [text, ...words.map((word) => Buffer.from(word, 'base64url').toString('latin1'))].join(
    '\n',
  );
}
