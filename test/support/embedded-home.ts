import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startEmbeddedPostgres } from '../../src/kernel/database/embedded-postgres';
import { query, temporaryFolder } from './database';

/** The data directories of one test file. */
export class Homes {
  private readonly folders: string[] = [];

  empty(): string {
    const folder = temporaryFolder();
    this.folders.push(folder);
    return folder;
  }

  /** One in which an earlier run stored the answer in a table. */
  async used(): Promise<string> {
    const folder = this.empty();
    const postgres = await startEmbeddedPostgres(folder);
    await query(postgres.adminUrl, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await postgres.stop();
    return folder;
  }

  remove(): void {
    this.folders.forEach((folder) => {
      rmSync(folder, { recursive: true, force: true });
    });
  }
}

export const ANSWER = 'SELECT answer FROM kept';

export function clusterFile(home: string, name: string): string {
  return join(home, 'postgres', name);
}

export function postmasterOf(home: string): number {
  return Number.parseInt(readFileSync(clusterFile(home, 'postmaster.pid'), 'utf8'), 10);
}

export function portOf(url: string): string {
  return new URL(url).port;
}

/** The message of a start that must not succeed. */
export async function failureOf(starting: Promise<unknown>): Promise<string> {
  return starting.then(
    () => 'it started',
    (error: unknown) => (error as Error).message,
  );
}
