import { startApp, type TestApp } from '../support/app';
import { register, type Person } from '../support/people';
import { session } from '../support/tenants-in-sql';

let app: TestApp;
let alice: Person;
let bob: Person;

const call = { startedAt: '2025-01-31T09:30:00Z', direction: 'inbound', status: 'ended' };

beforeAll(async () => {
  app = await startApp();
});
beforeEach(async () => {
  alice = await register(app, 'alice');
  bob = await register(app, 'bob');
});
afterAll(() => app.close());

const numberOf = async ({ client }: Person) =>
  (await client.post('/phone-numbers', { number: '+33612345678' })).body.id as string;
const rows = async () => {
  const found = await app.sql('SELECT 1 FROM calls WHERE tenant_id = $1', [alice.tenantId]);
  return found.length;
};

/** Until a statement of the server is held up by another's lock. */
async function somebodyWaits(): Promise<void> {
  const waiting = `SELECT 1 FROM pg_stat_activity
                    WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  while ((await app.sql(waiting)).length === 0);
}

describe('recording a call', () => {
  it('keeps every field and shows it as it was written', async () => {
    const full = {
      ...call,
      startedAt: '2025-01-31T10:30:00.123+01:00',
      endedAt: '2025-01-31T09:34:00Z',
      customer: '+33612100067',
      transcript: 'Bonjour…',
      summary: 'Asks for a date.',
      durationSeconds: 7,
      endedReason: 'customer-ended-call',
      cost: 0.123456,
      recordingUrl: 'https://example.com/r/1.mp3?a=b#c',
      provider: 'vapi',
      providerCallId: 'of-vapi-1',
      phoneNumberId: await numberOf(alice),
      messages: [{ role: 'bot', message: 'Bonjour', time: 1, nested: { a: [null] } }],
      notes: 'Called back.',
      tags: ['vip'],
    };

    const recorded = await alice.client.post('/calls', full);

    expect(recorded.status).toBe(201);
    const shown = await alice.client.get(`/calls/${recorded.body.id as string}`);
    expect(shown.body).toEqual(recorded.body);
    expect(shown.body).toEqual({
      ...full,
      id: expect.any(String),
      startedAt: '2025-01-31T09:30:00.123Z',
      endedAt: '2025-01-31T09:34:00.000Z',
      createdAt: expect.any(String),
      erasedAt: null,
    });
  });

  it('needs a start, a direction and a status only; the rest is empty', async () => {
    const { body } = await alice.client.post('/calls', call);

    expect(body).toMatchObject({
      endedAt: null,
      customer: null,
      durationSeconds: null,
      cost: null,
      phoneNumberId: null,
      messages: null,
      provider: 'other',
      tags: [],
    });
  });

  it.each([
    ['2025-01-31T09:34:00.600Z', undefined, 241],
    ['2025-01-31T09:30:00Z', undefined, 0],
    ['2025-01-31T09:34:00Z', 7, 7],
    ['2025-01-31T09:34:00Z', 0, 0],
    ['2025-01-31T09:34:00Z', null, 240],
    [null, 7, 7],
    [null, undefined, null],
  ])(
    'ended %s with a duration of %s lasts %s seconds',
    async (endedAt, durationSeconds, length) => {
      const { body } = await alice.client.post('/calls', { ...call, endedAt, durationSeconds });

      expect(body.durationSeconds).toBe(length);
    },
  );

  it.each([
    ['before the start', '2025-01-31T09:29:59Z', 'time.order'],
    ['more than a week after it', '2025-02-07T09:30:01Z', 'time.length'],
    ['ages after it', '9999-12-31T00:00:00Z', 'time.length'],
  ])('refuses an end %s, and stores nothing', async (_, endedAt, code) => {
    const answer = await alice.client.post('/calls', { ...call, endedAt });

    expect(answer).toMatchObject({ status: 400, body: { errors: [{ field: 'endedAt', code }] } });
    expect(await rows()).toBe(0);
  });

  it.each(['+1234', '0612345678', '+33 6 12 34 56 78', '+330612', '33612345678', 'anonymous'])(
    'refuses %s as a customer: no E.164',
    async (customer) => {
      const answer = await alice.client.post('/calls', { ...call, customer });

      expect(answer.body.errors).toMatchObject([{ field: 'customer', code: 'phone.e164' }]);
      expect(answer.status).toBe(400);
    },
  );

  it.each(['javascript:alert(1)', 'file:///etc/passwd', 'data:text/html,x', '/r/1.mp3', 'x'])(
    'refuses %s as a recording: no address of the web',
    async (recordingUrl) => {
      const answer = await alice.client.post('/calls', { ...call, recordingUrl });

      expect(answer.body.errors).toMatchObject([{ field: 'recordingUrl', code: 'url.invalid' }]);
    },
  );

  it('cannot tell a phone number of another tenant from one that does not exist', async () => {
    const answers = [];
    for (const phoneNumberId of [await numberOf(bob), '7f1f7b7e-7a53-4d0f-9f0c-2f5b8a2f2f11']) {
      answers.push(await alice.client.post('/calls', { ...call, phoneNumberId }));
    }

    expect(answers[0]).toMatchObject({
      status: 400,
      body: { errors: [{ field: 'phoneNumberId', code: 'phone_number.unknown' }] },
    });
    const [ofForeign, ofAbsent] = answers.map(({ body }) => ({ ...body, requestId: '' }) as object);
    expect(ofForeign).toEqual(ofAbsent);
    expect(await rows()).toBe(0);
  });
});

describe('a providerCallId', () => {
  it('makes recording idempotent: the stored call is answered and nothing changes', async () => {
    const first = await alice.client.post('/calls', { ...call, providerCallId: 'x', notes: 'a' });
    const again = await alice.client.post('/calls', { ...call, providerCallId: 'x', notes: 'b' });

    expect([first.status, again.status]).toEqual([201, 200]);
    expect(again.body).toEqual(first.body);
    expect(await rows()).toBe(1);
  });

  it('recorded 20 times at once is one call', async () => {
    const same = { ...call, provider: 'vapi', providerCallId: 'x' };

    const answers = await Promise.all(
      Array.from({ length: 20 }, () => alice.client.post('/calls', same)),
    );

    expect(answers.map(({ status }) => status).sort()).toEqual([...Array(19).fill(200), 201]);
    expect(new Set(answers.map(({ body }) => body.id as string)).size).toBe(1);
    expect(await rows()).toBe(1);
  });

  it('counts within a tenant and a provider only', async () => {
    const same = { ...call, providerCallId: 'x' };
    const answers = [
      await alice.client.post('/calls', same),
      await alice.client.post('/calls', { ...same, provider: 'vapi' }),
      await alice.client.post('/calls', { ...same, provider: 'twilio' }),
      await bob.client.post('/calls', same),
      await alice.client.post('/calls', { ...same, provider: 'other' }),
    ];

    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 200]);
    expect(answers[4]?.body.id).toBe(answers[0]?.body.id);
  });

  it('left out never makes two calls one', async () => {
    for (const notes of ['a', 'b']) {
      expect((await alice.client.post('/calls', { ...call, notes })).status).toBe(201);
    }

    expect(await rows()).toBe(2);
  });
});

describe('changing a call', () => {
  it('sets notes and tags, leaves out what is left out, and takes nothing else', async () => {
    const { body } = await alice.client.post('/calls', { ...call, notes: 'a', tags: ['x'] });
    const url = `/calls/${body.id as string}`;

    expect((await alice.client.patch(url, { notes: 'b' })).body).toEqual({ ...body, notes: 'b' });
    expect((await alice.client.patch(url, { tags: [] })).body).toMatchObject({ tags: [] });
    expect((await alice.client.patch(url, { notes: null })).body.notes).toBeNull();
    expect((await alice.client.patch(url, {})).body).toMatchObject({ notes: null, tags: [] });
    expect((await alice.client.patch(url, { status: 'failed' })).status).toBe(400);
    expect((await alice.client.patch(url, { tags: null })).status).toBe(400);
    expect((await alice.client.get(url)).body).toEqual({ ...body, notes: null, tags: [] });
  });

  it('and deleting it at the same moment never brings it back', async () => {
    for (let round = 0; round < 15; round += 1) {
      const { body } = await alice.client.post('/calls', call);
      const url = `/calls/${body.id as string}`;

      const [deleted, ...changed] = await Promise.all([
        alice.client.delete(url),
        alice.client.patch(url, { notes: 'x' }),
        alice.client.patch(url, { tags: ['x'] }),
      ]);

      expect([204, 404]).toContain(deleted.status);
      for (const { status } of changed) expect([200, 404]).toContain(status);
      expect((await alice.client.get(url)).status).toBe(404);
    }
    expect(await rows()).toBe(0);
  });

  it('that goes between reading and writing is 404, not a call anew', async () => {
    const { body } = await alice.client.post('/calls', call);
    const deleting = await session(app.database.adminUrl);
    await deleting.query('BEGIN');
    await deleting.query('DELETE FROM calls WHERE id = $1', [body.id]);

    const changing = alice.client.patch(`/calls/${body.id as string}`, { notes: 'x' });
    await somebodyWaits();
    await deleting.query('COMMIT');
    await deleting.end();

    expect(await changing).toMatchObject({ status: 404, body: { code: 'call.not_found' } });
    expect(await rows()).toBe(0);
  });

  it('is gone for good with DELETE', async () => {
    const { body } = await alice.client.post('/calls', call);
    const url = `/calls/${body.id as string}`;

    expect(await alice.client.delete(url)).toMatchObject({ status: 204, text: '' });

    expect((await alice.client.delete(url)).body.code).toBe('call.not_found');
    expect((await alice.client.get('/calls')).body.items).toEqual([]);
  });
});
