import { Query, type Connection, type PoolClient, type QueryArrayResult } from 'pg';

export interface Statement {
  readonly text: string;
  readonly values?: readonly unknown[] | undefined;
}

type Answer = QueryArrayResult;
type Done = (error: Error | null, answer: Answer) => void;

/** The parts of pg's own Query that its typings leave out. Held by `context-on-the-wire.spec.ts`; pg is pinned by the lock file. */
interface QueryInternals {
  handleDataRow(message: object): void;
  handleCommandComplete(message: object, connection: Connection): void;
  prepare(connection: Connection): void;
}
const internals = Query.prototype as unknown as QueryInternals;

/**
 * Two statements before one Sync, so that PostgreSQL runs them as one transaction in one round trip: the first opens the
 * context, the second works in it, and with the end of that transaction the context is gone whatever happens.
 */
class ContextQuery extends Query {
  private opened = false;

  constructor(
    private readonly context: Statement,
    statement: Statement,
    done: Done,
  ) {
    super({ text: statement.text, values: [...(statement.values ?? [])] }, done as never);
    // Text without parameters would otherwise go out by itself, in the simple protocol.
    Object.assign(this, { queryMode: 'extended' });
  }

  prepare(connection: Connection): void {
    const { text, values = [] } = this.context;
    connection.parse({ name: '', text, types: [] }, true);
    connection.bind({ values: [...values] } as never, true);
    connection.execute({ portal: '' }, true);
    internals.prepare.call(this, connection);
  }

  handleDataRow(message: object): void {
    if (this.opened) internals.handleDataRow.call(this, message);
  }

  handleCommandComplete(message: object, connection: Connection): void {
    if (this.opened) internals.handleCommandComplete.call(this, message, connection);
    this.opened = true;
  }
}

export function queryInContext(
  client: PoolClient,
  context: Statement,
  statement: Statement,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const done: Done = (error, answer) => {
      if (error) reject(error);
      else resolve(answer);
    };
    client.query(new ContextQuery(context, statement, done) as never);
  });
}
