import { Injectable } from '@nestjs/common';
import { DataSource, type QueryFailedError } from 'typeorm';
import { Problem } from '../http/problem';
import type { ProblemCode } from '../http/problem-catalogue';
import type { Principal, Role } from '../security/principal';
import { Vault } from '../security/vault';
import { runInContext, runTransaction, tryingAgain, type Work } from './context-runner';
import type { FirstStatement } from './context-query';
import { sqlstateOf } from './database-errors';

/** Milliseconds after which PostgreSQL gives up on one statement of a request. */
const STATEMENT_TIMEOUT = '15000';

type Caller = Pick<Principal, 'tenantId' | 'userId' | 'sessionId'>;

/**
 * The one door to the rows of a tenant. It opens the context: the database checks that the session is alive, its user
 * still a member and the tenant not suspended, and shows the rows of that tenant and user and no others.
 * Inside `work` use only the manager you were given, one query after another, and keep the network outside.
 * @throws Problem 401 `auth.session_ended`, 403 `tenant.suspended`
 */
@Injectable()
export class TenantDb {
  private readonly proofs: string;

  constructor(
    private readonly dataSource: DataSource,
    vault: Vault,
  ) {
    this.proofs = vault.serverProofs.join();
  }

  /** One transaction. It is run again from its beginning after a deadlock: `work` must have no effect but on the database. */
  run<T>(who: Caller, work: Work<T>): Promise<T> {
    return this.told(who, runTransaction(this.dataSource, tenantContext(who), work));
  }

  /** For reads: each query is a transaction of its own with its context, in a single round trip. */
  read<T>(who: Caller, work: Work<T>): Promise<T> {
    return this.told(who, runInContext(this.dataSource, [tenantContext(who)], work));
  }

  /**
   * For a change that is a single query, the busiest ones: a transaction of it and its record, in one round trip instead of four.
   * @param record what is written beside it, before it
   */
  change<T>(who: Caller, record: FirstStatement, work: Work<T>): Promise<T> {
    const first = [tenantContext(who), record];
    return this.told(
      who,
      tryingAgain(() => runInContext(this.dataSource, first, work)),
    );
  }

  /**
   * One transaction of a job that is being run, in the tenant and for the user that the database wrote into it when it was
   * added. @throws JobOver when that tenant or member is no longer there, or the job is no longer run
   */
  async job<T>({ id }: { readonly id: string }, work: Work<T>): Promise<T> {
    const context = {
      text: 'SELECT ava.enter_job($1, $2, $3)',
      values: [this.proofs, id, STATEMENT_TIMEOUT],
    };
    const entering = () => runTransaction(this.dataSource, context, () => Promise.resolve(null));
    try {
      return await runTransaction(this.dataSource, context, work);
    } catch (error) {
      const ended = sqlstateOf(error) === POLICY_VIOLATED;
      const reason = overBecause(ended ? await entering().catch((why: unknown) => why) : error);
      throw reason === null ? error : new JobOver(reason);
    }
  }

  /** The role of the caller as it is now. */
  async role(who: Caller): Promise<Role> {
    const { text, values } = tenantContext(who);
    try {
      const rows = await this.dataSource.query<[{ role: Role }]>(`${text} AS role`, [...values]);
      return rows[0].role;
    } catch (error) {
      throw await refused(this.dataSource, who, error);
    }
  }

  /** The role of the caller as it is now, also in a suspended tenant. It opens nothing there. @throws Problem 401 */
  async standing({ sessionId, userId, tenantId }: Caller): Promise<Role> {
    const [found] = await this.dataSource.query<{ role: Role | null }[]>(
      'SELECT role FROM ava.standing($1, $2, $3)',
      [sessionId, userId, tenantId],
    );
    if (!found?.role) throw new Problem('auth.session_ended');
    return found.role;
  }

  /**
   * Of each caller when the calls of the tenant last changed, in microseconds since 1970: 0 for never, nothing for a caller
   * who may not enter it any more. One question for all of them, which opens nothing.
   */
  async watchCalls(callers: readonly Caller[]): Promise<readonly (number | undefined)[]> {
    const found = await this.dataSource.query<{ place: number; last: number }[]>(
      'SELECT place, last FROM ava.watch_calls($1, $2, $3)',
      [
        callers.map(({ sessionId }) => sessionId),
        callers.map(({ userId }) => userId),
        callers.map(({ tenantId }) => tenantId),
      ],
    );
    const last = new Map(found.map((row) => [row.place, row.last]));
    return callers.map((_, i) => last.get(i + 1));
  }

  private async told<T>(who: Caller, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      const code = sqlstateOf(error);
      // A context that ended while the work was under way: the policies refuse what is written, and asking again tells why.
      if (code in refusals || code === POLICY_VIOLATED) await this.role(who);
      throw error;
    }
  }
}

/**
 * The door to work for which there is no tenant yet: registration, login, refresh, and what concerns all tenants of a
 * person. It shows the rows of that one person, never a provider credential, and opens only for this server's process.
 */
@Injectable()
export class IdentityDb {
  private readonly proofs: string;

  constructor(
    private readonly dataSource: DataSource,
    vault: Vault,
  ) {
    this.proofs = vault.serverProofs.join();
  }

  /** @param userId whose rows; null for the questions that find out */
  run<T>(userId: string | null, work: Work<T>): Promise<T> {
    return runTransaction(this.dataSource, this.context(userId), work);
  }

  read<T>(userId: string | null, work: Work<T>): Promise<T> {
    return runInContext(this.dataSource, [this.context(userId)], work);
  }

  private context(userId: string | null): FirstStatement {
    return {
      text: 'SELECT ava.enter_identity($1, $2, $3)',
      values: [this.proofs, userId, STATEMENT_TIMEOUT],
    };
  }
}

/**
 * The door of those who run the installation: of all tenants who, when and how much. Open to whoever is an operator at
 * this moment, and closed again with the session, as that of a tenant.
 * @throws Problem 403 `operator.required` and what `TenantDb` throws
 */
@Injectable()
export class OperatorDb {
  constructor(private readonly dataSource: DataSource) {}

  read<T>(who: Caller, work: Work<T>): Promise<T> {
    return this.told(who, runInContext(this.dataSource, [operatorContext(who)], work));
  }

  /** One transaction, run again from its beginning after a deadlock. What may be written is up to grants and functions. */
  run<T>(who: Caller, work: Work<T>): Promise<T> {
    return this.told(who, runTransaction(this.dataSource, operatorContext(who), work));
  }

  private async told<T>(who: Caller, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      // No operator any more while the work was under way: entering again tells why.
      if (sqlstateOf(error) === POLICY_VIOLATED) await this.read(who, (em) => em.query('SELECT 1'));
      throw await refused(this.dataSource, who, error);
    }
  }
}

/** A job whose tenant or member has gone: there is nobody left to do it for, so it is neither done nor tried again. */
export class JobOver extends Error {
  override readonly name = 'JobOver';
}

function tenantContext({ sessionId, userId, tenantId }: Caller) {
  return {
    text: 'SELECT ava.enter_tenant($1, $2, $3, $4)',
    values: [sessionId, userId, tenantId, STATEMENT_TIMEOUT],
  };
}

function operatorContext({ sessionId, userId, tenantId }: Caller) {
  return {
    text: 'SELECT ava.enter_operator($1, $2, $3, $4)',
    values: [sessionId, userId, tenantId, STATEMENT_TIMEOUT],
  };
}

/** Why the database does not let a job in, in a word of its own. */
function overBecause(error: unknown): string | null {
  return sqlstateOf(error) === 'AVA05' ? (error as QueryFailedError).driverError.message : null;
}

const POLICY_VIOLATED = '42501';
const refusals: Readonly<Record<string, ProblemCode>> = {
  AVA01: 'auth.session_ended',
  AVA02: 'tenant.suspended',
  AVA04: 'operator.required',
};

/** The database's refusal of a context as the problem it is; any other error as it came. */
async function refused(dataSource: DataSource, who: Caller, error: unknown): Promise<unknown> {
  const code = refusals[sqlstateOf(error)];
  if (code === undefined) return error;
  return new Problem(code, code === 'tenant.suspended' ? await suspension(dataSource, who) : {});
}

/** Since when and why, for the members of the problem. */
async function suspension(dataSource: DataSource, { sessionId, userId, tenantId }: Caller) {
  const [found] = await dataSource.query<{ since: Date | null; reason: string | null }[]>(
    'SELECT since, reason FROM ava.suspension($1, $2, $3)',
    [sessionId, userId, tenantId],
  );
  return { members: { suspendedAt: found?.since ?? null, reason: found?.reason ?? null } };
}
