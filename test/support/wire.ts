import type { IncomingMessage } from 'node:http';
import type { Client, Connection, QueryArrayResult, QueryResult } from 'pg';

/** How often the connection asked PostgreSQL to answer while `work` ran. */
export async function syncsDuring(client: Client, work: () => Promise<unknown>): Promise<number> {
  const { connection } = client as unknown as { connection: Connection & { sync(): void } };
  const sync = connection.sync.bind(connection);
  let count = 0;
  connection.sync = () => {
    count += 1;
    sync();
  };
  await work();
  connection.sync = sync;
  return count;
}

/** What of an answer a caller can see. */
export const told = ({ command, rowCount, rows, fields }: QueryArrayResult | QueryResult) => ({
  command,
  rowCount,
  rows: rows as unknown[],
  fields: fields.map(({ name, dataTypeID }) => [name, dataTypeID]),
});

/** What arrives until the answer ends or breaks off. */
export async function rest(answer: IncomingMessage): Promise<{ text: string; whole: boolean }> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of answer) chunks.push(chunk as Buffer);
  } catch {
    // Broken off: `complete` tells.
  }
  return { text: Buffer.concat(chunks).toString(), whole: answer.complete };
}
