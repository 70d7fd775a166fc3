import { Query, type Connection, type PoolClient, type QueryArrayResult } from 'pg';
import { nameOf } from './named-statements';

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
interface Submitting {
  readonly submittedNamedStatements: object;
}
const internals = Query.prototype as unknown as QueryInternals;

/**
 * Two statements before one Sync, so that PostgreSQL runs them as one transaction in one round trip: the first opens the
 * context, the second works in it, and with the end of that transaction the context is gone whatever happens.
 */
class ContextQuery extends Query {
  declare name: string;
  private opened = false;

  constructor(
    private readonly context: Statement,
    private readonly statement: Statement & { readonly name: string },
    done: Done,
  ) {
    super({ ...statement, values: [...(statement.values ?? [])] }, done as never);
    // Text without parameters would otherwise go out by itself, in the simple protocol.
    Object.assign(this, { queryMode: 'extended' });
  }

  prepare(connection: Connection): void {
    const { text, values = [] } = this.context;
    connection.parse({ name: '', text, types: [] }, true);
    connection.bind({ values: [...values] } as never, true);
    connection.execute({ portal: '' }, true);
    internals.prepare.call(this, connection);
    // pg takes the next answer to a Parse for that of the name, and that is the context's: it learns the name later.
    const { submittedNamedStatements } = connection as unknown as Submitting;
    Reflect.deleteProperty(submittedNamedStatements, this.statement.name);
    this.name = '';
  }

  handleDataRow(message: object): void {
    if (this.opened) internals.handleDataRow.call(this, message);
  }

  handleCommandComplete(message: object, connection: Connection): void {
    if (this.opened) internals.handleCommandComplete.call(this, message, connection);
    this.name = this.statement.name;
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
    const named = { ...statement, name: nameOf(client, statement.text) };
    client.query(new ContextQuery(context, named, done) as never);
  });
}
