import { randomUUID } from 'node:crypto';
import { ErasureKeys } from '../../src/callers/erasure-keys';
import { startApp, type TestApp } from '../support/app';
import { register, type Person } from '../support/people';
import { joinAs, said, trailOf } from '../support/team';

const NUMBER = '+33612100067';

let app: TestApp;
let alice: Person;

beforeAll(async () => {
  app = await startApp();
});
beforeEach(async () => {
  alice = await register(app, 'alice');
});
afterAll(() => app.close());

/** By SQL, as the earlier system stored any text for a customer. */
async function record({ tenantId }: Person, customer: string | null, texts: object = {}) {
  const row = {
    ...{ tenant_id: tenantId, customer, status: 'ended', duration_seconds: 240, cost: 0.42 },
    ...{ transcript: 'Bonjour', summary: 'Short', notes: 'Nice', tags: ['vip'] },
    ...{ recording_url: 'https://example.com/1.mp3', messages: [{ role: 'bot', message: 'Hi' }] },
    ...texts,
  };
  const [made] = await app.sql<{ id: string }>(
    `INSERT INTO calls (tenant_id, id, customer, status, duration_seconds, cost, transcript, summary, notes, tags,
                        recording_url, messages, provider, provider_call_id)
     SELECT tenant_id, gen_random_uuid(), customer, status, duration_seconds, cost, transcript, summary, notes, tags,
            recording_url, messages, provider, provider_call_id
       FROM jsonb_populate_record(NULL::calls, $1) RETURNING id`,
    [JSON.stringify(row)],
  );
  return made?.id ?? '';
}

const preview = async (who: Person, number = NUMBER) =>
  (await who.client.post('/callers/erase-preview', { number })).body as {
    calls: number;
    mentions: number;
    forms: string[];
    confirm: string;
    erasedBefore: string | null;
  };
async function erase(who: Person, number = NUMBER) {
  const { confirm } = await preview(who, number);
  return who.client.post('/callers/erase', { number, confirm });
}
const callOf = async (who: Person, id: string) => (await who.client.get(`/calls/${id}`)).body;
const everything = async () =>
  (
    await app.sql<{ row: string }>(
      `SELECT to_jsonb(c)::text AS row FROM calls c WHERE tenant_id = $1
     UNION ALL SELECT to_jsonb(r)::text FROM erasure_receipts r WHERE tenant_id = $1
     UNION ALL SELECT to_jsonb(e)::text FROM audit_events e WHERE tenant_id = $1`,
      [alice.tenantId],
    )
  )
    .map(({ row }) => row)
    .join('\n');

describe('the erasure of a caller', () => {
  it('leaves of the calls what statistics need, and nothing of the caller', async () => {
    const id = await record(alice, NUMBER);

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
      await record(alice, customer);

      expect(await preview(alice)).toMatchObject({ calls: 1, forms: [customer] });
      expect((await erase(alice)).body).toMatchObject({ callsErased: 1 });
      expect(await everything()).not.toContain(customer);
    },
  );

  it('finds a number that has no country, by its digits', async () => {
    await record(alice, '+1234');
    await record(alice, '+12345');

    expect((await erase(alice, '+1234')).body).toMatchObject({ callsErased: 1 });
    expect(await everything()).toContain('+12345');
  });

  it('masks the number where others mention it, and leaves what else they said', async () => {
    const id = await record(alice, '+33699000000', {
      transcript: 'Call Zoé on 06 12 10 00 67, or write.',
      summary: 'Zoé: +33 (0)6 12 10 00 67',
      notes: '0033612100067',
      messages: [{ role: 'user', message: 'It is 06\n12.10.00.67', time: 0.612100067 }],
    });
    const other = await record(alice, '+33699000000', { transcript: 'On 06 12 10 00 68.' });

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
    expect(await everything()).not.toContain('612100067');
  });

  it('stays erased when the provider tells of the call again', async () => {
    const provider = { provider: 'vapi', provider_call_id: 'call-1' };
    const id = await record(alice, NUMBER, provider);
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
    const id = await record(bob, NUMBER, { transcript: NUMBER });

    expect((await erase(alice)).body).toMatchObject({ callsErased: 0, mentionsMasked: 0 });

    expect(await callOf(bob, id)).toMatchObject({ customer: NUMBER, transcript: NUMBER });
    expect((await bob.client.get('/callers/receipts')).body.items).toEqual([]);
  });

  it('needs the confirmation of this preview: of the number, the person and the tenant', async () => {
    const id = await record(alice, NUMBER);
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

describe('the receipt of an erasure', () => {
  it('is listed and told in the trail, and holds the number nowhere', async () => {
    await record(alice, NUMBER);
    const { body: receipt } = await erase(alice);

    const { items } = (await alice.client.get('/callers/receipts')).body;

    expect(items).toEqual([receipt]);
    expect(receipt).toMatchObject({ genuine: true });
    expect((await trailOf(app, alice)).filter(({ action }) => action === 'caller.erased')).toEqual([
      {
        action: 'caller.erased',
        ...{ actor_id: alice.userId, subject_id: alice.userId },
        details: { callsErased: 1, mentionsMasked: 0 },
      },
    ]);
    expect(await everything()).not.toMatch(/612\D*10\D*00\D*67/);
    expect(app.logs()).not.toContain('612100067');
  });

  it('answers whether a number was erased, in every form, and of this tenant only', async () => {
    const bob = await register(app, 'bob');
    const { body: receipt } = await erase(alice);
    const { body: bobs } = await erase(bob);

    expect((await preview(alice, '+33 6 12 10 00 67')).erasedBefore).toBe(receipt.at);
    expect((await preview(alice, '+33699000000')).erasedBefore).toBeNull();
    expect(receipt.numberHash).not.toBe(bobs.numberHash);
  });

  it.each([
    'calls_erased = 2',
    `erased_by = gen_random_uuid()`,
    `number_hash = 'x'`,
    `at = at - interval '1 s'`,
  ])('is no longer genuine after %s', async (change) => {
    await erase(alice);
    await app.sql(`UPDATE erasure_receipts SET ${change} WHERE tenant_id = $1`, [alice.tenantId]);

    const { items } = (await alice.client.get('/callers/receipts')).body;

    expect(items).toMatchObject([{ genuine: false }]);
  });

  it('comes in pages', async () => {
    for (let i = 0; i < 3; i += 1) await erase(alice);

    const first = (await alice.client.get('/callers/receipts?limit=2')).body;
    const second = (await alice.client.get(`/callers/receipts?limit=2&cursor=${first.nextCursor}`))
      .body;

    const ids = [...first.items, ...second.items].map(({ id }: { id: string }) => id);
    expect(new Set(ids).size).toBe(3);
    expect(second.nextCursor).toBeNull();
  });
});

describe('the export of a caller', () => {
  const download = async (who: Person, number = NUMBER) => {
    const { text } = await who.client.post('/callers/export', { number });
    return text
      .trimEnd()
      .split('\n')
      .map((line: string) => JSON.parse(line) as Record<string, unknown>);
  };

  it('has every call with the number in full, of others what stands around it, and an end', async () => {
    const id = await record(alice, '06 12 10 00 67');
    await record(alice, '+33699000000');
    const callId = await record(alice, '+33699000000', {
      transcript: `${'Private. '.repeat(50)}Call 06 12 10 00 67`,
    });
    await alice.client.post('/phone-numbers', { number: NUMBER, label: 'Desk' });
    const bob = await register(app, 'bob');
    await record(bob, NUMBER);

    const lines = await download(alice);

    expect(lines).toHaveLength(4);
    expect(lines).toContainEqual(
      expect.objectContaining({ type: 'phone_number', number: NUMBER, label: 'Desk' }),
    );
    expect(lines).toContainEqual(
      expect.objectContaining({ type: 'call', id, transcript: 'Bonjour', notes: 'Nice' }),
    );
    const mention = lines.find(({ type }) => type === 'mention');
    expect(mention).toMatchObject({ callId, field: 'transcript' });
    expect(String(mention?.excerpt).length).toBeLessThan(120);
    expect(lines.at(-1)).toEqual({ type: 'end', rows: { phone_number: 1, call: 1, mention: 1 } });
  });

  it('is told in the trail without the number', async () => {
    await download(alice);

    const told = (await trailOf(app, alice)).filter(({ action }) => action === 'caller.exported');
    expect(told).toMatchObject([{ actor_id: alice.userId, details: {} }]);
  });
});

describe('a caller’s rights', () => {
  it('are for admins', async () => {
    const max = await joinAs(app, alice, { role: 'member' });
    const ada = await joinAs(app, alice, { role: 'admin' });
    const body = { number: NUMBER };
    const confirmed = { ...body, confirm: (await preview(alice)).confirm };

    for (const [path, sent] of [
      ['export', body],
      ['erase-preview', body],
      ['erase', confirmed],
    ] as const) {
      expect(said(await max.client.post(`/callers/${path}`, sent))).toEqual([
        403,
        'auth.role_too_low',
      ]);
    }
    expect(said(await max.client.get('/callers/receipts'))).toEqual([403, 'auth.role_too_low']);
    expect((await erase(ada)).status).toBe(200);
  });

  it.each([
    ...['', 'Alice', '12', '+33612100067\u0000', '\ud800', "' OR 1=1", '1'.repeat(65), '.*.*.*'],
    ...[null, 33612100067, [NUMBER], { number: NUMBER }],
  ])('are refused for %j, which is no number', async (number) => {
    for (const path of ['export', 'erase-preview', 'erase']) {
      const body = path === 'erase' ? { number, confirm: 'x' } : { number };
      expect(said(await alice.client.post(`/callers/${path}`, body))).toEqual([
        400,
        'request.invalid',
      ]);
    }
  });
});
