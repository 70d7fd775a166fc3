import { startApp, type TestApp } from '../support/app';
import { join, register, type Person } from '../support/people';

let app: TestApp;
let alice: Person;

beforeAll(async () => {
  app = await startApp();
});
beforeEach(async () => {
  alice = await register(app, 'alice');
});
afterAll(() => app.close());

interface Onboarding {
  flags: Record<string, unknown>;
  steps: { id: string; state: string }[];
  completed: boolean;
}

const see = async ({ client }: Person) => (await client.get('/onboarding')).body as Onboarding;
const flagsOf = async (person: Person) => (await see(person)).flags;
const patch = ({ client }: Person, flags: unknown) => client.patch('/onboarding', { flags });
const rowOf = ({ userId }: Person) => app.sql('SELECT * FROM users WHERE id = $1', [userId]);

describe('GET /onboarding of a new account', () => {
  it('shows no flag, the steps in their order and only the account as done', async () => {
    const seen = await alice.client.get('/onboarding');

    expect(seen.status).toBe(200);
    expect(seen.body).toEqual({
      flags: {},
      steps: [
        { id: 'account', state: 'done' },
        { id: 'profile', state: 'todo' },
        { id: 'vapi', state: 'todo' },
        { id: 'twilio', state: 'todo' },
        { id: 'phone_number', state: 'todo' },
        { id: 'first_call', state: 'todo' },
      ],
      completed: false,
    });
  });
});

describe('onboarding flags', () => {
  const flags = {
    vapi_skipped: true,
    camelCase: false,
    'kebab-case.and.dots': 'é😀 "quoted" \\ back',
    UPPER_9: 1.5e300,
    number: -0.1,
    empty: '',
    nested_thing: { inner_key: [1, 'two', { three_deep: null }], other: {} },
    list_of_lists: [[], [[]]],
  };

  it('are kept word for word, nested ones too', async () => {
    const changed = await patch(alice, flags);

    expect(changed.status).toBe(200);
    expect(changed.body.flags).toEqual(flags);
    expect(await flagsOf(alice)).toEqual(flags);
    expect(changed.body).toEqual(await see(alice));
  });

  it('are merged key by key: what is not named stays, what is named is replaced whole', async () => {
    await patch(alice, { vapi_skipped: true, nested: { a: 1, b: 2 }, list: [1, 2] });

    await patch(alice, { twilio_skipped: false, nested: { c: 3 } });

    expect(await flagsOf(alice)).toEqual({
      vapi_skipped: true,
      twilio_skipped: false,
      nested: { c: 3 },
      list: [1, 2],
    });
  });

  it('are removed with null, and only those', async () => {
    await patch(alice, { vapi_skipped: true, seen: ['a'], kept: { inner: null } });

    const changed = await patch(alice, { vapi_skipped: null, never_there: null });

    expect(changed.body.flags).toEqual({ seen: ['a'], kept: { inner: null } });
  });

  it('do not change with an empty object', async () => {
    await patch(alice, { vapi_skipped: true });

    const changed = await patch(alice, {});

    expect(changed.body.flags).toEqual({ vapi_skipped: true });
  });

  it('of two windows at the same moment are all kept', async () => {
    const names = Array.from({ length: 12 }, (_, i) => `flag_${i}`);

    const answers = await Promise.all(names.map((name) => patch(alice, { [name]: name })));

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(await flagsOf(alice)).toEqual(Object.fromEntries(names.map((name) => [name, name])));
  });

  it('are each person’s own, in a shared tenant too', async () => {
    const bob = await join(app, await register(app, 'bob'), {
      tenantId: alice.tenantId,
      role: 'member',
    });
    await patch(bob, { vapi_skipped: true });
    const before = await rowOf(bob);

    await patch(alice, { vapi_skipped: false });

    expect(await flagsOf(alice)).toEqual({ vapi_skipped: false });
    expect(await flagsOf(bob)).toEqual({ vapi_skipped: true });
    expect(await rowOf(bob)).toEqual(before);
  });

  it('may be as many and as large as the limits say', async () => {
    const fifty = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`f${i}`, true]));
    const large = { ['n'.repeat(64)]: 'x'.repeat(8192 - 64 - '{"":""}'.length) };

    const [many, big] = [await patch(alice, fifty), await patch(alice, large)];

    expect([many.status, big.status]).toEqual([200, 200]);
  });

  it.each([
    ['51 flags', Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`f${i}`, 1]))],
    ['a byte too many', { n: 'x'.repeat(8192 - '{"n":""}'.length + 1) }],
    ['too many bytes, though not characters', { n: 'é'.repeat(5000) }],
    ['a name of 65 characters', { ['n'.repeat(65)]: true }],
    ['a name without characters', { '': true }],
    ['a name with a space', { 'vapi skipped': true }],
    ['a name with quotes', { "'; DROP TABLE users; --": true }],
    ['a list', [true]],
    ['text', 'vapi_skipped'],
    ['a number', 1],
  ])('may not be %s, and nothing changes', async (_, wrong) => {
    await patch(alice, { vapi_skipped: true });
    const before = await rowOf(alice);

    const answer = await patch(alice, wrong);

    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([
      expect.objectContaining({ field: 'flags', code: 'flags.invalid' }),
    ]);
    expect(await rowOf(alice)).toEqual(before);
  });

  it.each([
    ['no flags', {}, 'flags', 'field.required'],
    ['null', { flags: null }, 'flags', 'field.null'],
    ['NUL in a value', { flags: { a: 'x\0' } }, 'flags.a', 'text.characters'],
    ['half a surrogate pair', { flags: { a: ['\ud800'] } }, 'flags.a[0]', 'text.characters'],
    ['steps', { flags: {}, steps: [] }, 'steps', 'field.unknown'],
    ['completed', { flags: {}, completed: true }, 'completed', 'field.unknown'],
    ['somebody else', { flags: {}, userId: 'x' }, 'userId', 'field.unknown'],
  ])('are refused with %s', async (_, body, field, code) => {
    const answer = await alice.client.patch('/onboarding', body);

    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([expect.objectContaining({ field, code })]);
  });

  it('may have the names of what an object inherits', async () => {
    const inherited = { toString: 1, valueOf: 'x', hasOwnProperty: { toString: true } };

    const answer = await patch(alice, inherited);

    expect(answer.status).toBe(200);
    expect(answer.body.flags).toEqual(inherited);
    expect(Object.keys(answer.body.flags as object)).toHaveLength(3);
  });
});
