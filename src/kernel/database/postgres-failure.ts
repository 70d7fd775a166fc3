import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** What happened and what to do about it. Neither part ever holds a password. */
export class EmbeddedPostgresFailure extends Error {
  override readonly name = 'EmbeddedPostgresFailure';
  constructor(
    readonly what: string,
    readonly remedy: string,
    cause?: unknown,
  ) {
    super(`${what}\n${remedy}`, { cause });
  }
}

/** Any error as a failure that also shows what PostgreSQL itself said since `offset`. */
export function explain(error: unknown, log: string, offset: number): EmbeddedPostgresFailure {
  const known = error instanceof EmbeddedPostgresFailure ? error : undefined;
  const what = known?.what ?? `Embedded PostgreSQL failed: ${(error as Error).message}`;
  const remedy =
    known?.remedy ??
    'Set DATABASE_URL to a PostgreSQL of your own, or remove the cause and start again.';
  const lines = readLog(log, offset).trimEnd().split('\n').slice(-20);
  const tail = lines[0] ? `\nThe last lines of ${log}:\n${lines.join('\n')}` : '';
  return new EmbeddedPostgresFailure(what, remedy + tail, error);
}

export function sizeOf(file: string): number {
  return withFile(file, (fd) => fstatSync(fd).size) ?? 0;
}

/** At most the last 64 KiB after `offset`. */
export function readLog(file: string, offset: number): string {
  const text = withFile(file, (fd) => {
    const { size } = fstatSync(fd);
    const from = Math.max(offset, size - 65_536);
    const buffer = Buffer.alloc(Math.max(0, size - from));
    return buffer.toString('utf8', 0, readSync(fd, buffer, 0, buffer.length, from));
  });
  return text ?? '';
}

function withFile<T>(file: string, use: (fd: number) => T): T | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(file, 'r');
    return use(fd);
  } catch {
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}
