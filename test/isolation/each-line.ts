import type { DataSource } from 'typeorm';
import { tables } from '../../src/kernel/database/planes';
import { apiDocument, operationsOf } from '../support/api-document';
import type { TestApp } from '../support/app';
import { cases } from './cases';
import type { Matrix } from './matrix';
import { operations } from './operations';

/** The cases in which somebody with a good token could come to what is another tenant's. */
const reaching = ['own', 'id in path', 'id in body', 'id in query', 'cursor'];

/** Goes through the operations of the API, all of them unless told which; says what broke, where. */
export async function brokenCells(
  app: TestApp,
  matrix: Matrix,
  only?: readonly string[],
): Promise<string[]> {
  const broken: string[] = [];
  for (const operation of operationsOf(await apiDocument(app))) {
    if (only?.includes(operation.id) === false) continue;
    const entry = operations[operation.id];
    if (!entry) throw new Error(`${operation.id} is missing in operations.ts.`);
    for (const one of cases.filter(({ name }) => reaching.includes(name))) {
      const { state, why } = await matrix.cell(entry, operation, one);
      if (state === 'broken') broken.push(`${operation.id}, ${one.name}: ${why.join('; ')}`);
    }
  }
  return broken;
}

const CONDITION = /((?:"?\w+"?\.)?"?(?:tenant_id|user_id)"?) = (\$\d+)/g;

/** Every query the server makes, without its condition on tenant or user; @returns what undoes it */
export function switchFindersOff(dataSource: DataSource): () => void {
  const runner = Object.getPrototypeOf(dataSource.createQueryRunner()) as {
    query: (sql: string, ...rest: unknown[]) => Promise<unknown>;
  };
  const query = runner.query;
  runner.query = function unscoped(this: unknown, sql: string, ...rest: unknown[]) {
    // The parameter stays in use, so that its number and type do.
    const loose = sql.replace(CONDITION, '($1 IS NOT NULL OR $2::uuid IS NOT NULL)');
    return query.call(this, loose.startsWith('INSERT') ? sql : loose, ...rest);
  };
  return () => {
    runner.query = query;
  };
}

/** As if somebody had switched row-level security off by hand, after the server had looked. */
export async function switchPoliciesOff({ sql }: Pick<TestApp, 'sql'>): Promise<void> {
  for (const table of Object.keys(tables)) {
    await sql(`ALTER TABLE ${table} NO FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY`);
  }
}
