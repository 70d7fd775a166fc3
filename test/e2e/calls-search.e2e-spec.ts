import { startApp, type TestApp } from '../support/app';
import { register, type Person } from '../support/people';

interface Item {
  id: string;
  summary: string;
  highlights?: Record<'summary' | 'transcript', { text: string; match: boolean }[] | undefined>;
}

let app: TestApp;
let alice: Person;
let bob: Person;

const call = { direction: 'inbound', status: 'ended' };
const calls: Record<string, object> = {
  facture: { transcript: 'Bonjour, je n’ai pas reçu ma FACTURE de chaudière.' },
  factures: { transcript: 'Les factures sont arrivées.', status: 'failed' },
  reservation: { transcript: 'Une réservation pour deux, l’été prochain. Cœur de ville.' },
  reserver: { transcript: 'Je voudrais réserver une table auprès du service client.' },
  client: { transcript: 'Le client demande un service.' },
  booking: { transcript: 'She is calling about two bookings, this is not spam.' },
  booked: { transcript: 'He booked a table at Example-Hotel, mail to jean@example.com.' },
  numbers: { transcript: 'Dossier 48151623, téléphone +33 6 12 10 00 67 <b>urgent</b> A&B' },
  tea: { transcript: 'Le thé est servi.' },
  preferee: { transcript: 'Sa chambre préférée.' },
  none: {},
};
const names = Object.keys(calls);

beforeAll(async () => {
  app = await startApp();
  alice = await register(app, 'alice');
  bob = await register(app, 'bob');
  for (const [i, summary] of names.entries()) {
    const startedAt = `2025-01-${String(10 + i)}T00:00:00Z`;
    const values = { ...call, startedAt, summary: `call ${summary}`, ...calls[summary] };
    await alice.client.post('/calls', values);
  }
  await bob.client.post('/calls', {
    ...call,
    startedAt: '2025-01-01T00:00:00Z',
    transcript: 'facture of bob, quetzalcoatl',
  });
});
afterAll(() => app.close());

async function items(q: string, more = '', { client } = alice): Promise<Item[]> {
  const { status, text, body } = await client.get(`/calls?q=${encodeURIComponent(q)}${more}`);
  if (status !== 200) throw new Error(text);
  return body.items as Item[];
}
const found = async (q: string, more = '&order=asc') =>
  (await items(q, more)).map(({ summary }) => summary.replace('call ', ''));

describe('the search in calls', () => {
  it.each<[string, string[]]>([
    ['facture', ['facture', 'factures']],
    ['FACTURES', ['facture', 'factures']],
    ['facture chaudiere', ['facture']],
    ['réservations', ['reservation', 'reserver']],
    ['reservation', ['reservation', 'reserver']],
    ['reserv*', ['reservation', 'reserver']],
    ['réservat*', ['reservation']],
    ['ete', ['reservation']],
    ['coeur', ['reservation']],
    ['cœur', ['reservation']],
    ['booking', ['booking', 'booked']],
    ['booking -spam', ['booked']],
    ['book -"two bookings"', ['booked']],
    ['table -book*', ['reserver']],
    ['"service client"', ['reserver']],
    ['"SERVICE CLIENT"', ['reserver']],
    ['service client', ['reserver', 'client']],
    ['"client service"', []],
    ['"reservations"', []],
    ['example-hotel', ['booked']],
    ['hotel', ['booked']],
    ['jean@example.com', ['booked']],
    ['48151623', ['numbers']],
    ['4815*', ['numbers']],
    ['urgent', ['numbers']],
    ['+33 6 12', ['numbers']],
    ['thé', ['tea']],
    ['the', ['tea']],
    ['je la facture', ['facture', 'factures']],
    ['preferee', ['preferee']],
    ['préférées', ['preferee']],
    ['call none', ['none']],
    ['quetzalcoatl', []],
    ['quetzal*', []],
  ])('%s finds %j', async (q, expected) => {
    expect(await found(q)).toEqual(expected);
  });

  it('is combined with the filters and the order', async () => {
    expect(await found('facture', '&status=failed')).toEqual(['factures']);
    expect(await found('facture', '')).toEqual(['factures', 'facture']);
    expect(await found('facture', '&startedAtLt=2025-01-11T00:00:00Z')).toEqual(['facture']);
    expect(await found('call', '&direction=web')).toEqual([]);
  });

  it('by relevance, what is in the summary or said more often comes first', async () => {
    const carol = await register(app, 'carol');
    const texts = [
      { summary: 'b', transcript: 'widget widget widget' },
      { summary: 'a widget', transcript: '' },
      { summary: 'c', transcript: 'one widget' },
      { summary: 'd', transcript: 'nothing' },
    ];
    for (const text of texts)
      await carol.client.post('/calls', { ...call, startedAt: '2025-01-01T00:00:00Z', ...text });

    const best = await items('widget', '&sort=relevance', carol);

    expect(best.map(({ summary }) => summary)).toEqual(['a widget', 'b', 'c']);
  });

  it.each(['', '&order=asc', '&sort=relevance'])(
    'pages through each match once%s',
    async (more) => {
      const all = await items('call', `${more}&limit=100`);
      const ids: string[] = [];
      let cursor = '';
      do {
        const { body } = await alice.client.get(`/calls?q=call&limit=2${more}${cursor}`);
        ids.push(...(body.items as Item[]).map(({ id }) => id));
        cursor = body.nextCursor === null ? '' : `&cursor=${body.nextCursor as string}`;
      } while (cursor !== '');

      expect(ids).toEqual(all.map(({ id }) => id));
      expect(ids).toHaveLength(names.length);
    },
  );

  it('takes a cursor of the same search only', async () => {
    const { body } = await alice.client.get('/calls?q=call&limit=2');
    const cursor = `limit=2&cursor=${body.nextCursor as string}`;

    for (const other of ['', 'q=calls&', 'q=call&sort=relevance&', 'q=call&order=asc&'])
      expect((await alice.client.get(`/calls?${other}${cursor}`)).body.code).toBe('cursor.invalid');
  });

  it('shows matches as plain parts, and markup as the text it is', async () => {
    const [item] = await items('urgent "dossier 48151623"');

    expect(item?.highlights).toEqual({
      transcript: [
        { text: 'Dossier 48151623', match: true },
        { text: ', téléphone +33 6 12 10 00 67 <b>', match: false },
        { text: 'urgent', match: true },
        { text: '</b> A&B', match: false },
      ],
    });
    expect((await items('facture'))[1]?.highlights?.summary).toEqual([
      { text: 'call ', match: false },
      { text: 'facture', match: true },
    ]);
    expect((await alice.client.get('/calls')).text).not.toContain('highlights');
  });

  it('shows a part of a long text only', async () => {
    const transcript = `${'avant '.repeat(200)}aiguille ${'foin '.repeat(200)}`;
    await bob.client.post('/calls', { ...call, startedAt: '2025-01-01T00:00:00Z', transcript });

    const [item] = await items('aiguilles', '', bob);

    const parts = item?.highlights?.transcript ?? [];
    expect(parts.map(({ match }) => match)).toEqual([false, false, true, false, false]);
    expect(parts.map(({ text }) => text).join('').length).toBeLessThanOrEqual(202);
  });

  it('follows a call that changes or goes, and finds earlier calls without a start', async () => {
    const dave = await register(app, 'dave');
    await app.sql(
      `INSERT INTO calls (tenant_id, id, transcript) SELECT $1, gen_random_uuid(), 'ornithorynque'`,
      [dave.tenantId],
    );
    expect(await items('ornithorynque', '', dave)).toHaveLength(1);
    await app.sql(`UPDATE calls SET transcript = 'tamanoir' WHERE tenant_id = $1`, [dave.tenantId]);
    expect(await items('ornithorynque', '', dave)).toEqual([]);
    const [{ id }] = (await items('tamanoir', '', dave)) as [Item];
    await dave.client.delete(`/calls/${id}`);
    expect(await items('tamanoir', '', dave)).toEqual([]);
  });

  it('keeps a call whose text has more words than an index entry holds', async () => {
    const words = Array.from({ length: 140_000 }, (_, i) => (i * 7919).toString(36)).join(' ');
    const transcript = `commencement ${words}`;

    const recorded = await bob.client.post('/calls', {
      ...call,
      startedAt: '2025-01-02T00:00:00Z',
      transcript,
    });

    expect(recorded.status).toBe(201);
    expect(await items('commencement', '', bob)).toHaveLength(1);
  });
});
