import { startApp, type TestApp } from '../support/app';
import { register, type Person } from '../support/people';

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

/** Calls of a person written past the application, as the earlier system or a provider would have them. */
async function write({ tenantId }: Person, startedAt: string, count: number): Promise<void> {
  await app.sql(
    `INSERT INTO calls (tenant_id, id, started_at, created_at, status, direction, customer)
     SELECT $1, gen_random_uuid(), ${startedAt}, timestamptz '2025-01-01' + i * interval '1 s', 'ended',
            'inbound', '+1234'
       FROM generate_series(1, $2) AS i`,
    [tenantId, count],
  );
}

/** Follows nextCursor to the end; `between` runs after every page. */
async function readAll(
  { client }: Person,
  query: string,
  between: () => Promise<unknown> = () => Promise.resolve(),
): Promise<string[]> {
  const ids: string[] = [];
  let cursor = '';
  for (let page = 0; page < 500; page += 1) {
    const { body, text, status } = await client.get(`/calls?${query}${cursor}`);
    if (status !== 200) throw new Error(text);
    ids.push(...(body.items as { id: string }[]).map(({ id }) => id));
    if (body.nextCursor === null) return ids;
    cursor = `&cursor=${body.nextCursor as string}`;
    await between();
  }
  throw new Error('the list has no end');
}

/** The order the list promises, asked of the table itself. */
async function inOrder({ tenantId }: Person, direction: 'ASC' | 'DESC'): Promise<string[]> {
  const rows = await app.sql<{ id: string }>(
    `SELECT id FROM calls WHERE tenant_id = $1
      ORDER BY coalesce(started_at, created_at) ${direction}, id ${direction}`,
    [tenantId],
  );
  return rows.map(({ id }) => id);
}

describe('the list of calls', () => {
  it('is empty at first, then newest first, as summaries without transcript', async () => {
    expect((await alice.client.get('/calls')).body).toEqual({ items: [], nextCursor: null });
    const recorded = [];
    for (const day of ['02', '03', '01']) {
      const startedAt = `2025-01-${day}T00:00:00Z`;
      recorded.push(
        await alice.client.post('/calls', { ...call, startedAt, transcript: 'secret' }),
      );
    }

    const { body, text } = await alice.client.get('/calls');

    const [second, third, first] = recorded.map((answer) => answer.body as Record<string, unknown>);
    const summaries = [third, second, first].map((one) => {
      const detail = ['transcript', 'messages', 'recordingUrl', 'provider', 'providerCallId'];
      return Object.fromEntries(
        Object.entries(one ?? {}).filter(
          ([key]) => ![...detail, 'notes', 'tags', 'erasedAt'].includes(key),
        ),
      );
    });
    expect(body).toEqual({ items: summaries, nextCursor: null });
    expect(text).not.toContain('secret');
  });

  it('holds the calls of the token’s tenant and no other, whatever is asked', async () => {
    await write(alice, 'now()', 3);
    await write(bob, 'now()', 4);

    for (const query of [
      '',
      'status=ended',
      'direction=inbound',
      'customer=%2B1234',
      'order=asc',
    ]) {
      const [ofAlice, ofBob] = [await readAll(alice, query), await readAll(bob, query)];
      expect([ofAlice.length, ofBob.length]).toEqual([3, 4]);
      expect(ofAlice.filter((id) => ofBob.includes(id))).toEqual([]);
    }
  });

  it('has 25 calls a page when no limit is given, and up to 100', async () => {
    await write(alice, 'now()', 101);

    expect((await alice.client.get('/calls')).body.items).toHaveLength(25);
    expect((await alice.client.get('/calls?limit=100')).body.items).toHaveLength(100);
    expect((await alice.client.get('/calls?limit=101')).status).toBe(400);
    expect((await alice.client.get('/calls?limit=0')).status).toBe(400);
  });
});

describe('paging through calls', () => {
  beforeEach(async () => {
    await write(alice, "timestamptz '2025-01-01 00:00:10Z'", 30);
    await write(alice, "timestamptz '2025-01-01' + i * interval '1 microsecond'", 30);
    await write(alice, 'NULL', 30);
    await write(bob, "timestamptz '2025-01-01 00:00:10Z'", 30);
  });

  it.each([1, 2, 7, 29, 30, 31, 89, 90, 91, 100])(
    'sees each exactly once, %i a page: same time, microseconds apart, without a start',
    async (limit) => {
      expect(await readAll(alice, `limit=${limit}`)).toEqual(await inOrder(alice, 'DESC'));
      expect(await readAll(alice, `limit=${limit}&order=asc`)).toEqual(await inOrder(alice, 'ASC'));
    },
  );

  it('sees each of the calls that were there while others come in', async () => {
    const before = await inOrder(alice, 'DESC');
    const more = async () => {
      await write(alice, "timestamptz '2025-01-01 00:00:10Z'", 2);
      await write(alice, 'now()', 1);
    };

    const seen = await readAll(alice, 'limit=7', more);

    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.filter((id) => before.includes(id))).toEqual(before);
  });

  it('loses none when the call a page ended with is deleted', async () => {
    const before = await inOrder(alice, 'DESC');
    const first = await alice.client.get('/calls?limit=10');
    await alice.client.delete(`/calls/${before[9] ?? ''}`);

    const next = await alice.client.get(
      `/calls?limit=100&cursor=${first.body.nextCursor as string}`,
    );

    expect((next.body.items as { id: string }[]).map(({ id }) => id)).toEqual(before.slice(10));
  });

  it('reaches the ends of time', async () => {
    for (const startedAt of [
      '9999-12-31T23:59:59.999Z',
      '2300-06-30T12:34:56.789Z',
      '1970-01-01T00:00:00+14:00',
    ]) {
      await alice.client.post('/calls', { ...call, startedAt });
    }

    expect(await readAll(alice, 'limit=1')).toEqual(await inOrder(alice, 'DESC'));
  });
});

describe('the filters', () => {
  it('keep what they name, alone and together', async () => {
    const number = await alice.client.post('/phone-numbers', { number: '+33612345678' });
    const phoneNumberId = number.body.id as string;
    const of = async (name: string, values: object) => {
      const { body } = await alice.client.post('/calls', { ...call, summary: name, ...values });
      return body.summary as string;
    };
    await of('plain', {});
    await of('failed', { status: 'failed', startedAt: '2025-02-01T00:00:00Z' });
    await of('outbound', { direction: 'outbound', startedAt: '2025-02-02T00:00:00Z' });
    await of('customer', { customer: '+33612100067', startedAt: '2025-02-03T00:00:00Z' });
    await of('number', { phoneNumberId, startedAt: '2025-02-04T00:00:00Z' });
    const found = async (query: string) => {
      const { body } = await alice.client.get(`/calls?order=asc&${query}`);
      return (body.items as { summary: string }[]).map(({ summary }) => summary);
    };

    expect(await found('status=failed')).toEqual(['failed']);
    expect(await found('status=ended&direction=outbound')).toEqual(['outbound']);
    expect(await found('status=failed&direction=outbound')).toEqual([]);
    expect(await found('customer=%2B33612100067')).toEqual(['customer']);
    expect(await found(`phoneNumberId=${phoneNumberId}`)).toEqual(['number']);
    const at = '2025-02-02T00:00:00Z';
    expect(await found(`startedAtGe=${at}`)).toEqual(['outbound', 'customer', 'number']);
    expect(await found(`startedAtGt=${at}`)).toEqual(['customer', 'number']);
    expect(await found(`startedAtLe=${at}`)).toEqual(['plain', 'failed', 'outbound']);
    expect(await found(`startedAtLt=${at}`)).toEqual(['plain', 'failed']);
    expect(await found('startedAtGe=2025-02-02T01:00:00%2B01:00&startedAtLe=' + at)).toEqual([
      'outbound',
    ]);
  });

  it('page through what they keep', async () => {
    await write(alice, 'now()', 7);
    await alice.client.post('/calls', { ...call, status: 'failed' });

    expect(await readAll(alice, 'limit=2&status=ended')).toHaveLength(7);
    expect(await readAll(alice, 'limit=1&status=failed')).toHaveLength(1);
  });
});
