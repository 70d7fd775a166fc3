import type { PoolClient } from 'pg';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { queryInContext, type FirstStatement } from './context-query';
import { gaveWay } from './database-errors';
import { nameOf } from './named-statements';

export type Work<T> = (em: EntityManager) => Promise<T>;

const MOST_TRIES = 3;

/** The context is opened in the same round trip as the transaction. */
export function runTransaction<T>(
  dataSource: DataSource,
  context: FirstStatement,
  work: Work<T>,
): Promise<T> {
  return tryingAgain(() => runInContext(dataSource, [context], (em) => em.transaction(work)));
}

export async function tryingAgain<T>(attempt: () => Promise<T>, tries = MOST_TRIES): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (tries <= 1 || !gaveWay(error)) throw error;
    return tryingAgain(attempt, tries - 1);
  }
}

/**
 * Every query outside a transaction, and the one that begins a transaction, opens the context first.
 * @param first the context, and what else is done before each such query, in its transaction
 */
export async function runInContext<T>(
  dataSource: DataSource,
  first: readonly FirstStatement[],
  work: Work<T>,
): Promise<T> {
  const runner = dataSource.createQueryRunner();
  openContextIn(runner, first);
  try {
    return await work(runner.manager);
  } finally {
    await runner.release();
  }
}

const BEGIN = 'START TRANSACTION';
const ENDS = ['COMMIT', 'ROLLBACK'];

/** TypeORM asks its runner for the connection before each query; it is given one that brings the context along. */
function openContextIn(runner: QueryRunner, first: readonly FirstStatement[]): void {
  const connect = runner.connect.bind(runner) as () => Promise<PoolClient>;
  let inTransaction = false;
  runner.connect = async () => {
    const client = await connect();
    const query = (text: string, values?: unknown[]) => {
      const opened = inTransaction;
      if (text === BEGIN) inTransaction = true;
      if (ENDS.includes(text)) inTransaction = false;
      return opened
        ? client.query(values?.length ? { text, values, name: nameOf(client, text) } : text)
        : queryInContext(client, first, { text, values });
    };
    return { query };
  };
}
