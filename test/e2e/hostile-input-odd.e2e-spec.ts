import { startApp, type TestApp } from '../support/app';
import { Client } from '../support/client';
import { password, register, type Person } from '../support/people';

/** What found a way past the first checks once, and must not again. */
let app: TestApp;
let alice: Person;
const call = { startedAt: '2025-01-31T09:30:00Z', direction: 'inbound', status: 'ended' };

beforeAll(async () => {
  app = await startApp();
  alice = await register(app, 'alice');
});
afterAll(() => app.close());

describe('a token whose payload is no JSON', () => {
  it('is an invalid token and no failure of ours', async () => {
    const token = `${Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url')}.AA.AA`;

    const answer = await new Client(app.app, token).get('/me');

    expect([answer.status, answer.body.code]).toEqual([401, 'auth.token_invalid']);
  });
});

describe('names that every object inherits', () => {
  it.each(['toString', 'hasOwnProperty', 'valueOf'])('are unknown fields: %s', async (name) => {
    const answer = await alice.client.patch('/tenant', { name: 'q', [name]: 1 });

    expect(answer.body.errors).toEqual([
      expect.objectContaining({ field: name, code: 'field.unknown' }),
    ]);
  });

  it.each(['/calls?toString=1', '/calls?constructor=1', '/calls?__proto__=1'])(
    'are unknown parameters: %s',
    async (url) => {
      expect((await alice.client.get(url)).status).toBe(400);
    },
  );

  it('are kept word for word in messages, but for those that are refused', async () => {
    const messages = [{ role: 'bot', toString: 1, valueOf: 'x' }];

    const kept = await alice.client.post('/calls', { ...call, messages });
    const refused = await alice.client.post('/calls', {
      ...call,
      messages: [{ role: 'bot', constructor: 2 }],
    });
    const flag = await alice.client.patch('/onboarding', '{"flags":{"constructor":1}}');

    expect(Object.entries(kept.body.messages[0]).sort()).toEqual(
      Object.entries(messages[0] ?? {}).sort(),
    );
    expect([refused.status, refused.body.errors[0].code]).toEqual([400, 'name.reserved']);
    expect([flag.status, flag.body.errors[0].code]).toEqual([400, 'name.reserved']);
  });
});

describe('numbers that JavaScript cannot keep', () => {
  it.each(['1e400', '12345678901234567890', '-9007199254740993'])(
    'are refused: %s',
    async (number) => {
      const flags = await alice.client.patch('/onboarding', `{"flags":{"a":${number}}}`);

      expect(flags.body.errors).toEqual([
        expect.objectContaining({ field: 'flags.a', code: 'number.inexact' }),
      ]);
    },
  );
});

describe('bodies that are costly to check', () => {
  it('are refused by their number of values before anything is copied', async () => {
    const tags = `{"tags":[${'1,'.repeat(60_000)}1]}`;

    const answer = await alice.client.post('/calls', tags);

    expect([answer.status, answer.body.code]).toEqual([400, 'request.too_many_values']);
  });

  it('are answered with at most twenty errors', async () => {
    const fields = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`f${i}`, i]));

    const answer = await new Client(app.app).post('/auth/login', fields);

    expect(answer.status).toBe(400);
    expect(answer.body.errors).toHaveLength(20);
  });
});

describe('times at the edge of the calendar', () => {
  it.each(['9999-12-31T23:59:59.999-14:00', '1970-01-01T00:00:00+14:00'])(
    'are refused when their zone carries them over it: %s',
    async (startedAt) => {
      expect((await alice.client.post('/calls', { ...call, startedAt })).status).toBe(400);
    },
  );
});

describe('odd values of the earlier system', () => {
  it.each(['null', '[1, 2]', '"text"'])(
    'flags that are no object read as none: %s',
    async (flags) => {
      const person = await register(app, 'odd');
      await app.sql('UPDATE users SET onboarding_flags = $2 WHERE id = $1', [person.userId, flags]);

      const seen = await person.client.get('/onboarding');
      const changed = await person.client.patch('/onboarding', { flags: { vapi_skipped: true } });

      expect(seen.body.flags).toEqual({});
      expect(changed.body.flags).toEqual({ vapi_skipped: true });
    },
  );

  it('a call that started at infinity does not break the list', async () => {
    const person = await register(app, 'odd');
    await person.client.post('/calls', call);
    await person.client.post('/calls', call);
    await app.sql(
      `UPDATE calls SET started_at = 'infinity' WHERE id = (
         SELECT id FROM calls WHERE tenant_id = $1 LIMIT 1)`,
      [person.tenantId],
    );

    const first = await person.client.get('/calls?limit=1');
    const second = await person.client.get(
      `/calls?limit=1&cursor=${first.body.nextCursor as string}`,
    );

    expect(first.body.items).toHaveLength(1);
    expect(second.body.items[0].startedAt).toBe('2025-01-31T09:30:00.000Z');
  });
});

describe('writes while the account or tenant is being deleted', () => {
  const writes = (person: Person) =>
    Array.from({ length: 30 }, (_, i) => [
      person.client.post('/calls', call),
      person.client.post('/phone-numbers', { number: `+336123456${10 + i}` }),
      person.client.post('/vapi-settings', { apiKey: `sk_test_${i}_abcdefgh` }),
    ]).flat();

  it.each([
    ['/me', { password }],
    ['/tenant', { password, confirm: 'doomed' }],
  ])('end with success or "session ended", never with a failure: DELETE %s', async (url, body) => {
    const person = await register(app, 'doomed', { tenantName: 'doomed' });

    const [deleted, ...others] = await Promise.all([
      person.client.delete(url, body),
      ...writes(person),
    ]);

    expect(deleted.status).toBe(204);
    expect(
      others.map(({ status }) => status).filter((s) => ![200, 201, 401, 404].includes(s)),
    ).toEqual([]);
  });
});

describe('parallel changes of one password', () => {
  it('let one win: for the others the password sent is no longer the current one', async () => {
    const person = await register(app, 'alice');
    const change = (n: number) =>
      person.client.post('/auth/password', {
        currentPassword: password,
        newPassword: `another long password ${n}`,
      });

    const answers = await Promise.all([1, 2, 3, 4, 5].map(change));

    expect(answers.map(({ status }) => status).sort()).toEqual([204, 403, 403, 403, 403]);
  });
});
