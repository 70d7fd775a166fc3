import { termsOf } from '../../src/calls/call-search';
import { startApp, type TestApp } from '../support/app';
import { claim, LoginSession, memberOf, type Member } from '../support/plane-session';

let app: TestApp;
let login: LoginSession;
let alice: Member;
let bob: Member;

beforeAll(async () => {
  app = await startApp();
  login = await LoginSession.open(app);
  alice = await memberOf(app, 'alice');
  bob = await memberOf(app, 'bob');
});
afterAll(async () => {
  await login.close();
  await app.close();
});

const found = 'SELECT id FROM ava.matching_calls($1)';
const terms = (q: string) => [JSON.stringify(termsOf(q))];

describe('the search in the tenant plane', () => {
  it('finds words of its own tenant and of no other', async () => {
    const met = await login.with(claim(alice), async () => [
      await login.meets(found, terms('words')),
      await login.meets(found, terms('words alice')),
      await login.meets(found, terms('bob')),
      await login.meets(found, terms('bob*')),
      await login.meets('SELECT 1 FROM call_texts WHERE tenant_id = $1', [bob.tenantId]),
    ]);

    expect(met).toEqual([1, 1, 0, 0, 0]);
  });

  it.each([
    ['claims another tenant', () => claim({ ...alice, tenantId: bob.tenantId })],
    ['has no session', () => ({ ...claim(alice), 'ava.session_id': '' })],
    ['is no member', () => claim({ ...bob, userId: alice.userId })],
  ])('finds nothing for somebody who %s', async (_, settings) => {
    const met = await login.with(settings(), async () => [
      await login.meets(found, terms('words')),
      await login.meets('SELECT 1 FROM call_texts'),
    ]);

    expect(met).toEqual([0, 0]);
  });

  it('finds no words of another tenant that the query names by its mark', async () => {
    const mark = bob.tenantId.slice(-8);

    const met = await login.with(claim(alice), async () => [
      await login.meets(found, terms(`${mark}bob`)),
      await login.meets(found, terms(`${mark}bob*`)),
      await login.meets(found, [
        JSON.stringify([
          { words: `x' | '${mark}bob`, exact: true, prefix: false, excluded: false },
        ]),
      ]),
    ]);

    expect(met).toEqual([0, 0, 0]);
  });

  it('writes no words, and is open to no other plane', async () => {
    const met = await login.with(claim(alice), async () => [
      await login.meets(`UPDATE call_texts SET vector = ''`),
      await login.meets('DELETE FROM call_texts'),
      await login.meets(`SELECT ava.index_call()`),
    ]);
    const asOperator = await login.with(claim(alice, 'ava_operator'), async () => [
      await login.meets(found, terms('words')),
      await login.meets('SELECT 1 FROM call_texts'),
    ]);

    expect([...met, ...asOperator]).toEqual(Array.from({ length: 5 }, () => '42501'));
  });
});
