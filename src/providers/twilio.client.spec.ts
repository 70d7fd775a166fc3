import { Secret } from '../kernel/security/secret';
import { FakeProvider } from './fake-provider';
import { TwilioClient } from './twilio.client';

const sid = `AC${'a1'.repeat(16)}`;
const token = '0a'.repeat(16);
const operators = {
  TWILIO_ACCOUNT_SID: `AC${'0e'.repeat(16)}`,
  TWILIO_AUTH_TOKEN: 'of-the-operator',
  TWILIO_REGION: 'au1',
  TWILIO_EDGE: 'sydney',
  TWILIO_LOG_LEVEL: 'debug',
};

let fake: FakeProvider;

beforeAll(async () => {
  Object.assign(process.env, operators);
  fake = await FakeProvider.start();
});
afterAll(async () => {
  for (const name of Object.keys(operators)) Reflect.deleteProperty(process.env, name);
  await fake.stop();
});

const verify = (accountSid: string, authToken: string, baseUrl = fake.url) =>
  new TwilioClient({ baseUrl, deadline: 30_000 }).verify(
    Secret.of(accountSid),
    Secret.of(authToken),
  );

describe('a Twilio account', () => {
  it.each([
    ['active', 'valid'],
    ['suspended', 'invalid'],
    ['closed', 'invalid'],
  ])('that is %s is %s, although Twilio answers 200', async (status, verdict) => {
    fake.answers(200, { sid, status, auth_token: 'of-the-account' });

    // A word and nothing of the account, whose answer holds its token.
    expect(await verify(sid, token)).toBe(verdict);
  });

  it.each([
    ['another account', { sid: `AC${'b2'.repeat(16)}`, status: 'active' }],
    ['a status that nobody knows', { sid, status: 'sleeping' }],
  ])('is neither when the answer is about %s', async (_, body) => {
    fake.answers(200, body);

    await expect(verify(sid, token)).rejects.toMatchObject({ code: 'provider.unavailable' });
  });

  it.each([
    ['of the earlier samples', 'AC_user1_xxx', token],
    ['of an API key, which the SDK throws at', sid.replace('AC', 'SK'), token],
    ['with a way out of the path', `${sid}/../x`, token],
    ['empty', '', token],
    ['without a token', sid, ''],
    ['and token both empty', '', ''],
  ])('%s is invalid without being sent, and never the operator’s own', async (_, one, two) => {
    fake.answers(200, { sid: operators.TWILIO_ACCOUNT_SID, status: 'active' });

    expect(await verify(one, two)).toBe('invalid');
    expect(fake.requests).toEqual([]);
  });

  it('is asked about at the address of the settings, and nothing is printed, whatever the environment says', async () => {
    const logged = jest.spyOn(console, 'log').mockImplementation();
    fake.answers(200, { sid, status: 'active' });

    // By name: the SDK cannot put a region into an IP address.
    const url = fake.url.replace('127.0.0.1', 'localhost');
    await verify(sid, token, url);

    expect(fake.requests.map(({ headers }) => `http://${headers.host}`)).toEqual([url]);
    expect(logged.mock.calls).toEqual([]);
    logged.mockRestore();
  });
});
