import type { QueryRunner } from 'typeorm';
import { ids } from './migration-tools';

type Say = (line: string) => void;

const BY_HAND = 'Run as a superuser in this database: VACUUM FULL pg_statistic; CHECKPOINT;';
const ELSEWHERE =
  'Backups, WAL archives and replicas from before this migration still hold the credentials in plain text: ' +
  'remove them when you can, or have the providers issue new keys.';

/**
 * After the credentials were sealed, two traces remain in the files of the database: the statistics of the planner quote
 * frequent values, and the old file of `users` stays until the next checkpoint. Not having the right is no failure.
 */
export async function removePlainTextTraces(q: QueryRunner, say: Say): Promise<void> {
  const left = [
    (await vacuumedStatistics(q)) ? '' : 'old planner statistics',
    (await checkpointed(q)) ? '' : 'files that PostgreSQL removes at its next checkpoint',
  ].filter((trace) => trace !== '');
  if (left.length > 0) {
    say(`Plain-text credentials may still be found in: ${left.join('; ')}. ${BY_HAND}`);
  } else {
    say('Traces of the plain-text credentials removed from the files of this database.');
  }
  say(ELSEWHERE);
}

/** Whoever may not do it gets a warning and no error, so look whether there is a new file. */
async function vacuumedStatistics(q: QueryRunner): Promise<boolean> {
  const file = () => ids(q, `SELECT pg_relation_filenode('pg_catalog.pg_statistic')::text AS id`);
  const [before] = await file();
  const ran = await attempt(q, 'VACUUM FULL pg_catalog.pg_statistic');
  const [after] = await file();
  return ran && before !== after;
}

function checkpointed(q: QueryRunner): Promise<boolean> {
  return attempt(q, 'CHECKPOINT');
}

async function attempt(q: QueryRunner, statement: string): Promise<boolean> {
  try {
    await q.query(statement);
    return true;
  } catch {
    return false;
  }
}
