import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Client } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { withClient } from './postgres';
import type { Random } from './random';
import { Transcripts } from './transcripts';

interface Content {
  readonly tenants: readonly string[];
  /** Calls of each of them. */
  readonly sizes: readonly number[];
  readonly random: Random;
}

const COLUMNS = `tenant_id, id, customer, transcript, summary, status, direction, started_at, ended_at, created_at,
  updated_at, duration_seconds, ended_reason, cost, provider, provider_call_id`;
const ROWS_A_CHUNK = 100;
const FIRST = Date.UTC(2024, 0, 1);
const LAST = Date.UTC(2026, 0, 1);

/** Writes the calls in the order of time, those of all tenants mixed, as they lie in a database that has grown. */
export async function copyCalls(url: string, content: Content): Promise<void> {
  await withClient(url, async (client) => {
    await client.query('SET statement_timeout = 0');
    await client.query(`SET maintenance_work_mem = '512MB'`);
    const indexes = await dropIndexes(client);
    // Without triggers: the words of calls and the events of changes are no part of what is measured by the page.
    await client.query('SET session_replication_role = replica');
    const stream = client.query(copyFrom(`COPY calls (${COLUMNS}) FROM STDIN`));
    await pipeline(Readable.from(chunks(content)), stream);
    await client.query('SET session_replication_role = origin');
    for (const index of indexes) await client.query(index);
    await client.query('VACUUM (ANALYZE) calls');
    await client.query('ANALYZE');
    await client.query('CHECKPOINT');
  });
}

/** An index is made in a fraction of the time that filling it row by row takes. @returns how to make them again */
async function dropIndexes(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string; definition: string }>(
    `SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index i
      WHERE indrelid = 'calls'::regclass
        AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)`,
  );
  for (const { name } of rows) await client.query(`DROP INDEX ${name}`);
  return rows.map(({ definition }) => definition);
}

function* chunks({ tenants, sizes, random }: Content): Generator<Buffer> {
  const order = shuffled(sizes, random);
  const step = (LAST - FIRST) / order.length;
  const transcripts = new Transcripts(random);
  let lines: string[] = [];
  for (const [i, tenant] of order.entries()) {
    const startedAt = Math.floor(FIRST + i * step);
    lines.push(row(tenants[tenant] ?? '', startedAt, { random, transcripts }));
    if (lines.length === ROWS_A_CHUNK) {
      yield Buffer.from(lines.join(''));
      lines = [];
    }
  }
  if (lines.length > 0) yield Buffer.from(lines.join(''));
}

/** The tenant of each call. */
function shuffled(sizes: readonly number[], random: Random): Uint16Array {
  const order = Uint16Array.from(
    sizes.flatMap((size, tenant) => new Array<number>(size).fill(tenant)),
  );
  for (let i = order.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    const [a = 0, b = 0] = [order[i], order[j]];
    order[i] = b;
    order[j] = a;
  }
  return order;
}

/** One line of COPY's text format; no value holds a tab, a line break or a backslash. */
function row(
  tenant: string,
  startedAt: number,
  { random, transcripts }: { random: Random; transcripts: Transcripts },
): string {
  const id = random.uuid();
  const seconds = 20 + random.below(900);
  const began = new Date(startedAt).toISOString();
  const ended = new Date(startedAt + seconds * 1000).toISOString();
  const columns = [
    tenant,
    id,
    `+336${String(10_000_000 + random.below(50_000))}`,
    transcripts.next(),
    transcripts.summary(),
    random.pick(['ended', 'ended', 'ended', 'no-answer', 'failed']),
    random.pick(['inbound', 'inbound', 'outbound', 'web']),
    began,
    ended,
    ended,
    ended,
    seconds,
    random.pick(['customer-ended-call', 'assistant-ended-call', 'silence-timed-out']),
    (seconds * 0.0021).toFixed(4),
    'vapi',
    id,
  ];
  return `${columns.join('\t')}\n`;
}
