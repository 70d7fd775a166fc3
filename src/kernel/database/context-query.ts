import { Query, type Connection, type PoolClient, type QueryArrayResult } from 'pg';
import { nameOf } from './named-statements';

export interface Statement {
  readonly text: string;
  readonly values?: readonly unknown[] | undefined;
}

/** Its values go out as they are: pg makes text of others only in what it sends itself. */
export interface FirstStatement extends Statement {
  readonly values: readonly (string | null)[];
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
 * Several statements before one Sync, so that PostgreSQL runs them as one transaction in one round trip: the first opens the
 * context, the last works in it and answers, and with the end of that transaction the context is gone whatever happens.
 */
class ContextQuery extends Query {
  declare name: string;
  private ahead: number;

  constructor(
    private readonly first: readonly FirstStatement[],
    private readonly statement: Statement & { readonly name: string },
    done: Done,
  ) {
    super({ ...statement, values: [...(statement.values ?? [])] }, done as never);
    // Text without parameters would otherwise go out by itself, in the simple protocol.
    Object.assign(this, { queryMode: 'extended' });
    this.ahead = first.length;
  }

  prepare(connection: Connection): void {
    for (const { text, values } of this.first) {
      connection.parse({ name: '', text, types: [] }, true);
      connection.bind({ values: [...values] }, true);
      connection.execute({ portal: '' }, true);
    }
    internals.prepare.call(this, connection);
    // pg takes the next answer to a Parse for that of the name, and that is the first one's: it learns the name later.
    const { submittedNamedStatements } = connection as unknown as Submitting;
    Reflect.deleteProperty(submittedNamedStatements, this.statement.name);
    this.name = '';
  }

  handleDataRow(message: object): void {
    if (this.ahead === 0) internals.handleDataRow.call(this, message);
  }

  handleCommandComplete(message: object, connection: Connection): void {
    if (this.ahead === 0) {
      internals.handleCommandComplete.call(this, message, connection);
      return;
    }
    this.ahead -= 1;
    if (this.ahead === 0) this.name = this.statement.name;
  }
}

/** @param first the context, and what is to be done before the statement that answers */
export function queryInContext(
  client: PoolClient,
  first: readonly FirstStatement[],
  statement: Statement,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const done: Done = (error, answer) => {
      if (error) reject(error);
      else resolve(answer);
    };
    const named = { ...statement, name: nameOf(client, statement.text) };
    client.query(new ContextQuery(first, named, done) as never);
  });
}
