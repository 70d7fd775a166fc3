import { startApp, type TestApp } from '../support/app';
import { rowsOf } from '../support/catalogue';
import { register, type Person } from '../support/people';

let app: TestApp;
let alice: Person;
let bob: Person;

const call = { startedAt: '2025-01-31T09:30:00Z', direction: 'inbound', status: 'ended' };
const cursorOf = async (person: Person, url: string) =>
  (await person.client.get(url)).body.nextCursor as string;

beforeAll(async () => {
  app = await startApp();
  alice = await register(app, 'alice');
  bob = await register(app, 'bob');
  for (const person of [alice, bob]) {
    for (const digit of ['1', '2', '3']) {
      await person.client.post('/calls', call);
      await person.client.post('/phone-numbers', { number: `+3361234567${digit}` });
    }
  }
});
afterAll(() => app.close());

async function expectRefused(person: Person, url: string, cursor: string): Promise<void> {
  const joint = url.includes('?') ? '&' : '?';
  const answer = await person.client.get(`${url}${joint}cursor=${encodeURIComponent(cursor)}`);

  expect(answer.body).toMatchObject({ status: 400, code: 'cursor.invalid' });
  expect(answer.headers['content-type']).toContain('application/problem+json');
}

describe.each(['/calls', '/phone-numbers'])('a cursor of %s', (list) => {
  it('is good for its own list, with any limit', async () => {
    const cursor = await cursorOf(alice, `${list}?limit=1`);

    const next = await alice.client.get(`${list}?limit=2&cursor=${cursor}`);

    expect(next.body.items).toHaveLength(2);
    expect(next.body.nextCursor).toBeNull();
  });

  it('is refused in another tenant', async () => {
    await expectRefused(bob, list, await cursorOf(alice, `${list}?limit=1`));
  });

  it('is refused in another list', async () => {
    const other = list === '/calls' ? '/phone-numbers' : '/calls';

    await expectRefused(alice, other, await cursorOf(alice, `${list}?limit=1`));
  });

  it('is refused with a bit of any byte changed, and when it is cut', async () => {
    const cursor = await cursorOf(alice, `${list}?limit=1`);
    const bytes = Buffer.from(cursor, 'base64url');

    for (let bit = 0; bit < bytes.length * 8; bit += 7) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      await expectRefused(alice, list, changed.toString('base64url'));
    }
    for (let length = 1; length < cursor.length; length += 1) {
      await expectRefused(alice, list, cursor.slice(0, length));
    }
    await expectRefused(alice, list, Buffer.concat([bytes, bytes]).toString('base64url'));
  });

  it.each([
    'x',
    '{}',
    'null',
    '0',
    "' OR 1=1 --",
    '🙂',
    'MTczODMxNTgwMDAwMDAwMDo3ZjFmN2I3ZS03YTUzLTRkMGYtOWYwYy0yZjViOGEyZjJmMTE',
    'A'.repeat(99),
  ])('is refused when it is made up: %s', async (cursor) => {
    await expectRefused(alice, list, cursor);
  });
});

describe('a cursor of /calls', () => {
  it('is refused with another order or filter, and with one filter less', async () => {
    const plain = await cursorOf(alice, '/calls?limit=1');
    const filtered = await cursorOf(alice, '/calls?limit=1&status=ended&direction=inbound');

    await expectRefused(alice, '/calls?order=asc', plain);
    await expectRefused(alice, '/calls?status=ended', plain);
    await expectRefused(alice, '/calls', filtered);
    await expectRefused(alice, '/calls?status=ended', filtered);
    await expectRefused(alice, '/calls?customer=ended&direction=inbound', filtered);
    await expectRefused(alice, '/calls?status=ended&startedAtGe=2025-01-01T00:00:00Z', filtered);
  });
});

describe('text that looks like SQL, markup or a template', () => {
  const odd = [
    "' OR 1=1 --",
    `"; DROP TABLE calls; --`,
    String.raw`\'; SELECT pg_sleep(9) --`,
    '$1 :name ${x} {{x}} %s',
    '<script>alert(1)</script>',
    '=cmd|calc!A1',
    'é🙂\u202e\u200b\ufeff\u0001\t\r\n',
  ];

  it.each(odd)('is stored and given back word for word: %j', async (text) => {
    const line = text.replace(/[\p{Cc}\u202e]/gu, '');
    const recorded = await alice.client.post('/calls', {
      ...call,
      transcript: text,
      summary: text,
      endedReason: text,
      providerCallId: text,
      messages: [{ role: text, [text]: text }],
      notes: text,
      tags: [line],
    });
    const shown = await alice.client.get(`/calls/${recorded.body.id as string}`);
    const profile = await alice.client.patch('/ava-profile', {
      name: line,
      firstMessage: text,
      instructions: text,
    });
    const flagged = await alice.client.patch('/onboarding', { flags: { odd: { [text]: text } } });

    expect(shown.body).toMatchObject({
      transcript: text,
      summary: text,
      endedReason: text,
      providerCallId: text,
      messages: [{ role: text, [text]: text }],
      notes: text,
      tags: [line],
    });
    expect(profile.body).toMatchObject({ name: line, firstMessage: text, instructions: text });
    expect(flagged.body.flags.odd).toEqual({ [text]: text });
    expect((await alice.client.patch('/tenant', { name: line })).body.name).toBe(line);
    expect((await alice.client.patch('/me', { name: line })).body.name).toBe(line);
  });

  it.each(odd)('finds nothing as a filter, and harms nothing: %j', async (text) => {
    const before = await rowsOf(app.database.adminUrl);
    const filter = encodeURIComponent(text);

    for (const name of ['customer', 'status']) {
      const found = await alice.client.get(`/calls?${name}=${filter}`);
      expect([found.status, found.body.items]).toEqual([200, []]);
    }

    expect(await rowsOf(app.database.adminUrl)).toEqual(before);
  });
});
