import {
  planes,
  queueTables,
  rightsOn,
  tables as declared,
  type Columns,
  type Plane,
} from '../kernel/database/planes';
import type { Evidence } from './check.types';
import { bad, good, hasTable, unseen } from './evidence';
import type { CatalogueFacts, Facts } from './facts.types';
import { functionHashes } from './function-hashes';
import { policiesOf } from './isolation.check';

const SHOWN = 5;
const OPERATOR = '(( SELECT ava.operator_id() AS operator_id) IS NOT NULL)';

/** Row-level security is forced, also on the owner, and each plane has the policy that is meant for it. */
export function policies({ catalogue }: Facts): Evidence[] {
  const there = Object.keys(declared).filter((table) => hasTable(catalogue, table));
  const found = there.flatMap((table) => [
    ...unforced(catalogue, table),
    ...(declared[table]?.tenant ? policiesOf(catalogue, table) : []),
    ...looseForOperators(catalogue, table),
  ]);
  const wrong = [...found, ...openQueue(catalogue)].filter(({ holds }) => holds !== true);
  return wrong.length > 0 ? wrong : [good('policy.forced', { tables: there.join(', ') })];
}

/** The queue's tables: whoever takes the role without the server's proof must see nothing. */
function openQueue({ queue }: CatalogueFacts): Evidence[] {
  return queue
    .filter(({ name }) => name in queueTables)
    .flatMap(({ name: table, enabled, forced, guarded }) => [
      ...(enabled && forced ? [] : [bad('policy.unforced', { table })]),
      ...(guarded ? [] : [bad('policy.loose', { table, name: 'ava_queue' })]),
    ]);
}

function unforced({ tables }: CatalogueFacts, table: string): Evidence[] {
  const { enabled = false, forced = false } = tables.find(({ name }) => name === table) ?? {};
  return enabled && !forced ? [bad('policy.unforced', { table })] : [];
}

function looseForOperators(catalogue: CatalogueFacts, table: string): Evidence[] {
  return catalogue.policies
    .filter((policy) => policy.table === table && policy.roles.includes('ava_operator'))
    .filter(({ reads, writes }) => reads !== OPERATOR || (writes !== null && writes !== OPERATOR))
    .map(({ name }) => bad('policy.loose', { table, name }));
}

/** Every plane has the rights that planes.ts declares and no other; nobody else has any. */
export function grants({ catalogue }: Facts): Evidence[] {
  const holders = [...planes.map((plane) => ({ role: `ava_${plane}`, plane })), { role: 'public' }];
  const found = holders.flatMap(({ role, plane }: { role: string; plane?: Plane }) => {
    const expected = plane === undefined ? [] : declaredRights(catalogue, plane);
    const actual = catalogue.grants
      .filter((grant) => grant.role === role)
      .map(({ right }) => right);
    return [
      ...differing(
        'grant.missing',
        role,
        expected.filter((right) => !actual.includes(right)),
      ),
      ...differing(
        'grant.extra',
        role,
        actual.filter((right) => !expected.includes(right)),
      ),
    ];
  });
  return found.length > 0 ? found : [good('grant.exact', { rights: catalogue.grants.length })];
}

function differing(
  code: 'grant.missing' | 'grant.extra',
  role: string,
  rights: string[],
): Evidence[] {
  if (rights.length === 0) return [];
  const shown = rights.slice(0, SHOWN).join(', ') + (rights.length > SHOWN ? ', …' : '');
  return [bad(code, { role, count: rights.length, rights: shown })];
}

function declaredRights({ tables, queue }: CatalogueFacts, plane: Plane): string[] {
  const there = [...tables, ...queue];
  return rightsOn(plane).flatMap(([name, rights]) => {
    const columns = there.find((table) => table.name === name)?.columns ?? [];
    if (columns.length === 0) return [];
    return Object.entries(rights).flatMap(([verb, of]: [string, Columns | true]) => {
      if (of === true) return [`${name} ${verb}`];
      const named = of === '*' ? columns.map((column) => column.name) : of;
      return named.map((column) => `${name}.${column} ${verb}`);
    });
  });
}

export function functions({ catalogue: { looseFunctions } }: Facts): Evidence[] {
  if (looseFunctions.length === 0) return [good('function.fenced')];
  return looseFunctions.map((name) => bad('function.loose', { name }));
}

/** The functions that policies and doors rest on are those of the migrations, and no trigger calls another one. */
export function functionBodies({ catalogue }: Facts): Evidence[] {
  if (!catalogue.planesExpected) return [unseen('function.earlier')];
  const found = catalogue.functionHashes;
  const names = [...new Set([...Object.keys(functionHashes), ...Object.keys(found)])];
  const wrong = names.flatMap((name) => {
    const [expected, actual] = [functionHashes[name], found[name]];
    if (expected === actual) return [];
    if (actual === undefined) return [bad('function.missing', { name })];
    return [bad(expected === undefined ? 'function.unknown' : 'function.changed', { name })];
  });
  return wrong.length > 0 ? wrong : [good('function.same', { count: names.length })];
}
