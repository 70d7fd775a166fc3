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

const call = { startedAt: '2025-01-31T09:30:00Z', direction: 'inbound', status: 'ended' };
const twilio = { accountSid: `AC${'d4'.repeat(16)}`, authToken: '0d'.repeat(16) };
const see = async ({ client }: Person) => (await client.get('/onboarding')).body as Onboarding;
const flagsOf = async (person: Person) => (await see(person)).flags;
const patch = ({ client }: Person, flags: unknown) => client.patch('/onboarding', { flags });
const stepsOf = async (person: Person) =>
  Object.fromEntries((await see(person)).steps.map(({ id, state }) => [id, state]));

describe('a step', () => {
  const ways: [
    step: string,
    flag: string,
    work: (person: Person) => Promise<{ status: number }>,
  ][] = [
    ['profile', 'profile_skipped', ({ client }) => client.patch('/ava-profile', { name: 'Eva' })],
    [
      'vapi',
      'vapi_skipped',
      ({ client }) => client.post('/vapi-settings', { apiKey: 'sk_12345678' }),
    ],
    ['twilio', 'twilio_skipped', ({ client }) => client.post('/twilio-settings', twilio)],
    [
      'phone_number',
      'numbers_skipped',
      ({ client }) => client.post('/phone-numbers', { number: '+33612345678' }),
    ],
    ['first_call', 'first_call_skipped', ({ client }) => client.post('/calls', call)],
  ];

  it.each(ways)(
    'is done by what is really there, and nothing else changes: %s',
    async (step, _, work) => {
      const before = await stepsOf(alice);

      const { status } = await work(alice);

      expect([200, 201]).toContain(status);
      expect(await stepsOf(alice)).toEqual({ ...before, [step]: 'done' });
      expect(await stepsOf(await register(app, 'bob'))).toEqual(before);
    },
  );

  it.each(ways)('is skipped by its flag, never done by it: %s', async (step, flag) => {
    await patch(alice, { [flag]: true, [`${step}_done`]: true, [step]: 'done', done: true });

    expect((await stepsOf(alice))[step]).toBe('skipped');
  });

  it.each(ways)('that is done stays done with the flag: %s', async (step, flag, work) => {
    await patch(alice, { [flag]: true });

    await work(alice);

    expect((await stepsOf(alice))[step]).toBe('done');
    expect((await flagsOf(alice))[flag]).toBe(true);
  });

  it.each([false, 'true', 1, {}, [true]])('is not skipped by a flag that is %j', async (value) => {
    await patch(alice, { vapi_skipped: value });

    expect((await stepsOf(alice)).vapi).toBe('todo');
  });

  it('is open again when what made it done has gone', async () => {
    await alice.client.post('/vapi-settings', { apiKey: 'sk_12345678' });
    const { body } = await alice.client.post('/calls', call);
    const before = await stepsOf(alice);

    await alice.client.delete('/vapi-settings');
    await alice.client.delete(`/calls/${body.id as string}`);

    expect(before).toMatchObject({ vapi: 'done', first_call: 'done' });
    expect(await stepsOf(alice)).toMatchObject({ vapi: 'todo', first_call: 'todo' });
  });

  it.each([
    ['refused by the provider', `vapi_status = 'invalid'`],
    ['unreadable', `vapi_api_key = overlay(vapi_api_key placing '00000000' from 4 for 8)`],
  ])('is not done with a key that is %s', async (_, assignment) => {
    await alice.client.post('/vapi-settings', { apiKey: 'sk_12345678' });

    await app.sql(`UPDATE users SET ${assignment} WHERE id = $1`, [alice.userId]);

    expect((await stepsOf(alice)).vapi).toBe('todo');
  });

  it('counts what the tenant has, but only one’s own keys', async () => {
    const bob = await register(app, 'bob');
    const inside = await join(app, bob, { tenantId: alice.tenantId, role: 'member' });
    for (const [, , work] of ways) await work(alice);

    const [steps, own] = [await stepsOf(inside), await stepsOf(bob)];

    const done = { profile: 'done', phone_number: 'done', first_call: 'done' };
    expect(steps).toEqual({ account: 'done', vapi: 'todo', twilio: 'todo', ...done });
    expect(Object.values(own).sort()).toEqual(['done', ...Array<string>(5).fill('todo')]);
  });

  it('is the last one when all are done or skipped', async () => {
    const [last, ...others] = ways;
    for (const [, flag] of others) await patch(alice, { [flag]: true });
    const before = await see(alice);

    await last?.[2](alice);

    expect([before.completed, (await see(alice)).completed]).toEqual([false, true]);
    await patch(alice, { vapi_skipped: null });
    expect((await see(alice)).completed).toBe(false);
  });
});
