import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientBase } from 'pg';
import type { QueryRunner } from 'typeorm';

type Say = (line: string) => void;

const BY_HAND =
  'When no other transaction is open, run as a superuser in this database: VACUUM FULL pg_statistic; CHECKPOINT;';
const ELSEWHERE =
  'Backups, WAL archives and replicas from before this migration still hold the credentials in plain text: ' +
  'remove them when you can, or have the providers issue new keys.';

/** How often to look again while other transactions may still see old rows. */
const PATIENCE = { times: 40, everyMs: 250 };

/**
 * After the credentials were sealed, two traces remain in the files of the database: the statistics of the planner quote
 * frequent values, and the old file of `users` stays until the next checkpoint. Not having the right is no failure.
 */
export async function removePlainTextTraces(
  q: QueryRunner,
  say: Say,
  patience = PATIENCE,
): Promise<void> {
  const left = [
    (await cleanStatistics(q, patience)) ? '' : 'old planner statistics',
    (await attempt(q, 'CHECKPOINT')) ? '' : 'files that PostgreSQL removes at its next checkpoint',
  ].filter((trace) => trace !== '');
  if (left.length > 0) {
    say(`Plain-text credentials may still be found in: ${left.join('; ')}. ${BY_HAND}`);
  } else {
    say('Traces of the plain-text credentials removed from the files of this database.');
  }
  say(ELSEWHERE);
}

/** What another transaction might still see stays, and autovacuum alone opens some: so look, and try again. */
async function cleanStatistics(
  q: QueryRunner,
  { times, everyMs }: typeof PATIENCE,
): Promise<boolean> {
  await q.query(`SET lock_timeout = '10s'`);
  for (let time = 0; time < times; time++) {
    const kept = await deadRowsKept(q);
    if (kept === 0) return true;
    if (kept === undefined) return false;
    await sleep(everyMs);
  }
  return false;
}

/** @returns undefined when nothing was done: without the right, VACUUM gives a warning and no error. */
async function deadRowsKept(q: QueryRunner): Promise<number | undefined> {
  const client = (await q.connect()) as ClientBase;
  let kept: number | undefined;
  // "INFO: … DETAIL: 12 dead row versions cannot be removed yet." in the language of the server.
  const read = ({
    severity,
    detail,
  }: {
    severity?: string | undefined;
    detail?: string | undefined;
  }) => {
    const digits = severity === 'INFO' ? /\d+/.exec(detail ?? '') : null;
    if (digits) kept = Number(digits[0]);
  };
  client.on('notice', read);
  // The first one looks at transactions of this database only, and takes the dead rows away; FULL alone would keep them
  // as long as anybody writes in any database of the server. The second leaves no trace of them in the file.
  const ran =
    (await attempt(q, 'VACUUM pg_catalog.pg_statistic')) &&
    (await attempt(q, 'VACUUM (FULL, VERBOSE) pg_catalog.pg_statistic'));
  client.off('notice', read);
  return ran ? kept : undefined;
}

async function attempt(q: QueryRunner, statement: string): Promise<boolean> {
  try {
    await q.query(statement);
    return true;
  } catch {
    return false;
  }
}
