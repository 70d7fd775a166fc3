import { randomUUID } from 'node:crypto';
import { startApp, type TestApp } from '../support/app';
import { rowsOf } from '../support/catalogue';
import { register, type Person } from '../support/people';
import { session } from '../support/tenants-in-sql';

let app: TestApp;
let alice: Person;
let bob: Person;

beforeAll(async () => {
  app = await startApp();
});
beforeEach(async () => {
  alice = await register(app, 'alice');
  bob = await register(app, 'bob');
});
afterAll(() => app.close());

const add = ({ client }: Person, body: object) => client.post('/phone-numbers', body);
const french = { number: '+33612345678' };
const urlOf = ({ body }: { body: { id: string } }) => `/phone-numbers/${body.id}`;

describe('adding a phone number', () => {
  it('keeps it as E.164, owned by who brought it', async () => {
    const added = await add(alice, { ...french, label: 'Accueil', provider: 'twilio' });

    expect(added.status).toBe(201);
    expect(added.body).toEqual({
      id: expect.any(String),
      number: '+33612345678',
      label: 'Accueil',
      provider: 'twilio',
      ownerId: alice.userId,
      createdAt: expect.any(String),
    });
    expect((await alice.client.get(urlOf(added))).body).toEqual(added.body);
    expect((await alice.client.get('/phone-numbers')).body).toEqual({
      items: [added.body],
      nextCursor: null,
    });
  });

  it.each([
    ['+33 6 12 34 56 78', undefined, '+33612345678'],
    ['+33 (0)6 12.34.56-78', undefined, '+33612345678'],
    ['06 12 34 56 78', 'FR', '+33612345678'],
    ['0033612345678', 'FR', '+33612345678'],
    ['tel:+33-6-12-34-56-78', undefined, '+33612345678'],
    ['(212) 555-2368', 'US', '+12125552368'],
    ['+1 212 555 2368', 'FR', '+12125552368'],
    ['+33612345678', 'US', '+33612345678'],
  ])('reads %s with the country %s as %s', async (number, defaultCountry, e164) => {
    const added = await add(alice, { number, defaultCountry });

    expect(added.body).toMatchObject({ number: e164 });
  });

  it.each([
    ['hello', undefined, 'phone.not_a_number'],
    ['+', 'FR', 'phone.not_a_number'],
    ['0612345678', undefined, 'phone.country_missing'],
    ['+999123456', undefined, 'phone.country_missing'],
    ['+331', undefined, 'phone.too_short'],
    ['+3361234567', undefined, 'phone.too_short'],
    ['+336123456789', undefined, 'phone.too_long'],
    [`+33${'6'.repeat(20)}`, undefined, 'phone.too_long'],
    ['+33012345678', undefined, 'phone.unassigned'],
    ['+11234567890', undefined, 'phone.unassigned'],
  ])('refuses %s with the country %s: %s', async (number, defaultCountry, code) => {
    const before = await rowsOf(app.database.adminUrl);

    const refused = await add(alice, { number, defaultCountry });

    expect(refused).toMatchObject({ status: 400, body: { errors: [{ field: 'number', code }] } });
    expect(await rowsOf(app.database.adminUrl)).toEqual(before);
  });

  it.each(['XX', 'fr', 'FRA', '33', 'F'])('refuses %s as a country', async (defaultCountry) => {
    const refused = await add(alice, { number: '0612345678', defaultCountry });

    expect(refused.body.errors).toMatchObject([
      { field: 'defaultCountry', code: 'country.invalid' },
    ]);
  });

  it('twice is a conflict in one tenant, however it is written', async () => {
    await add(alice, french);

    const again = await add(alice, { number: '06 12 34 56 78', defaultCountry: 'FR' });

    expect(again).toMatchObject({ status: 409, body: { code: 'phone_number.taken' } });
    expect((await alice.client.get('/phone-numbers')).body.items).toHaveLength(1);
  });

  it('ten times at once keeps one', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => add(alice, french)));

    expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array(9).fill(409)]);
  });

  it('that another tenant has tells nothing of it', async () => {
    const ofAlice = await add(alice, french);
    const ofBob = await add(bob, french);

    expect([ofAlice.status, ofBob.status]).toEqual([201, 201]);
    expect(ofBob.body).toEqual({
      ...ofAlice.body,
      id: expect.any(String),
      ownerId: bob.userId,
      createdAt: expect.any(String),
    });
    expect(ofBob.body.id).not.toBe(ofAlice.body.id);
  });
});

describe('changing a phone number', () => {
  it('sets label and provider, removes them with null, and leaves out what is left out', async () => {
    const added = await add(alice, { ...french, label: 'Accueil', provider: 'twilio' });
    const change = async (body: object) =>
      (await alice.client.patch(urlOf(added), body)).body as object;

    expect(await change({ label: 'Bureau' })).toEqual({ ...added.body, label: 'Bureau' });
    expect(await change({ label: null })).toMatchObject({ label: null, provider: 'twilio' });
    expect(await change({ provider: null })).toMatchObject({ provider: null });
    expect(await change({})).toMatchObject({ number: '+33612345678', label: null });
    expect(await change({ number: '0698765432', defaultCountry: 'FR' })).toMatchObject({
      number: '+33698765432',
    });
    expect(await change({ defaultCountry: 'FR' })).toMatchObject({ number: '+33698765432' });
  });

  it('to one that the tenant has is a conflict and changes nothing', async () => {
    const [first, second] = [
      await add(alice, french),
      await add(alice, { number: '+33198765432' }),
    ];

    const refused = await alice.client.patch(urlOf(second), french);

    expect(refused).toMatchObject({ status: 409, body: { code: 'phone_number.taken' } });
    expect((await alice.client.get(urlOf(second))).body).toEqual(second.body);
    expect((await alice.client.patch(urlOf(first), french)).status).toBe(200);
  });

  it('can name one of the earlier system that is no E.164, without touching the number', async () => {
    const id = randomUUID();
    await app.sql(
      `INSERT INTO phone_numbers (tenant_id, id, org_id, number) VALUES ($1, $2, $3, '06 12 34')`,
      [alice.tenantId, id, alice.userId],
    );

    const named = await alice.client.patch(`/phone-numbers/${id}`, { label: 'Accueil' });

    expect(named).toMatchObject({ status: 200, body: { number: '06 12 34', label: 'Accueil' } });
  });

  it('while it is being removed is 404, and it stays removed', async () => {
    const added = await add(alice, french);
    const removing = await session(app.database.adminUrl);
    await removing.query('BEGIN');
    await removing.query('DELETE FROM phone_numbers WHERE id = $1', [added.body.id]);

    const changing = alice.client.patch(urlOf(added), { label: 'x' });
    const waiting = `SELECT 1 FROM pg_stat_activity
                      WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    while ((await app.sql(waiting)).length === 0);
    await removing.query('COMMIT');
    await removing.end();

    expect(await changing).toMatchObject({ status: 404, body: { code: 'phone_number.not_found' } });
    expect((await alice.client.get('/phone-numbers')).body.items).toEqual([]);
  });
});

describe('removing a phone number', () => {
  it('keeps its calls, without the number, and those of others as they are', async () => {
    const call = { startedAt: '2025-01-31T09:30:00Z', direction: 'inbound', status: 'ended' };
    const [gone, kept] = [await add(alice, french), await add(alice, { number: '+33198765432' })];
    const calls = [];
    for (const { body } of [gone, kept]) {
      const recorded = { ...call, phoneNumberId: body.id as string };
      calls.push((await alice.client.post('/calls', recorded)).body as { id: string });
    }

    const removed = await alice.client.delete(urlOf(gone));

    expect(removed).toMatchObject({ status: 204, text: '' });
    const shown = [];
    for (const { id } of calls) shown.push((await alice.client.get(`/calls/${id}`)).body as object);
    expect(shown).toEqual([{ ...calls[0], phoneNumberId: null }, calls[1]]);
    expect((await alice.client.delete(urlOf(gone))).status).toBe(404);
  });
});

describe('the number of another tenant', () => {
  it.each(['GET', 'PATCH', 'DELETE'] as const)('does not exist: %s', async (method) => {
    const ofBob = await add(bob, french);
    const body = method === 'PATCH' ? { label: 'mine' } : undefined;

    const foreign = await alice.client.send(method, urlOf(ofBob), body);
    const absent = await alice.client.send(method, `/phone-numbers/${randomUUID()}`, body);

    const blank = { instance: '', requestId: '' };
    expect(foreign.status).toBe(404);
    expect({ ...foreign.body, ...blank }).toEqual({ ...absent.body, ...blank });
    expect((await bob.client.get(urlOf(ofBob))).body).toEqual(ofBob.body);
  });
});

describe('the list of phone numbers', () => {
  it('pages through all of them, newest first, though many came at the same moment', async () => {
    await app.sql(
      `INSERT INTO phone_numbers (tenant_id, id, org_id, number, created_at)
       SELECT $1, gen_random_uuid(), $2, '+3361234' || i, timestamptz '2025-01-01' + i / 10 * interval '1 us'
         FROM generate_series(1000, 1044) AS i`,
      [alice.tenantId, alice.userId],
    );
    const rows = await app.sql<{ id: string }>(
      'SELECT id FROM phone_numbers WHERE tenant_id = $1 ORDER BY created_at DESC, id DESC',
      [alice.tenantId],
    );

    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const { body } = await alice.client.get(
        `/phone-numbers?limit=4${cursor && `&cursor=${cursor}`}`,
      );
      seen.push(...(body.items as { id: string }[]).map(({ id }) => id));
      cursor = body.nextCursor as string | null;
    }

    expect(seen).toEqual(rows.map(({ id }) => id));
  });
});
