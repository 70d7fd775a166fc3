import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Principal } from '../security/principal';

/** Milliseconds after which PostgreSQL gives up on one statement of a request. */
const STATEMENT_TIMEOUT = '15000';

/**
 * The one door to the rows of a tenant: opens the transaction, sets the tenant and hands over a manager.
 * Use only that manager inside `work`, one query after another, and keep the network outside.
 */
@Injectable()
export class TenantDb {
  constructor(private readonly dataSource: DataSource) {}

  run<T>(
    who: Pick<Principal, 'tenantId' | 'userId'>,
    work: (em: EntityManager) => Promise<T>,
  ): Promise<T> {
    return this.dataSource.transaction(async (em) => {
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

  run<T>(work: (em: EntityManager) => Promise<T>): Promise<T> {
    return this.dataSource.transaction(async (em) => {
      await em.query(`SELECT set_config('statement_timeout', $1, true)`, [STATEMENT_TIMEOUT]);
      return work(em);
    });
  }

  /** One statement on its own: no transaction to open, one round trip. */
  query<Row>(sql: string, parameters: unknown[] = []): Promise<Row[]> {
    return this.dataSource.query<Row[]>(sql, parameters);
  }
}
