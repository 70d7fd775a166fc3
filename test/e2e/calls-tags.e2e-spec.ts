import { startApp, type TestApp } from '../support/app';
import { register, type Person } from '../support/people';

let app: TestApp;
let alice: Person;

const call = { startedAt: '2025-01-31T09:30:00Z', direction: 'inbound', status: 'ended' };

beforeAll(async () => {
  app = await startApp();
});
beforeEach(async () => {
  alice = await register(app, 'alice');
});
afterAll(() => app.close());

async function record(tags: string[], { client }: Person = alice): Promise<string> {
  const { status, body, text } = await client.post('/calls', { ...call, tags });
  if (status !== 201) throw new Error(text);
  return body.id as string;
}
const tagged = async (tag: string, more = '') => {
  const { body } = await alice.client.get(`/calls?tag=${encodeURIComponent(tag)}${more}`);
  return (body.items as { id: string }[]).map(({ id }) => id);
};
const tagsOf = async ({ client }: Person = alice) =>
  (await client.get('/calls/tags')).body as object;

describe('tags', () => {
  it('are listed with how many calls have them, the most frequent first, of the tenant alone', async () => {
    expect(await tagsOf()).toEqual({ items: [], nextCursor: null });
    const bob = await register(app, 'bob');
    await record(['vip', 'theirs'], bob);
    for (const tags of [['vip', 'b'], ['vip'], ['a', 'vip'], []]) await record(tags);

    expect(await tagsOf()).toEqual({
      items: [
        { tag: 'vip', calls: 3 },
        { tag: 'a', calls: 1 },
        { tag: 'b', calls: 1 },
      ],
      nextCursor: null,
    });
  });

  it('choose calls in the list, together with other filters, searches and cursors', async () => {
    const bob = await register(app, 'bob');
    await record(['vip'], bob);
    const first = await record(['vip', 'a']);
    const second = await record(['vip']);
    await record(['vi', 'VIP', 'vip ']);
    await record([]);

    expect((await tagged('vip')).toSorted()).toEqual([first, second].toSorted());
    expect(await tagged('a', '&status=ended&direction=inbound')).toEqual([first]);
    expect(await tagged('a', '&status=failed')).toEqual([]);
    for (const strange of ['{vip}', 'vip,a', '"vip"', '%', "'", 'NULL', '\\']) {
      expect(await tagged(strange)).toEqual([]);
    }
    const page = await alice.client.get('/calls?tag=vip&limit=1');
    const cursor = page.body.nextCursor as string;
    expect(await tagged('vip', `&limit=1&cursor=${cursor}`)).toHaveLength(1);
    const elsewhere = await alice.client.get(`/calls?tag=a&limit=1&cursor=${cursor}`);
    expect([elsewhere.status, elsewhere.body.code]).toEqual([400, 'cursor.invalid']);
  });

  it('choose calls in a search and in an export', async () => {
    const { body } = await alice.client.post('/calls', {
      ...{ ...call, transcript: 'une facture', tags: ['{"odd", \\tag}'] },
    });
    await alice.client.post('/calls', { ...call, transcript: 'une facture' });

    expect(await tagged('{"odd", \\tag}', '&q=facture')).toEqual([body.id]);
    const file = await alice.client.get(
      `/calls/export?format=json&tag=${encodeURIComponent('{"odd", \\tag}')}`,
    );
    expect((file.body.items as { id: string }[]).map(({ id }) => id)).toEqual([body.id]);
  });

  it('are each there once, at most 20 of 64 characters', async () => {
    const id = await record(['vip', 'a', 'vip']);
    const change = (tags: unknown) => alice.client.patch(`/calls/${id}`, { tags });

    expect((await change(['b', 'a', 'b'])).body.tags).toEqual(['b', 'a']);
    const many = Array.from({ length: 20 }, (_, i) => `${i}`.padStart(64, 'x'));
    expect((await change(many)).body.tags).toEqual(many);
    for (const wrong of [[...many, 'more'], ['x'.repeat(65)], [''], [' '], 'vip', [['vip']]]) {
      expect((await change(wrong)).body.errors).toMatchObject([{ field: 'tags' }]);
    }
    expect((await alice.client.get('/calls?tag=')).status).toBe(400);
    expect((await alice.client.get('/calls?tag=a&tag=b')).status).toBe(400);
  });

  it('are told up to the 1,000th', async () => {
    await app.sql(
      `INSERT INTO calls (tenant_id, id, tags) SELECT $1, gen_random_uuid(), ARRAY['t' || i] FROM generate_series(1, 1001) i`,
      [alice.tenantId],
    );

    expect((await tagsOf()) as { items: unknown[] }).toMatchObject({ nextCursor: null });
    expect(((await tagsOf()) as { items: unknown[] }).items).toHaveLength(1000);
  });
});
