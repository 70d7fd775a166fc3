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
