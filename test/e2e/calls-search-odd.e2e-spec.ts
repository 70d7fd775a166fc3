import fc from 'fast-check';
import { startApp, type TestApp } from '../support/app';
import { register, type Person } from '../support/people';

interface Item {
  id: string;
}

let app: TestApp;
let alice: Person;

beforeAll(async () => {
  app = await startApp();
  alice = await register(app, 'alice');
  const bob = await register(app, 'bob');
  const call = { startedAt: '2025-01-01T00:00:00Z', direction: 'inbound', status: 'ended' };
  await alice.client.post('/calls', { ...call, transcript: 'La facture de l’été, the end' });
  await bob.client.post('/calls', { ...call, transcript: 'facture of bob, quetzalcoatl' });
});
afterAll(() => app.close());

describe('a search with odd text', () => {
  it.each([
    ['q=-spam', 'q', 'search.nothing'],
    ['q=%F0%9F%99%82', 'q', 'search.nothing'],
    ['q=%20', 'q', 'text.blank'],
    [`q=${'x'.repeat(201)}`, 'q', 'text.length'],
    ['q=a%00b', 'q', 'text.characters'],
    ['q=a+b+c+d+e+f+g+h+i+j+k', 'q', 'search.terms'],
    ['q=re*', 'q', 'search.prefix'],
    ['sort=relevance', 'sort', 'search.required'],
    ['q=a&sort=best', 'sort', 'choice.invalid'],
  ])('refuses %s', async (query, field, code) => {
    const { status, body } = await alice.client.get(`/calls?${query}`);

    expect([status, body.errors]).toEqual([400, [expect.objectContaining({ field, code })]]);
  });

  it('understands or refuses any text, and finds nothing of another tenant by it', async () => {
    const odd = fc.constantFrom(
      ...[
        "'",
        '"',
        '\\',
        '&',
        '|',
        '!',
        '(',
        ')',
        '<->',
        ':*',
        '-',
        '*',
        '🙂',
        '«',
        '<b>',
        '%',
        ' ',
        ' ',
        "''",
        ':A',
      ],
      ...[
        'facture',
        'quetzalcoatl',
        'bob',
        'the',
        'été',
        'ß',
        'İ',
        '½',
        '²',
        'ﬁ',
        '\u0301',
        '\u200b',
        '中文',
      ],
    );
    const text = fc.oneof(
      fc.array(odd, { minLength: 1, maxLength: 12 }).map((parts) => parts.join('')),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 200 }),
    );
    const all = (await alice.client.get('/calls?limit=100')).body.items as Item[];
    const own = new Set(all.map(({ id }) => id));

    await fc.assert(
      fc.asyncProperty(
        text.filter((one) => one.isWellFormed()),
        fc.constantFrom('', '&sort=relevance'),
        async (q, more) => {
          const answer = await alice.client.get(`/calls?q=${encodeURIComponent(q)}${more}`);
          const ids = ((answer.body.items ?? []) as Item[]).map(({ id }) => id);

          expect([200, 400]).toContain(answer.status);
          expect(ids.filter((id) => !own.has(id))).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });
});
