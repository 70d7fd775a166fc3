import { startApp, type TestApp } from '../support/app';
import { register, type Person } from '../support/people';

const COLUMNS = ['vapi_api_key', 'twilio_account_sid', 'twilio_auth_token'].join(', ');
const sid = `AC${'b2'.repeat(16)}`;
const token = '0b'.repeat(16);
const healed = { apiKey: 'sk_healed_0000001' };

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

/** Somebody with all three credentials saved. */
async function furnished(name: string): Promise<Person> {
  const person = await register(app, name);
  await person.client.post('/vapi-settings', { apiKey: `sk_of_${name}_000000_key` });
  await person.client.post('/twilio-settings', { accountSid: sid, authToken: token });
  return person;
}

const settingsOf = async ({ client }: Person) => {
  const answers = [await client.get('/vapi-settings'), await client.get('/twilio-settings')];
  return answers.map(({ status, body }) => ({ httpStatus: status, ...body }));
};

async function expectAllElseWorks({ client }: Person): Promise<void> {
  for (const path of ['/me', '/onboarding', '/calls', '/phone-numbers', '/ava-profile', '/tenant'])
    expect([path, (await client.get(path)).status]).toEqual([path, 200]);
}

describe('credentials that were copied to another user by one statement of SQL', () => {
  it('open for their owner only; the other is told, works on, and can save his own', async () => {
    const [alice, mallory] = [await furnished('alice'), await furnished('mallory')];

    await app.sql(
      `UPDATE users SET (${COLUMNS}) = (SELECT ${COLUMNS} FROM users WHERE id = $1) WHERE id = $2`,
      [alice.userId, mallory.userId],
    );

    const unreadable = { httpStatus: 200, configured: true, status: 'unreadable' };
    expect(await settingsOf(mallory)).toEqual([
      expect.objectContaining({ ...unreadable, apiKey: null }),
      expect.objectContaining({ ...unreadable, accountSid: null, authToken: null }),
    ]);
    expect(await settingsOf(alice)).toMatchObject([
      { apiKey: 'sk_o…_key', status: 'unverified' },
      { accountSid: sid, status: 'unverified' },
    ]);
    await expectAllElseWorks(mallory);
    await mallory.client.post('/vapi-settings', healed);
    expect(await settingsOf(mallory)).toMatchObject([
      { apiKey: 'sk_h…0001', status: 'unverified' },
      { status: 'unreadable' },
    ]);
  });
});

describe('a stored value in which one character was changed', () => {
  it('is told as unreadable; its owner works on, and can save a new one', async () => {
    const alice = await furnished('alice');
    await app.sql(
      `UPDATE users SET vapi_api_key = overlay(vapi_api_key PLACING
         CASE substr(vapi_api_key, 60, 1) WHEN 'A' THEN 'B' ELSE 'A' END FROM 60) WHERE id = $1`,
      [alice.userId],
    );

    const [damaged, other] = await settingsOf(alice);

    expect(damaged).toMatchObject({ httpStatus: 200, apiKey: null, status: 'unreadable' });
    expect(other).toMatchObject({ accountSid: sid, status: 'unverified' });
    await expectAllElseWorks(alice);
    await alice.client.post('/vapi-settings', healed);
    expect(await settingsOf(alice)).toMatchObject([{ apiKey: 'sk_h…0001' }, { accountSid: sid }]);
  });
});
