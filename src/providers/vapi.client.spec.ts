import { Secret } from '../kernel/security/secret';
import { FakeProvider } from './fake-provider';
import { VapiClient } from './vapi.client';

let fake: FakeProvider;

beforeAll(async () => {
  fake = await FakeProvider.start();
});
afterAll(() => fake.stop());

const verify = (apiKey: string) =>
  new VapiClient({ baseUrl: fake.url, deadline: 30_000 }).verify(Secret.of(apiKey));

describe('a Vapi key', () => {
  it.each([
    ['a line break, which the SDK would print in its error', 'sk_alice\r\nx-evil: 1'],
    ['a newline at its end', 'sk_alice_xxx\n'],
    ['an accent', 'sk_alicé'],
    ['a space', 'sk alice'],
    ['nothing, which the SDK would send as an empty Bearer', ''],
  ])('with %s is invalid without being sent', async (_, apiKey) => {
    fake.answers(200, []);

    expect(await verify(apiKey)).toBe('invalid');
    expect(fake.requests).toEqual([]);
  });

  it('of an organisation without assistants is valid', async () => {
    fake.answers(200, []);

    expect(await verify('sk_alice_xxx')).toBe('valid');
  });

  it('is printed by nobody, whatever happens', async () => {
    const said = jest.spyOn(console, 'error').mockImplementation();
    const logged = jest.spyOn(console, 'log').mockImplementation();
    fake.answers(500, {});

    await expect(verify('sk_alice_xxx')).rejects.toThrow('provider.unavailable');

    expect([...said.mock.calls, ...logged.mock.calls]).toEqual([]);
    jest.restoreAllMocks();
  });
});
