import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import type { DataSet } from './data-set';
import type { Context } from './operations';
import { headersOf } from './people';
import { withClient } from './postgres';
import { median, percentile } from './statistics';
import type { Table } from './table';
import { mark, targets, verdict, type Target } from './verdict';

const TIMES = 30;
const WARM_UP = 5;
const LONG_AGO = '2024-01-01T00:00:00Z';
const NOW = '2026-01-01T00:00:00Z';

/** What is asked of the whole history of the largest tenant, and how many milliseconds it may take. */
const requests: readonly { name: string; path: string; target: Target }[] = [
  { name: 'search, a frequent word', path: '/calls?q=facture' },
  { name: 'search, two words', path: '/calls?q=facture+Toulouse' },
  { name: 'search, a phrase', path: '/calls?q=%22calling+from+Oxford%22' },
  { name: 'search, a prefix and an exclusion', path: '/calls?q=assur*+-Lyon' },
  { name: 'search, a word that no call has', path: '/calls?q=xylophone' },
  { name: 'search, by relevance', path: '/calls?q=facture&sort=relevance' },
].map((request) => ({ ...request, target: targets.searchMs }));

const statistics = (bucket: string) => ({
  name: `statistics of two years by the ${bucket}`,
  path: `/calls/stats?from=${LONG_AGO}&to=${NOW}&bucket=${bucket}&timeZone=Europe/Paris`,
  target: targets.statsMs,
});

/** Milliseconds of requests one after another, and of a whole export with the memory that it takes. */
export async function historyTables(
  context: Context,
): Promise<{ figures: unknown; tables: Table[] }> {
  await indexWords(context.data);
  const latency = [];
  for (const request of [...requests, statistics('month'), statistics('day')]) {
    await context.tokens.renew();
    latency.push({ ...request, times: await timesOf(context, request.path) });
  }
  const export_ = await exported(context);
  return {
    figures: { latency, export: export_ },
    tables: [latencyTable(latency), exportTable(export_)],
  };
}

/** The copy of the data set leaves out the triggers; of the tenants that are searched the words are written here. */
async function indexWords({ adminUrl, people }: DataSet): Promise<void> {
  const halves = [0, 1].map((half) =>
    withClient(adminUrl, (client) =>
      client.query(
        `INSERT INTO call_texts (tenant_id, id, sorted_at, vector)
         SELECT tenant_id, id, sorted_at, ava.call_vector(tenant_id, summary, transcript) FROM calls
          WHERE tenant_id = ANY ($1) AND ascii(id::text) % 2 = $2
         ON CONFLICT DO NOTHING`,
        [[people.average.tenantId, people.largest.tenantId], half],
      ),
    ),
  );
  await Promise.all(halves);
  await withClient(adminUrl, (client) => client.query('VACUUM (ANALYZE) call_texts'));
}

async function ask({ server, tokens, data }: Context, path: string): Promise<Response> {
  const headers = headersOf(tokens.of(data.people.largest));
  const answer = await fetch(server.url + path, { headers });
  if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}.`);
  return answer;
}

async function timesOf(context: Context, path: string): Promise<number[]> {
  const times = [];
  for (let i = 0; i < WARM_UP + TIMES; i++) {
    const begun = performance.now();
    await (await ask(context, path)).arrayBuffer();
    times.push(performance.now() - begun);
  }
  return times.slice(WARM_UP);
}

interface Exported {
  readonly seconds: number[];
  readonly megabytes: number;
  readonly idleMb: number;
  readonly peakMb: number;
}

async function exported(context: Context): Promise<Exported> {
  const { pid } = context.server;
  const [seconds, idleMb]: [number[], number] = [[], memoryOf(pid, 'VmRSS')];
  let bytes = 0;
  for (let i = 0; i < 3; i++) {
    const begun = performance.now();
    bytes = await download(context, '/calls/export?format=csv');
    seconds.push((performance.now() - begun) / 1000);
  }
  return { seconds, megabytes: bytes / 1e6, idleMb, peakMb: memoryOf(pid, 'VmHWM') };
}

/** By the plainest of clients, as it shares the processors with what is measured. @returns bytes */
function download({ server, tokens, data }: Context, path: string): Promise<number> {
  const headers = headersOf(tokens.of(data.people.largest));
  return new Promise((resolve, reject) => {
    get(server.url + path, { headers }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`${path} answered ${answer.statusCode}.`));
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => (bytes += chunk.length));
      answer.on('error', reject).on('end', () => {
        resolve(bytes);
      });
    }).on('error', reject);
  });
}

/** MB by the kernel's account; NaN where there is no /proc. */
function memoryOf(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1024;
  } catch {
    return NaN;
  }
}

const both = ({ floor, goal }: Target) => `${floor} · ${goal}`;

function latencyTable(
  figures: readonly { name: string; target: Target; times: readonly number[] }[],
): Table {
  return {
    title: 'The largest tenant’s history, one request after another, ms',
    head: ['request', 'half within', '95 of 100 within', 'floor · goal', ''],
    rows: figures.map(({ name, target, times }) => [
      name,
      median(times).toFixed(0),
      percentile(times, 0.95).toFixed(0),
      both(target),
      mark(verdict(median(times), target, false)),
    ]),
  };
}

function exportTable({ seconds, megabytes, idleMb, peakMb }: Exported): Table {
  const over = peakMb - idleMb;
  return {
    title: `All calls of the largest tenant as CSV, ${megabytes.toFixed(0)} MB`,
    head: ['what', 'figure', 'floor · goal', ''],
    rows: [
      [
        'seconds',
        median(seconds).toFixed(1),
        both(targets.exportSeconds),
        mark(verdict(median(seconds), targets.exportSeconds, false)),
      ],
      [
        'peak memory over idle, MB',
        over.toFixed(0),
        both(targets.exportMb),
        mark(verdict(over, targets.exportMb, false)),
      ],
    ],
  };
}
