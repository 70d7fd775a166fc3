import { tables as declared } from '../kernel/database/planes';
import { readCatalogue, type Ask } from './catalogue';
import { countsSql, IDLE_DAYS, OLD_DAYS } from './counts';
import type { CatalogueFacts, Counts, DeploymentFacts, Facts, RouteFacts } from './facts.types';

interface Known {
  readonly routes: RouteFacts;
  readonly deployment: DeploymentFacts;
}

/** As an admin: any database, migrated or not. @param login what the server logs in as, if that is known */
export async function readFacts(ask: Ask, login: string | null, known: Known): Promise<Facts> {
  const catalogue = await readCatalogue(ask, login);
  return { catalogue, counts: await countAll(ask, catalogue), ...known };
}

/** In the operator plane, which sees no credential: the numbers come from a function that gives numbers only. */
export async function readFactsAsOperator(ask: Ask, known: Known): Promise<Facts> {
  const catalogue = await readCatalogue(ask, 'session');
  const [row] = await ask<{ counts: Counts | null }>(
    'SELECT ava.security_counts($1, $2) AS counts',
    [OLD_DAYS, IDLE_DAYS],
  );
  return { catalogue, counts: row?.counts ?? null, ...known };
}

async function countAll(ask: Ask, { tables }: CatalogueFacts): Promise<Counts | null> {
  const ours = tables.filter(({ name }) => name in declared);
  const complete = ['users', 'tenants'].every((name) => ours.some((table) => table.name === name));
  if (!complete || !ours.every(({ visible }) => visible)) return null;
  const [row] = await ask<{ counts: Counts }>(countsSql(ours));
  return row?.counts ?? null;
}
