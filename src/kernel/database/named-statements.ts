import type { ClientBase } from 'pg';

/** How many texts may have a name: each is kept, with its plan, by every connection. */
const MOST_NAMED = 64;
/** A text that comes once, as lists with rare filters do, is not worth a name. */
const TIMES = 3;
const MOST_COUNTED = 1000;

/**
 * Before a statement that is planned for the tenant and the period that it is asked for, each time: a plan for all of them,
 * as PostgreSQL makes one for what has a name, takes the largest tenant for an average one.
 */
export const PLANNED_ANEW = '/* planned anew */';

const names = new Map<string, string>();
const counts = new Map<string, number>();
const direct = new WeakSet<object>();

/**
 * Named statements are parsed once a connection. Only where PostgreSQL itself is at the other end: a pooler, which gives
 * each transaction another server connection, shows by a process id that is not the server's.
 */
export async function meetServer(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const { processID } = client as unknown as { processID: number };
  if (rows[0]?.pid === processID) direct.add(client);
}

/** @returns the name of the statement for this connection; empty when it goes without */
export function nameOf(client: ClientBase, text: string): string {
  return direct.has(client) ? (names.get(text) ?? counted(text)) : '';
}

function counted(text: string): string {
  if (names.size >= MOST_NAMED || text.startsWith(PLANNED_ANEW)) return '';
  const times = (counts.get(text) ?? 0) + 1;
  if (times < TIMES) {
    if (counts.size >= MOST_COUNTED) counts.clear();
    counts.set(text, times);
    return '';
  }
  counts.delete(text);
  const name = `ava_${names.size + 1}`;
  names.set(text, name);
  return name;
}
