import type { DataSet, Person } from './data-set';
import { headersOf, type Tokens } from './people';
import { query } from './postgres';
import type { Running } from './programs';

export interface Request {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

export interface Context {
  readonly data: DataSet;
  readonly tokens: Tokens;
  readonly server: Running;
}

/** One row of the results. To measure another request, add it to `operations`. */
export interface Operation {
  readonly name: string;
  readonly status: number;
  /** Shares of the limit's throughput: what must hold, and what is aimed at. */
  readonly floor: number;
  readonly goal: number;
  /** Sent in turn; each connection begins at another one. */
  requests(context: Context): Promise<Request[]> | Request[];
  /** What all programs must answer alike. */
  essence(body: unknown): unknown;
  /** Whether that is what was asked for. */
  right(essence: never): boolean;
}

const PAGE = 25;
const KEY = 'sk_saved_again_f6e5d4c3b2a1';

const items = (body: unknown) => (body as { items: unknown[] }).items;
const isPage = (page: unknown[]) => page.length === PAGE;
/** All but the moment of the last save, of which there must be one. */
const settings = (body: unknown) => {
  const { updatedAt, ...rest } = body as { updatedAt: unknown };
  return { ...rest, saved: typeof updatedAt === 'string' };
};

export const operations: readonly Operation[] = [
  {
    name: 'first page of 25 calls',
    status: 200,
    floor: 0.5,
    goal: 0.8,
    requests: (context) => [get(context, context.data.people.average, `/calls?limit=${PAGE}`)],
    essence: items,
    right: isPage,
  },
  {
    name: 'page deep in the largest tenant',
    status: 200,
    floor: 0.45,
    goal: 0.8,
    requests: async (context) => [
      get(context, context.data.people.largest, await deepPage(context)),
    ],
    essence: items,
    right: isPage,
  },
  {
    name: 'one call',
    status: 200,
    floor: 0.45,
    goal: 0.75,
    requests: (context) => callsOf(context, context.data.people.average),
    essence: (body) => body,
    right: ({ transcript }: { transcript: string }) => transcript.length > 100,
  },
  {
    name: 'another tenant’s call: 404',
    status: 404,
    floor: 0.38,
    goal: 0.65,
    requests: (context) => callsOf(context, context.data.people.largest),
    essence: (body) => (body as { transcript?: string }).transcript ?? 'nothing',
    right: (text: string) => text === 'nothing',
  },
  {
    name: 'GET /vapi-settings',
    status: 200,
    floor: 0.45,
    goal: 0.75,
    requests: (context) => [get(context, context.data.people.average, '/vapi-settings')],
    essence: settings,
    right: ({ apiKey }: { apiKey: string }) => apiKey === 'sk_a…e5f6',
  },
  {
    name: 'POST /vapi-settings',
    status: 200,
    floor: 0.8,
    goal: 0.95,
    requests: ({ data, tokens }) =>
      data.people.savers.map((saver) => ({
        method: 'POST',
        path: '/vapi-settings',
        headers: headersOf(tokens.of(saver)),
        body: JSON.stringify({ apiKey: KEY }),
      })),
    essence: settings,
    right: ({ apiKey }: { apiKey: string }) => apiKey === 'sk_s…b2a1',
  },
];

/** The same for every size of the data set. */
export const firstPageOfLargest: Operation = {
  name: 'first page of the largest tenant',
  status: 200,
  floor: 0.85,
  goal: 0.95,
  requests: (context) => [get(context, context.data.people.largest, `/calls?limit=${PAGE}`)],
  essence: items,
  right: isPage,
};

function get({ tokens }: Context, who: Person, path: string): Request {
  return { method: 'GET', path, headers: { authorization: `Bearer ${tokens.of(who)}` } };
}

/** A hundred calls of a tenant, asked for by the owner of the average one. */
async function callsOf(context: Context, { tenantId }: Person): Promise<Request[]> {
  const { adminUrl, people } = context.data;
  const sql = 'SELECT id FROM calls WHERE tenant_id = $1 ORDER BY sorted_at, id LIMIT 100';
  const rows = await query<{ id: string }>(adminUrl, sql, [tenantId]);
  return rows.map(({ id }) => get(context, people.average, `/calls/${id}`));
}

/** The page in the middle of the largest tenant's list: by number, or by following the cursors up to it. */
async function deepPage(context: Context): Promise<string> {
  const { data, server } = context;
  const sql = 'SELECT count(*)::int AS count FROM calls WHERE tenant_id = $1';
  const [row] = await query<{ count: number }>(data.adminUrl, sql, [data.people.largest.tenantId]);
  const steps = Math.floor((row?.count ?? 0) / 200);
  if (server.program.paging === 'offset') {
    return `/calls?limit=${PAGE}&page=${(steps * 100) / PAGE + 1}`;
  }
  let cursor = '';
  for (let i = 0; i < steps; i++) {
    const { path, headers } = get(context, data.people.largest, `/calls?limit=100${cursor}`);
    const answer = await fetch(server.url + path, { headers });
    const { nextCursor } = (await answer.json()) as { nextCursor: string };
    cursor = `&cursor=${encodeURIComponent(nextCursor)}`;
  }
  return `/calls?limit=${PAGE}${cursor}`;
}
