import { Injectable, type OnModuleInit } from '@nestjs/common';
import { DataSource, QueryFailedError } from 'typeorm';
import { Vault } from '../security/vault';
import { pendingMigrations } from './migrate';
import { callable, planes } from './planes';
import { LOST_KEY } from './server-proof';
import { refuseInPart } from './wholeness';

/** What a login, by default that of the session, can do that would let it past the policies, as one row of booleans. */
export const POWERS = `
  SELECT r.rolsuper AS "is a superuser",
         r.rolbypassrls AS "may bypass row-level security",
         r.rolcreaterole AS "may make logins and join any role",
         r.rolreplication AS "may read the whole database by replication",
         EXISTS (SELECT 1 FROM pg_class WHERE relowner = r.oid
                    AND relnamespace IN (to_regnamespace('public'), to_regnamespace('ava'), to_regnamespace('pgboss')))
           AS "owns tables",
         EXISTS (SELECT 1 FROM pg_roles p
                  WHERE pg_has_role(r.oid, p.oid, 'MEMBER') AND p.oid <> r.oid
                    AND (p.rolsuper OR p.rolbypassrls OR p.rolname = 'ava_owner'
                         OR p.rolname IN ('pg_read_all_data', 'pg_write_all_data', 'pg_read_server_files',
                                          'pg_write_server_files', 'pg_execute_server_program')))
           AS "is a member of a role that policies do not hold",
         has_schema_privilege(r.oid, 'public', 'CREATE') AS "may make tables in schema public",
         has_database_privilege(r.oid, current_database(), 'CREATE') AS "may make schemas"
    FROM pg_roles r WHERE r.rolname = coalesce($1, session_user)`;

const HELP =
  'Give the server a login without power: put the present URL into DATABASE_ADMIN_URL, a new name and password into ' +
  'DATABASE_URL (postgresql://ava_api:<password>@…), and run `npm run migrate`, which makes that login.';
const MIGRATE = 'Run `npm run migrate` with DATABASE_ADMIN_URL set.';

const NOT_LET_IN = `The login of DATABASE_URL may not enter the planes of this database. ${MIGRATE}`;

/** Looks, with the server's own login, whether the database is as the promise of isolation needs it. */
@Injectable()
export class DatabaseCheck implements OnModuleInit {
  constructor(
    private readonly dataSource: DataSource,
    private readonly vault: Vault,
  ) {}

  pendingMigrations(): Promise<string[]> {
    return pendingMigrations(this.dataSource);
  }

  /** @throws Error that says what is wrong and what to do; the server must not start then */
  async onModuleInit(): Promise<void> {
    const [powers = {}] = await this.dataSource.query<Record<string, boolean>[]>(POWERS, [null]);
    const found = Object.keys(powers).filter((power) => powers[power]);
    if (found.length > 0) {
      throw new Error(
        `The login of DATABASE_URL ${found.join(', ')}: policies would not hold it. ${HELP}`,
      );
    }
    // An older schema is told by /health/ready; no route works on it.
    if ((await this.pendingMigrations()).length > 0) return;
    await refuseInPart(this.dataSource);
    if (!(await this.mayEnter())) throw new Error(NOT_LET_IN);
    await this.enterAsServer();
  }

  private async mayEnter(): Promise<boolean> {
    const [row] = await this.dataSource.query<[{ may: boolean }]>(
      `SELECT has_schema_privilege('ava', 'USAGE')
          AND (SELECT bool_and(pg_has_role(session_user, role, 'MEMBER')) FROM unnest($1::text[]) AS role)
          AND (SELECT bool_and(has_function_privilege(oid, 'EXECUTE')) FROM pg_proc
                WHERE pronamespace = 'ava'::regnamespace AND proname = ANY ($2)) AS may`,
      [planes.map((plane) => `ava_${plane}`), callable.login],
    );
    return row.may;
  }

  private async enterAsServer(): Promise<void> {
    try {
      await this.dataSource.query('SELECT ava.enter_identity($1, NULL, $2)', [
        this.vault.serverProofs.join(),
        '15000',
      ]);
    } catch (error) {
      const { code } =
        error instanceof QueryFailedError ? (error.driverError as { code?: string }) : {};
      if (code === 'AVA03') {
        throw new Error(
          'This database knows another ENCRYPTION_KEY: no stored credential would open with the one given. ' +
            `Set the one it was migrated with. ${LOST_KEY}`,
          { cause: error },
        );
      }
      throw error;
    }
  }
}
