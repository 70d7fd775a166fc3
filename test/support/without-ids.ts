import type { Answer } from './client';

/**
 * What two answers must have in common, byte for byte: all but the date, the request id, the id that was asked for, and the
 * MAC over it that confirms a deletion.
 */
export function withoutIds({ status, text, headers }: Omit<Answer, 'body'>, id: string) {
  const { 'x-request-id': requestId, date, ...rest } = headers as Record<string, string>;
  return {
    status,
    text: text
      .replaceAll(id, 'ID')
      .replaceAll(requestId ?? '', 'REQUEST')
      .replace(/(?<="confirm":")[\w-]{30}(?=")/, 'MAC'),
    headers: rest,
  };
}
