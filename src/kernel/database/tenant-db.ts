import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Principal } from '../security/principal';
import { gaveWay } from './database-errors';

/** Milliseconds after which PostgreSQL gives up on one statement of a request. */
const STATEMENT_TIMEOUT = '15000';
const MOST_TRIES = 3;

type Work<T> = (em: EntityManager) => Promise<T>;

/**
 * The one door to the rows of a tenant: opens the transaction, sets the tenant and hands over a manager.
 * Use only that manager inside `work`, one query after another, and keep the network outside. A transaction that lost
 * a deadlock is run again from its beginning, so `work` must have no effect but on the database.
 */
@Injectable()
export class TenantDb {
  constructor(private readonly dataSource: DataSource) {}

  run<T>(who: Pick<Principal, 'tenantId' | 'userId'>, work: Work<T>): Promise<T> {
    return transaction(this.dataSource, async (em) => {
      await em.query(
        `SELECT set_config('ava.tenant_id', $1, true), set_config('ava.user_id', $2, true),
                set_config('statement_timeout', $3, true)`,
        [who.tenantId, who.userId, STATEMENT_TIMEOUT],
      );
      return work(em);
    });
  }
}

/** The door to work that comes before any tenant is known: registration, login, sessions. */
@Injectable()
export class IdentityDb {
  constructor(private readonly dataSource: DataSource) {}

  run<T>(work: Work<T>): Promise<T> {
    return transaction(this.dataSource, async (em) => {
      await em.query(`SELECT set_config('statement_timeout', $1, true)`, [STATEMENT_TIMEOUT]);
      return work(em);
    });
  }

  /** One statement on its own: no transaction to open, one round trip. */
  query<Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    return this.dataSource.query<Row[]>(sql, parameters);
  }
}

async function transaction<T>(
  dataSource: DataSource,
  work: Work<T>,
  tries = MOST_TRIES,
): Promise<T> {
  try {
    return await dataSource.transaction(work);
  } catch (error) {
    if (tries <= 1 || !gaveWay(error)) throw error;
    return transaction(dataSource, work, tries - 1);
  }
}
