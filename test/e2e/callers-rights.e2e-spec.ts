import { CallerExportService } from '../../src/callers/caller-export.service';
import { startApp, type TestApp } from '../support/app';
import { erase, everything, NUMBER, preview, record } from '../support/callers';
import { register, type Person } from '../support/people';
import { sessionIdOf } from '../support/plane-session';
import { joinAs, said, setRole, trailOf } from '../support/team';

let app: TestApp;
let alice: Person;

beforeAll(async () => {
  app = await startApp();
});
beforeEach(async () => {
  alice = await register(app, 'alice');
});
afterAll(() => app.close());

describe('the receipt of an erasure', () => {
  it('is listed and told in the trail, and holds the number nowhere', async () => {
    await record(app, alice, NUMBER);
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
    expect(await everything(app, alice)).not.toMatch(/612\D*10\D*00\D*67/);
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
    const id = await record(app, alice, '06 12 10 00 67');
    await record(app, alice, '+33699000000');
    const callId = await record(app, alice, '+33699000000', {
      transcript: `${'Private. '.repeat(50)}Call 06 12 10 00 67`,
    });
    await alice.client.post('/phone-numbers', { number: NUMBER, label: 'Desk' });
    const bob = await register(app, 'bob');
    await record(app, bob, NUMBER);

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

  it('breaks off, without its end, when who asked is no admin any more', async () => {
    const ada = await joinAs(app, alice, { role: 'admin' });
    await record(app, alice, NUMBER);
    const who = { ...ada, sessionId: sessionIdOf(ada), requestId: 'r', ip: null };
    const lines = await app.app.get(CallerExportService).open(who, NUMBER);
    await setRole(alice, ada, 'member');

    await expect(lines.toArray()).rejects.toMatchObject({ code: 'auth.role_too_low' });
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
