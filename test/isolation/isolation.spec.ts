import { apiDocument, operationsOf, type DocumentedOperation } from '../support/api-document';
import type { TestApp } from '../support/app';
import { cases } from './cases';
import { placesOf } from './documented-ids';
import { leaksOf } from './leaks';
import { startIsolatedApp } from './isolated-app';
import { Matrix, type Cell } from './matrix';
import { operations } from './operations';
import { OF_NOBODY } from './ownership';
import { writeReports } from './report';

const DATA = 'test/isolation/operations.ts';
const results = new Map<string, Map<string, Cell>>();
/** What the matrix does not cover, for the report as well. */
const gaps: string[] = [];

let app: TestApp;
let matrix: Matrix;
let documented: ReadonlyMap<string, DocumentedOperation>;
let idsOf: ReadonlyMap<string, readonly string[]>;

beforeAll(async () => {
  app = await startIsolatedApp();
  const document = await apiDocument(app);
  documented = new Map(operationsOf(document).map((operation) => [operation.id, operation]));
  idsOf = placesOf(document);
  for (const id of documented.keys()) results.set(id, new Map());
  matrix = await Matrix.of(app);
});
afterAll(async () => {
  const { owned: tables } = matrix.ownership;
  const leastRoles = new Map([...documented].map(([id, { who }]) => [id, who]));
  writeReports(results, { tables, markers: matrix.world.markers.size, gaps, leastRoles });
  await app.close();
});

function expectNone(found: readonly string[]): void {
  gaps.push(...found);
  expect(found).toEqual([]);
}

describe('the data of the matrix', () => {
  it('has every operation of the API document, and no other', () => {
    const missing = [...documented.keys()].filter((id) => !(id in operations));
    const left = Object.keys(operations).filter((id) => !documented.has(id));

    expectNone([
      ...missing.map(
        (id) => `${id}: add it to ${DATA}: the status of its success, a valid body and its ids`,
      ),
      ...left.map((id) => `${id}: the API has no such operation: remove it from ${DATA}`),
    ]);
  });

  it('has every path, query and body field and cursor that takes an id', () => {
    const wrong = Object.entries(operations).flatMap(([id, { ids = {} }]) => {
      const told = Object.entries(ids).flatMap(([place, fields]) =>
        Object.keys(fields).map((field) => `${place}.${field}`),
      );
      const taken = idsOf.get(id) ?? [];
      return [
        ...taken
          .filter((place) => !told.includes(place))
          .map((place) => `${id} takes an id in ${place}: add it to ids (and foreign) in ${DATA}`),
        ...told
          .filter((place) => !taken.includes(place))
          .map((place) => `${id} takes no id in ${place}: remove it from ids in ${DATA}`),
      ];
    });

    expectNone(wrong);
  });

  it('knows whose rows every table holds', () => {
    const unknown = matrix.ownership.unowned.filter((name) => !OF_NOBODY.includes(name));

    expectNone(
      unknown.map(
        (name) =>
          `${name} has no tenant_id, user_id or org_id: say in test/isolation/ownership.ts whose its rows are`,
      ),
    );
  });

  it('has a text of Bob alone in every column of every table that can hold one', async () => {
    const { bob, markers } = matrix.world;
    const marked = new Set(
      (await matrix.ownership.texts(bob))
        .filter(({ text }) => markers.has(text))
        .map(({ at }) => at),
    );

    const bare = matrix.ownership.places.filter((place) => !marked.has(place));

    expectNone(
      bare.map((place) => `${place}: fill it for each customer in test/isolation/customer.ts`),
    );
  });

  it('finds Bob’s texts where Bob himself reads them, so that not finding them means something', async () => {
    const { bob, markers } = matrix.world;
    const silent: string[] = [];

    for (const id of ['/me', '/tenant', '/tenants', '/calls', '/phone-numbers', '/ava-profile']) {
      const answer = await bob.client.get(id);
      if (leaksOf(answer, { markers, asked: id }).length < 2) silent.push(id);
    }
    const call = await bob.client.get(`/calls/${bob.callId}`);
    const keys = await bob.client.get('/vapi-settings');

    expect(silent).toEqual([]);
    expect(leaksOf(call, { markers, asked: '' }).length).toBeGreaterThan(12);
    expect(leaksOf(keys, { markers, asked: '' })).toHaveLength(1);
    expect(leaksOf({ text: bob.callCursor, headers: {} }, { markers, asked: '' })).toHaveLength(1);
  });
});

describe('no customer can read, change or detect another', () => {
  it.each(Object.entries(operations))('%s', async (id, entry) => {
    const operation = documented.get(id);
    if (!operation) throw new Error(`The API has no operation ${id}.`);
    const row = new Map<string, Cell>();
    results.set(id, row);

    for (const one of cases) row.set(one.name, await matrix.cell(entry, operation, one));

    const broken = [...row].filter(([, { state }]) => state === 'broken');
    expect(broken.map(([name, { why }]) => `${name}: ${why.join('; ')}`)).toEqual([]);
  });
});
