import type { Position } from '../kernel/http/keyset';
import { TEXT_SHOWN } from './call-highlights';
import type { Term } from './call-search';
import { callFilters, columns, instant, type Binding } from './calls.query';
import type { ListCalls } from './calls.dto';

/** Of how many of the newest matches the best come first, when the order is relevance. */
const MOST_RANKED = 500;
/** Calls, nearest first, in which words are looked for one by one before the index is asked for all that have them. */
const NEAR = { date: 200, relevance: 2000 } as const;
/** Of so many nearest so many have to match for a rank, or the rest is not gone through: it would not be enough either. */
const PROBED = { calls: 200, matches: 80 } as const;

/**
 * A word that many calls have is soon met when going through them by date; of a word that few have, the index knows all
 * calls. So the nearest calls are gone through, and only when they do not fill the page and are not all, the index is asked.
 * Of a phrase it knows the words: which calls have them in their order is looked at one by one, until the page is full.
 */
export function pageOfMatches(
  tenantId: string,
  { query, terms, after }: { query: ListCalls; terms: readonly Term[]; after: Position | null },
) {
  const parameters: unknown[] = [tenantId];
  const bind: Binding = (value) => `$${parameters.push(value)}`;
  const asked = `${bind(JSON.stringify(terms))}::jsonb`;
  const ranked = query.sort === 'relevance';
  const scan = { asked, bind, filters: callFilters(query, bind), oldest: query.order === 'asc' };
  const found = ranked
    ? byRank(scan, { limit: query.limit + 1, after })
    : byDate(scan, { limit: query.limit + 1, after });
  const sql = `${found}
    SELECT ${columns(ranked ? 'score::text' : undefined)}, left(transcript, ${TEXT_SHOWN}) AS "searched"
      FROM page JOIN calls ON calls.tenant_id = $1 AND calls.id = page.found
     ORDER BY ${ranked ? 'score DESC, id DESC' : directed(scan)}`;
  return { sql, parameters };
}

interface Scan {
  readonly asked: string;
  readonly bind: Binding;
  readonly filters: readonly string[];
  readonly oldest: boolean;
}
interface Page {
  readonly limit: number;
  readonly after: Position | null;
}

function byDate(scan: Scan, { limit, after }: Page): string {
  const { bind, oldest } = scan;
  const from = after
    ? [
        `(sorted_at, id) ${oldest ? '>' : '<'} (${instant(`${bind(after.at)}::bigint`)}, ${bind(after.id)}::uuid)`,
      ]
    : [];
  return `${nearest({ ...scan, filters: [...scan.filters, ...from] }, limit, NEAR.date)},
    page AS (SELECT id AS found FROM matches)`;
}

/** The order of dates decides which matches are ranked, so `order` has no say here. */
function byRank(scan: Scan, { limit, after }: Page): string {
  const from = after
    ? `WHERE (score, found) < (${scan.bind(after.at)}::bigint, ${scan.bind(after.id)}::uuid)`
    : '';
  return `${nearest({ ...scan, oldest: false }, MOST_RANKED, NEAR.relevance)},
    scores AS (
      SELECT id AS found, ${ofText(`(ts_rank(t.vector, ${QUERY}) * 1000000000)::bigint`, 'matches')} AS score
        FROM matches),
    page AS (SELECT found, score FROM scores ${from} ORDER BY score DESC, found DESC LIMIT ${limit})`;
}

/** How many calls are gone through. Reading the words of 2,000 costs more than the index, unless that would tell most calls. */
function howNear(calls: string, near: number): string {
  if (near <= NEAR.date) return String(near);
  return `(SELECT CASE WHEN count(*) FILTER (WHERE ${matches('p')}) >= ${PROBED.matches}
      THEN ${near} ELSE 0 END FROM (${calls} LIMIT ${PROBED.calls}) p)`;
}

function nearest(scan: Scan, most: number, near: number): string {
  const order = `ORDER BY ${directed(scan)}`;
  const calls = `SELECT id, sorted_at FROM calls WHERE ${['tenant_id = $1', ...scan.filters].join(' AND ')}`;
  const limit = `LIMIT ${most}`;
  const inTime = ['true', ...scan.filters.filter(ofTime)];
  return `WITH asked AS MATERIALIZED (
      SELECT query, query::text NOT LIKE '%<->%' AS certain FROM (SELECT ava.call_query(${scan.asked}) AS query) q),
    reach AS MATERIALIZED (SELECT ${howNear(`${calls} ${order}`, near)} AS calls),
    near AS MATERIALIZED (
      SELECT n.id, n.sorted_at FROM (${calls} ${order} LIMIT (SELECT reach.calls FROM reach)) n
       WHERE ${matches('n')} ORDER BY ${directed(scan, 'n.')} ${limit}),
    more AS MATERIALIZED (
      SELECT (SELECT count(*) FROM near) < ${most}
         AND EXISTS (${calls} ${order} OFFSET (SELECT reach.calls FROM reach) LIMIT 1) AS needed),
    matches AS MATERIALIZED (
      SELECT id, sorted_at FROM near WHERE NOT (SELECT needed FROM more)
      UNION ALL (
        SELECT f.id, f.sorted_at FROM (
          SELECT id, sorted_at FROM ${indexed(scan, calls)}
           WHERE (SELECT needed FROM more) AND ${inTime.join(' AND ')} ${order}
           LIMIT (SELECT CASE WHEN certain THEN ${most} END FROM asked)) f
         WHERE (SELECT certain FROM asked) OR ${matches('f')} ORDER BY ${directed(scan, 'f.')} ${limit}))`;
}

const ofTime = (filter: string) => /^\(?sorted_at/.test(filter);

/** The index knows when a call was: only for filters of another kind the calls themselves are looked at. */
function indexed({ asked, filters }: Scan, calls: string): string {
  if (filters.every(ofTime)) return `ava.matching_calls(${asked})`;
  return `(SELECT c.id, c.sorted_at FROM ava.matching_calls(${asked}) m
            CROSS JOIN LATERAL (${calls} AND id = m.id OFFSET 0) c) found`;
}

/** A sub-select for each call, as a join would be free to read the words of all calls. */
const ofText = (what: string, of: string) =>
  `(SELECT ${what} FROM call_texts t WHERE t.tenant_id = $1 AND t.id = ${of}.id)`;

const QUERY = '(SELECT query FROM asked)';
const matches = (of: string) => ofText(`t.vector @@ ${QUERY}`, of);

function directed({ oldest }: Scan, of = ''): string {
  const direction = oldest ? 'ASC' : 'DESC';
  return `${of}sorted_at ${direction}, ${of}id ${direction}`;
}
