import { Writable } from 'node:stream';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { QueryResultRow } from 'pg';
import { createApp } from '../../src/boot';
import { parseEnv } from '../../src/kernel/config/env';
import type { Settings } from '../../src/kernel/config/settings';
import { createLogger } from '../../src/kernel/http/logger';
import { createDatabase, poolOf, type TestDatabase } from './database';
import { encryptionKey, jwtSecret } from './keys';

export { encryptionKey, jwtSecret };

/** The real application on a database of its own. */
export interface TestApp {
  readonly app: NestFastifyApplication;
  readonly settings: Settings;
  readonly database: TestDatabase;
  /** Everything the server has logged so far. */
  logs(): string;
  /** SQL as the owner of the tables, past the application; planned once when it has a name. */
  sql<Row extends Record<string, unknown>>(
    text: string,
    parameters?: unknown[],
    name?: string,
  ): Promise<Row[]>;
  close(): Promise<void>;
}

/** @param database one that is migrated already; by default a clone of the migrated template */
export async function startApp(
  environment: NodeJS.ProcessEnv = {},
  database?: TestDatabase,
): Promise<TestApp> {
  const own = database ?? (await createDatabase());
  const settings = testSettings(own, environment);
  const lines: string[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  const app = await createApp(settings, createLogger(settings, sink));
  const pool = poolOf(own.adminUrl);
  return {
    app,
    settings,
    database: own,
    logs: () => lines.join(''),
    sql: async <Row extends QueryResultRow>(text: string, values: unknown[] = [], name = '') =>
      (await pool.query<Row>({ text, values, name })).rows,
    close: async () => {
      await app.close();
      await pool.end();
      await own.drop();
    },
  };
}

function testSettings(
  database: Pick<TestDatabase, 'serverUrl' | 'adminUrl'>,
  environment: NodeJS.ProcessEnv = {},
): Settings {
  const env = parseEnv({
    DATABASE_URL: database.serverUrl,
    DATABASE_ADMIN_URL: database.adminUrl,
    ENCRYPTION_KEY: encryptionKey,
    JWT_SECRET: jwtSecret,
    // Describing every route takes a quarter of a second; the tests about it switch it on.
    DOCS: 'off',
    // Everybody here comes from one address; the tests about limits switch them on.
    RATE_LIMITS: 'off',
    ...environment,
  });
  return env as Settings;
}
