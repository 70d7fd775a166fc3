import { startApp, type TestApp } from '../support/app';
import { rowsOf } from '../support/catalogue';
import { join, register, type Person } from '../support/people';

let app: TestApp;
let alice: Person;

const sid = `AC${'a1'.repeat(16)}`;
const token = `${'0a'.repeat(15)}ff`;
const nothing = { updatedAt: null, verifiedAt: null, status: 'unverified' };

beforeAll(async () => {
  app = await startApp({ LOG_LEVEL: 'trace' });
  alice = await register(app, 'alice');
});
afterAll(() => app.close());

const saveVapi = ({ client }: Person, apiKey: unknown) => client.post('/vapi-settings', { apiKey });
const rowOf = ({ userId }: Person) => app.sql('SELECT * FROM users WHERE id = $1', [userId]);

describe('credentials that were never saved', () => {
  it.each([
    ['/vapi-settings', { apiKey: null }],
    ['/twilio-settings', { accountSid: null, authToken: null }],
  ])('are told as not configured by GET %s', async (url, fields) => {
    const bob = await register(app, 'bob');

    const seen = await bob.client.get(url);

    expect(seen.status).toBe(200);
    expect(seen.body).toEqual({ configured: false, ...fields, ...nothing });
  });
});

describe('a saved Vapi key', () => {
  it.each([
    ['8 characters', 'sk_12345', '••••'],
    ['15 characters', 'sk_123456789012', '••••'],
    ['16 characters', 'sk_1234567890123', 'sk_1…0123'],
    ['512 characters', `sk_${'x'.repeat(505)}9xQ2`, 'sk_x…9xQ2'],
    ['every visible character', '!"#$%&\'()*+,-./0123456789:;<=>?@[]^_`{|}~', '!"#$…{|}~'],
  ])('of %s is answered masked, by POST as by GET', async (_, key, masked) => {
    const saved = await saveVapi(alice, key);

    expect(saved.status).toBe(200);
    expect(saved.body).toEqual({
      configured: true,
      apiKey: masked,
      ...nothing,
      updatedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(saved.headers['cache-control']).toBe('no-store');
    const seen = await alice.client.get('/vapi-settings');
    expect(seen.body).toEqual(saved.body);
    expect(`${saved.text}${seen.text}${app.logs()}`).not.toContain(key);
  });

  it('never tells its length', async () => {
    const answers = [];
    for (const length of [8, 11, 15]) {
      answers.push((await saveVapi(alice, 'x'.repeat(length))).text.replace(/"\d{4}-[^"]+"/, ''));
    }
    for (const length of [16, 100, 512]) {
      answers.push((await saveVapi(alice, 'x'.repeat(length))).text.replace(/"\d{4}-[^"]+"/, ''));
    }

    expect(new Set(answers.slice(0, 3)).size).toBe(1);
    expect(new Set(answers.slice(3)).size).toBe(1);
  });

  it('replaces the one before, and what was known about that', async () => {
    await saveVapi(alice, 'sk_the_first_key_1');
    await app.sql(
      `UPDATE users SET vapi_status = 'valid', vapi_verified_at = now(), vapi_updated_at = '2025-01-01' WHERE id = $1`,
      [alice.userId],
    );
    const before = await alice.client.get('/vapi-settings');

    const { body } = await saveVapi(alice, 'sk_the_other_key_2');

    expect(before.body).toMatchObject({ status: 'valid', verifiedAt: expect.any(String) });
    expect(body).toMatchObject({ apiKey: 'sk_t…ey_2', status: 'unverified', verifiedAt: null });
    expect(body.updatedAt > before.body.updatedAt).toBe(true);
  });

  it('leaves the Twilio account alone, and the other way round', async () => {
    const bob = await register(app, 'bob');
    await bob.client.post('/twilio-settings', { accountSid: sid, authToken: token });
    const twilio = (await bob.client.get('/twilio-settings')).body;

    await saveVapi(bob, 'sk_bob_key_0000001');
    const vapi = (await bob.client.get('/vapi-settings')).body;
    await bob.client.delete('/twilio-settings');

    expect(twilio.configured).toBe(true);
    expect((await bob.client.get('/vapi-settings')).body).toEqual(vapi);
    expect((await bob.client.get('/twilio-settings')).body.configured).toBe(false);
  });

  it('is the person’s own in every tenant and whatever the role', async () => {
    const bob = await register(app, 'bob');
    await saveVapi(bob, 'sk_bob_key_0000001');
    const inside = await join(app, bob, { tenantId: alice.tenantId, role: 'member' });
    const ofAlice = (await alice.client.get('/vapi-settings')).body;

    const saved = await saveVapi(inside, 'sk_bob_key_0000002');

    expect(saved.status).toBe(200);
    expect((await bob.client.get('/vapi-settings')).body.apiKey).toBe('sk_b…0002');
    expect((await alice.client.get('/vapi-settings')).body).toEqual(ofAlice);
  });
});

describe('a saved Twilio account', () => {
  it('shows its SID whole and its token masked', async () => {
    const saved = await alice.client.post('/twilio-settings', {
      accountSid: sid,
      authToken: token,
    });

    expect(saved.status).toBe(200);
    expect(saved.body).toEqual({
      configured: true,
      accountSid: sid,
      authToken: '0a0a…0aff',
      ...nothing,
      updatedAt: expect.any(String),
    });
    const seen = await alice.client.get('/twilio-settings');
    expect(seen.body).toEqual(saved.body);
    expect(`${saved.text}${seen.text}${app.logs()}`).not.toContain(token);
  });
});

describe('removing credentials', () => {
  it.each([
    ['/vapi-settings', { apiKey: 'sk_alice_key_0001' }],
    ['/twilio-settings', { accountSid: sid, authToken: token }],
  ])('with DELETE %s is 204, also when there are none', async (url, body) => {
    const { client } = await register(app, 'bob');
    await client.post(url, body);

    const answers = [await client.delete(url), await client.delete(url)];

    expect(answers.map(({ status, text }) => `${status}${text}`)).toEqual(['204', '204']);
    expect((await client.get(url)).body).toMatchObject({ configured: false, ...nothing });
  });
});

describe('POST /vapi-settings refuses', () => {
  const good = 'sk_refused_000000';

  it.each([
    ['7 characters', 'sk_refu', 'text.visible_ascii'],
    ['513 characters', `sk_refused${'x'.repeat(503)}`, 'text.visible_ascii'],
    ['nothing', '', 'text.visible_ascii'],
    ['a space inside', `${good} x`, 'text.visible_ascii'],
    ['a space before', ` ${good}`, 'text.visible_ascii'],
    ['a newline after', `${good}\n`, 'text.visible_ascii'],
    ['a header', `${good}\r\nx-evil: 1`, 'text.visible_ascii'],
    ['a tab', `${good}\t`, 'text.visible_ascii'],
    ['DEL', `${good}\x7f`, 'text.visible_ascii'],
    ['NUL', `${good}\0`, 'text.characters'],
    ['an accent', `${good}é`, 'text.visible_ascii'],
    ['a wide character', `${good}😀`, 'text.visible_ascii'],
    ['a number', 1234567890, 'text.type'],
    ['a list', [good], 'text.type'],
    ['an object', { $ne: good }, 'text.type'],
    ['null', null, 'field.null'],
    ['no key', undefined, 'field.required'],
  ])('%s, repeats nothing of it and changes nothing', async (_, apiKey, code) => {
    const before = await rowOf(alice);

    const answer = await saveVapi(alice, apiKey);

    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([expect.objectContaining({ field: 'apiKey', code })]);
    expect(`${answer.text}${app.logs()}`).not.toMatch(/sk_refu|1234567890|x-evil/);
    expect(await rowOf(alice)).toEqual(before);
  });

  it('a second field', async () => {
    const answer = await alice.client.post('/vapi-settings', { apiKey: good, status: 'valid' });

    expect(answer.body.errors).toEqual([
      expect.objectContaining({ field: 'status', code: 'field.unknown' }),
    ]);
  });
});

describe('POST /twilio-settings refuses', () => {
  const refused = 'f00d'.repeat(8);

  it.each([
    ['a SID in lower case', { accountSid: sid.toLowerCase() }, 'accountSid', 'text.pattern'],
    [
      'a SID of another kind',
      { accountSid: sid.replace('AC', 'SK') },
      'accountSid',
      'text.pattern',
    ],
    ['a SID too short', { accountSid: sid.slice(0, -1) }, 'accountSid', 'text.pattern'],
    ['a SID too long', { accountSid: `${sid}0` }, 'accountSid', 'text.pattern'],
    ['a SID with g', { accountSid: sid.replace('a', 'g') }, 'accountSid', 'text.pattern'],
    ['a SID with a newline', { accountSid: `${sid}\n` }, 'accountSid', 'text.pattern'],
    ['a SID and a path', { accountSid: `${sid}/../x` }, 'accountSid', 'text.pattern'],
    ['no SID', { accountSid: undefined }, 'accountSid', 'field.required'],
    ['a null SID', { accountSid: null }, 'accountSid', 'field.null'],
    ['a token too short', { authToken: refused.slice(1) }, 'authToken', 'text.visible_ascii'],
    ['a token too long', { authToken: refused.repeat(2) + 'f' }, 'authToken', 'text.visible_ascii'],
    ['a token with a space', { authToken: `${refused} ` }, 'authToken', 'text.visible_ascii'],
    ['a token with an accent', { authToken: `${refused}é` }, 'authToken', 'text.visible_ascii'],
    ['a token that is a number', { authToken: 1 }, 'authToken', 'text.type'],
    ['no token', { authToken: undefined }, 'authToken', 'field.required'],
    ['a null token', { authToken: null }, 'authToken', 'field.null'],
  ])('%s, repeats nothing of it and changes nothing', async (_, change, field, code) => {
    const before = await rowsOf(app.database.adminUrl);
    const body = { accountSid: sid, authToken: refused, ...change };

    const answer = await alice.client.post('/twilio-settings', body);

    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([expect.objectContaining({ field, code })]);
    expect(`${answer.text}${app.logs()}`).not.toMatch(/(f00d){2}|(a1){4}/i);
    expect(await rowsOf(app.database.adminUrl)).toEqual(before);
  });
});
