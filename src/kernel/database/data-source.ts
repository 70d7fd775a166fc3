import { DataSource, type Logger } from 'typeorm';
import { allMigrations } from '../../../migrations/all';
import type { Vault } from '../security/vault';
import { giveVault } from './migration-tools';

export const MIGRATIONS_TABLE = 'typeorm_migrations';

export const migrationNames: readonly string[] = allMigrations.map((migration) => migration.name);

type Progress = (line: string) => void;

/** For migrations only: logs in as the owner of the tables. The server uses a login without power. */
export function adminDataSource(
  url: string,
  vault: Vault,
  progress: Progress = () => undefined,
): DataSource {
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    applicationName: 'ava-api migrations',
    connectTimeoutMS: 10_000,
    poolSize: 1,
    entities: [],
    migrations: allMigrations,
    migrationsTableName: MIGRATIONS_TABLE,
    migrationsTransactionMode: 'all',
    synchronize: false,
    logger: new ProgressLogger(progress),
  });
  giveVault(dataSource, vault);
  return dataSource;
}

/** The command line of TypeORM logs every query with its parameters, which here may be credentials: only progress. */
class ProgressLogger implements Logger {
  constructor(private readonly progress: Progress) {}

  logSchemaBuild(message: string): void {
    this.progress(message);
  }

  logMigration(message: string): void {
    this.progress(message);
  }

  logQuery(): void {
    return undefined;
  }

  logQueryError(): void {
    return undefined;
  }

  logQuerySlow(): void {
    return undefined;
  }

  log(): void {
    return undefined;
  }
}
