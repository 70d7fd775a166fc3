import { startApp, type TestApp } from '../support/app';
import { register, type Person } from '../support/people';

let app: TestApp;
let alice: Person;

beforeAll(async () => {
  app = await startApp();
  alice = await register(app, 'alice');
});
afterAll(() => app.close());

const send = (line: object) =>
  alice.client.post('/calls/import', `${JSON.stringify(line)}\n`, {
    headers: { 'content-type': 'application/x-ndjson' },
  });
const said = {
  ...{ startedAt: '2025-01-31T09:30:00Z', direction: 'inbound', status: 'ended' },
  ...{ provider: 'vapi', providerCallId: 'a' },
  ...{ customer: '+33612100067', transcript: 'Une facture' },
};

describe('an import of calls', () => {
  it('brings nothing back that was erased at its caller’s wish', async () => {
    await send(said);
    const number = '+33612100067';
    const { body: preview } = await alice.client.post('/callers/erase-preview', { number });
    const erased = await alice.client.post('/callers/erase', { number, confirm: preview.confirm });

    const again = await send(said);

    expect(erased.status).toBeLessThan(300);
    expect(again.body).toMatchObject({ created: 0, updated: 0, unchanged: 1 });
    expect((await alice.client.get('/calls?q=facture')).body.items).toEqual([]);
    const { body: list } = await alice.client.get('/calls');
    const { body: kept } = await alice.client.get(`/calls/${list.items[0].id}`);
    expect(kept).toMatchObject({ customer: null, transcript: null, erasedAt: expect.any(String) });
  });
});
