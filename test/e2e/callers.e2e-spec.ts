import { randomUUID } from 'node:crypto';
import { ErasureKeys } from '../../src/callers/erasure-keys';
import { startApp, type TestApp } from '../support/app';
import { erase, everything, NUMBER, preview, record } from '../support/callers';
import { register, type Person } from '../support/people';
import { joinAs, said } from '../support/team';

let app: TestApp;
let alice: Person;

beforeAll(async () => {
  app = await startApp();
});
beforeEach(async () => {
  alice = await register(app, 'alice');
});
afterAll(() => app.close());

const callOf = async (who: Person, id: string) => (await who.client.get(`/calls/${id}`)).body;
describe('the erasure of a caller', () => {
  it('leaves of the calls what statistics need, and nothing of the caller', async () => {
    const id = await record(app, alice, NUMBER);

    const answer = await erase(alice);

    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ callsErased: 1, mentionsMasked: 0, by: alice.userId });
    expect(await callOf(alice, id)).toMatchObject({
      ...{ id, status: 'ended', durationSeconds: 240, cost: 0.42 },
      ...{ customer: null, transcript: null, summary: null, messages: null, notes: null, tags: [] },
      ...{ recordingUrl: null, erasedAt: expect.any(String) as string },
    });
  });

  it.each(['+33 6 12 10 00 67', '0033612100067', '06.12.10.00.67', 'tel:+33612100067'])(
    'finds the calls of a customer that the earlier system stored as %j',
    async (customer) => {
      await record(app, alice, customer);

      expect(await preview(alice)).toMatchObject({ calls: 1, forms: [customer] });
      expect((await erase(alice)).body).toMatchObject({ callsErased: 1 });
      expect(await everything(app, alice)).not.toContain(customer);
    },
  );

  it('finds a number that has no country, by its digits', async () => {
    await record(app, alice, '+1234');
    await record(app, alice, '+12345');

    expect((await erase(alice, '+1234')).body).toMatchObject({ callsErased: 1 });
    expect(await everything(app, alice)).toContain('+12345');
  });

  it('masks the number where others mention it, and leaves what else they said', async () => {
    const id = await record(app, alice, '+33699000000', {
      transcript: 'Call Zoé on 06 12 10 00 67, or write.',
      summary: 'Zoé: +33 (0)6 12 10 00 67',
      notes: '0033612100067',
      messages: [{ role: 'user', message: 'It is 06\n12.10.00.67', time: 0.612100067 }],
    });
    const other = await record(app, alice, '+33699000000', { transcript: 'On 06 12 10 00 68.' });

    expect(await preview(alice)).toMatchObject({ calls: 0, mentions: 1 });
    expect((await erase(alice)).body).toMatchObject({ callsErased: 0, mentionsMasked: 1 });
    expect(await callOf(alice, id)).toMatchObject({
      ...{ customer: '+33699000000', transcript: 'Call Zoé on [erased], or write.' },
      ...{ summary: 'Zoé: [erased]', notes: '[erased]', erasedAt: null },
      messages: [{ role: 'user', message: 'It is [erased]', time: 0.612100067 }],
    });
    expect((await callOf(alice, other)).transcript).toBe('On 06 12 10 00 68.');
  });

  it('finds all of it in more calls than one page, and nothing the second time', async () => {
    await app.sql(
      `INSERT INTO calls (tenant_id, id, started_at, customer, transcript)
       SELECT $1, gen_random_uuid(), timestamptz '2025-01-01' + n / 7 * interval '1 s',
              CASE WHEN n % 3 = 0 THEN $2 END, CASE WHEN n % 3 = 1 THEN 'at ' || $2 ELSE 'no' END
         FROM generate_series(1, 3000) n`,
      [alice.tenantId, NUMBER],
    );

    expect((await erase(alice)).body).toMatchObject({ callsErased: 1000, mentionsMasked: 1000 });
    expect((await erase(alice)).body).toMatchObject({ callsErased: 0, mentionsMasked: 0 });
    expect(await everything(app, alice)).not.toContain('612100067');
  });

  it('stays erased when the provider tells of the call again', async () => {
    const provider = { provider: 'vapi', provider_call_id: 'call-1' };
    const id = await record(app, alice, NUMBER, provider);
    await erase(alice);

    const again = await alice.client.post('/calls', {
      ...{ startedAt: '2025-01-31T09:30:00Z', direction: 'inbound', status: 'ended' },
      ...{ customer: NUMBER, provider: 'vapi', providerCallId: 'call-1', transcript: 'Bonjour' },
    });

    expect(again.status).toBe(200);
    expect(again.body).toMatchObject({ id, customer: null, transcript: null });
  });

  it('touches no other tenant', async () => {
    const bob = await register(app, 'bob');
    const id = await record(app, bob, NUMBER, { transcript: NUMBER });

    expect((await erase(alice)).body).toMatchObject({ callsErased: 0, mentionsMasked: 0 });

    expect(await callOf(bob, id)).toMatchObject({ customer: NUMBER, transcript: NUMBER });
    expect((await bob.client.get('/callers/receipts')).body.items).toEqual([]);
  });

  it('needs the confirmation of this preview: of the number, the person and the tenant', async () => {
    const id = await record(app, alice, NUMBER);
    const bob = await register(app, 'bob');
    const ada = await joinAs(app, alice, { role: 'admin' });
    const own = await preview(alice);
    const others = [await preview(bob), await preview(ada), await preview(alice, '+33699000000')];
    const [until = '', mac = ''] = own.confirm.split('.');
    const wrong = [
      ...others.map(({ confirm }) => confirm),
      `${Number(until) + 1}.${mac}`,
      `${until}.${mac.slice(0, -1)}`,
      `0000000000000.${mac}`,
      'yes',
    ];

    for (const confirm of wrong) {
      const answer = await alice.client.post('/callers/erase', { number: NUMBER, confirm });
      expect(said(answer)).toEqual([409, 'erasure.not_confirmed']);
    }
    expect(await callOf(alice, id)).toMatchObject({ customer: NUMBER });
    // Written otherwise it is the same number.
    const body = { number: '0033 6 12 10 00 67', confirm: own.confirm };
    expect((await alice.client.post('/callers/erase', body)).status).toBe(200);
  });

  it('needs a preview of the last hour', () => {
    const keys = app.app.get(ErasureKeys);
    const who = { ...alice, sessionId: randomUUID(), requestId: 'r', ip: null };
    const confirm = keys.confirmation(who, NUMBER);
    const after = (passed: number) => {
      const then = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + passed);
      const confirmed = keys.isConfirmed(who, NUMBER, confirm);
      then.mockRestore();
      return confirmed;
    };

    expect(after(3_590_000)).toBe(true);
    expect(after(3_600_001)).toBe(false);
  });
});
