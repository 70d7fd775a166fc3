import type { RequestListener } from 'node:http';
import { inspect } from 'node:util';
import { Problem } from '../kernel/http/problem';
import { Secret } from '../kernel/security/secret';
import { FakeProvider } from './fake-provider';
import { TwilioClient } from './twilio.client';
import { VapiClient } from './vapi.client';

const sid = `AC${'a1'.repeat(16)}`;
const token = 'f00dfeed'.repeat(4);
const account = (status: string) => ({ sid, status, auth_token: token });
/** What holds for both. */
const providers = {
  vapi: {
    verify: (baseUrl: string, deadline: number) =>
      new VapiClient({ baseUrl, deadline }).verify(Secret.of(token)),
    good: [{ id: 'a-1' }],
    asks: ['GET', '/assistant?limit=1', `Bearer ${token}`],
  },
  twilio: {
    verify: (baseUrl: string, deadline: number) =>
      new TwilioClient({ baseUrl, deadline }).verify(Secret.of(sid), Secret.of(token)),
    good: account('active'),
    asks: ['GET', `/2010-04-01/Accounts/${sid}.json`, basic(sid, token)],
  },
};

let fake: FakeProvider;
let elsewhere: FakeProvider;

beforeAll(async () => {
  [fake, elsewhere] = [await FakeProvider.start(), await FakeProvider.start()];
});
afterAll(async () => {
  await fake.stop();
  await elsewhere.stop();
});

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

/** Everything that somebody could print of a thrown error. */
const printed = (error: unknown) =>
  [inspect(error, { depth: 20, showHidden: true }), JSON.stringify(error), String(error)].join();

const html: RequestListener = (_, response) =>
  response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Welcome</h1>');

describe.each(Object.entries(providers))('%s', (provider, { verify, good, asks }) => {
  const patient = () => verify(fake.url, 30_000);
  const errorOf = (asking: Promise<unknown>) =>
    asking.then(
      (verdict) => `it answered ${String(verdict)}`,
      (thrown: unknown) => thrown,
    );

  async function expectUnavailable(asking: Promise<unknown>, reason: string): Promise<void> {
    const error = await errorOf(asking);

    expect(error).toBeInstanceOf(Problem);
    expect(error).toMatchObject({
      code: 'provider.unavailable',
      status: 502,
      extras: { members: { provider, reason } },
    });
    expect((error as Problem).cause).toBeUndefined();
    expect(printed(error)).not.toMatch(new RegExp(`${token}|${sid}|Basic|Bearer`));
  }

  it('is unavailable when nobody listens, or the line breaks', async () => {
    // The SDK of Vapi leaves its timer behind when there is no answer: a short one, or Jest waits for it.
    const gone = await FakeProvider.start();
    const { url } = gone;
    await gone.stop();
    fake.answer = ({ socket }) => socket.destroy();

    await expectUnavailable(verify(url, 5_000), 'connection');
    await expectUnavailable(verify(fake.url, 5_000), 'connection');
  });

  it('asks one question, with the credentials in the header and nowhere else', async () => {
    fake.answers(200, good);

    const verdict = await patient();

    expect(verdict).toBe('valid');
    const asked = fake.requests.map(({ method, url, headers }) => [
      method,
      url,
      headers.authorization,
    ]);
    expect(asked).toEqual([asks]);
  });

  it.each([
    [401, { message: 'Unauthorized', code: 20003 }],
    [403, { message: 'Forbidden', code: 20003 }],
  ])('takes a %i for a no', async (status, body) => {
    fake.answers(status, body);

    expect(await patient()).toBe('invalid');
    expect(fake.requests).toHaveLength(1);
  });

  it.each([400, 402, 404, 408, 409, 429, 500, 502, 503])(
    'makes neither yes nor no of a %i, which it does not try again',
    async (status) => {
      fake.answers(status, { message: `no ${token}`, code: 20429 });

      await expectUnavailable(patient(), `status_${status}`);
      expect(fake.requests).toHaveLength(1);
    },
  );

  it('makes neither of a 403 page that something in front of the provider sent', async () => {
    fake.answer = (_, response) =>
      response.writeHead(403, { 'content-type': 'text/html' }).end('<h1>Blocked</h1>');

    await expectUnavailable(patient(), 'status_403');
  });

  it.each<[string, RequestListener]>([
    ['a page', html],
    ['nothing', (_, response) => response.end()],
    ['null', (_, response) => response.end('null')],
    ['another object', (_, response) => response.end('{"id":"x"}')],
    ['half of an answer', (_, response) => response.end('[{"id":')],
  ])('makes neither of a 200 with %s', async (_, answer) => {
    fake.answer = answer;

    await expectUnavailable(patient(), 'answer');
  });

  it('does not follow to another address', async () => {
    elsewhere.answers(200, good);
    fake.answer = (_, response) =>
      response.writeHead(302, { location: `${elsewhere.url}/assistant` }).end();

    const error = await errorOf(patient());

    expect(error).toMatchObject({ code: 'provider.unavailable' });
    expect(elsewhere.requests).toEqual([]);
  });

  it('tells nothing of an error that repeats the credentials', async () => {
    fake.answer = ({ headers }, response) => {
      response.writeHead(500, { 'content-type': 'application/json', 'x-echo': token });
      response.end(JSON.stringify({ message: headers.authorization, token }));
    };

    await expectUnavailable(patient(), 'status_500');
  });

  it.each<[string, RequestListener]>([
    ['never answers', () => undefined],
    [
      'answers and never ends',
      (_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const drip = setInterval(() => response.write(' '), 20);
        response.on('close', () => {
          clearInterval(drip);
        });
      },
    ],
  ])('gives up at its deadline on one who %s', async (_, answer) => {
    fake.answer = answer;

    await expectUnavailable(verify(fake.url, 300), 'timeout');
  });
});
