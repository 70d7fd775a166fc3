import { Global, Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import type { PoolClient } from 'pg';
import { SETTINGS, type Settings } from '../config/settings';
import { AfterCommit } from './after-commit';
import { meetServer } from './named-statements';
import { DatabaseCheck } from './database-check';
import { QueueDb } from './queue-db';
import { IdentityDb, OperatorDb, TenantDb } from './tenant-db';

/**
 * Between the pool and TypeORM nobody listens for a moment, and a new connection that PostgreSQL ends just then would end
 * the whole process. Whoever uses it next is told by its query.
 */
async function outliveLoss(client: PoolClient): Promise<void> {
  client.on('error', () => undefined);
  await meetServer(client);
}

/** The server's own connection pool, under a login without power; migrations use another (`data-source.ts`). */
@Global()
@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [SETTINGS],
      useFactory: (settings: Settings) => ({
        type: 'postgres',
        url: settings.databaseUrl,
        autoLoadEntities: true,
        synchronize: false,
        // A driver error carries the statement's parameters: nothing here may log them.
        logging: false,
        retryAttempts: 0,
        applicationName: 'ava-api',
        connectTimeoutMS: 5_000,
        poolSize: 10,
        // pg drops idle connections after 10 s, and their prepared plans with them.
        extra: { idleTimeoutMillis: 300_000, query_timeout: 20_000, onConnect: outliveLoss },
      }),
    }),
  ],
  providers: [DatabaseCheck, TenantDb, IdentityDb, OperatorDb, QueueDb, AfterCommit],
  exports: [DatabaseCheck, TenantDb, IdentityDb, OperatorDb, QueueDb, AfterCommit],
})
export class DatabaseModule {}
