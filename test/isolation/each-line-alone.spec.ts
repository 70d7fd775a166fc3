import { DataSource } from 'typeorm';
import { apiDocument, operationsOf } from '../support/api-document';
import type { TestApp } from '../support/app';
import { brokenCells, switchFindersOff, switchPoliciesOff } from './each-line';
import { startIsolatedApp } from './isolated-app';
import { Matrix } from './matrix';

/** What shows or loses rows when neither policies nor conditions stand in front of them. */
const exposed = [
  'GET /calls',
  'GET /calls/{id}',
  'DELETE /calls/{id}',
  'GET /phone-numbers',
  'DELETE /auth/sessions/{id}',
];

let app: TestApp;
let switchFindersOn: () => void;

beforeAll(async () => {
  app = await startIsolatedApp();
});
afterEach(() => {
  switchFindersOn();
});
afterAll(() => app.close());

// In this order: policies stay off once they are.
it('policies alone hold every operation, when no query names its tenant or user', async () => {
  const matrix = await Matrix.of(app);
  // An operator's plane shows who there is in every tenant: only the query is about one.
  const inTenants = operationsOf(await apiDocument(app)).filter(({ who }) => who !== 'operator');
  switchFindersOn = switchFindersOff(app.app.get(DataSource));

  expect(
    await brokenCells(
      app,
      matrix,
      inTenants.map(({ id }) => id),
    ),
  ).toEqual([]);
});

it('queries that name their tenant hold every operation, when policies are off', async () => {
  const matrix = await Matrix.of(app);
  await switchPoliciesOff(app);

  expect(await brokenCells(app, matrix)).toEqual([]);
});

it('without both, lists and single rows of another tenant show: the matrix would have told', async () => {
  const matrix = await Matrix.of(app);
  switchFindersOn = switchFindersOff(app.app.get(DataSource));

  const broken = (await brokenCells(app, matrix, exposed)).join('\n');

  for (const operation of exposed) expect(broken).toContain(`${operation}, `);
});
