import { startApp, type TestApp } from '../support/app';
import { login, password, register, type Person } from '../support/people';
import { withoutIds } from '../support/without-ids';

/** The three security tests of the brief, word for word in what they do, over HTTP and SQL. */
let app: TestApp;
let alice: Person;
let bob: Person;

const call = { startedAt: '2025-01-31T09:30:00Z', direction: 'inbound', status: 'ended' };

beforeAll(async () => {
  app = await startApp();
  alice = await register(app, 'alice', { tenantName: 'Tenant 1' });
  bob = await register(app, 'bob', { tenantName: 'Tenant 2' });
});
afterAll(() => app.close());

describe('user isolation', () => {
  it('lets Alice read only her own key, never Bob’s', async () => {
    await alice.client.post('/vapi-settings', { apiKey: 'sk_alice_xxx_0001' });
    await bob.client.post('/vapi-settings', { apiKey: 'sk_bob_yyy_000002' });

    const seen = await alice.client.get('/vapi-settings');

    expect(seen.status).toBe(200);
    expect(seen.body).toMatchObject({
      configured: true,
      apiKey: 'sk_a…0001',
      status: 'unverified',
    });
    expect(seen.text).not.toContain('bob');
    expect(seen.text).not.toContain('0002');
    expect((await bob.client.get('/vapi-settings')).body.apiKey).toBe('sk_b…0002');
  });

  it('leaves Bob’s stored key byte for byte as it was when Alice saves hers', async () => {
    const stored = () => app.sql('SELECT vapi_api_key FROM users WHERE id = $1', [bob.userId]);
    const before = await stored();

    const saved = await alice.client.post('/vapi-settings', { apiKey: 'sk_alice_new_0003' });
    const aimed = await alice.client.post('/vapi-settings', {
      apiKey: 'sk_evil_0000000004',
      userId: bob.userId,
    });

    expect(saved.status).toBe(200);
    expect(aimed.status).toBe(400);
    expect(aimed.body.errors).toEqual([
      expect.objectContaining({ field: 'userId', code: 'field.unknown' }),
    ]);
    expect(await stored()).toEqual(before);
  });

  it('keeps the Twilio accounts apart in the same way', async () => {
    const sid = (digit: string) => `AC${digit.repeat(32)}`;
    await alice.client.post('/twilio-settings', {
      accountSid: sid('a'),
      authToken: '0a'.repeat(16),
    });

    expect((await bob.client.get('/twilio-settings')).body).toMatchObject({
      configured: false,
      accountSid: null,
    });
    await bob.client.post('/twilio-settings', { accountSid: sid('b'), authToken: '0b'.repeat(16) });

    const seen = await alice.client.get('/twilio-settings');
    expect(seen.body).toMatchObject({
      configured: true,
      accountSid: sid('a'),
      authToken: '0a0a…0a0a',
    });
    expect(seen.text).not.toContain('bbbb');
  });
});

describe('tenant isolation', () => {
  it('lists two calls in tenant 1 and one in tenant 2, and answers 404 for a call of the other', async () => {
    await alice.client.post('/calls', {
      ...call,
      customer: '+33612100067',
      transcript: 'Hello...',
    });
    await alice.client.post('/calls', { ...call, transcript: 'Hi...' });
    const { body: callXyz } = await bob.client.post('/calls', { ...call, transcript: 'Bonjour' });

    expect((await alice.client.get('/calls')).body.items).toHaveLength(2);
    expect((await bob.client.get('/calls')).body.items).toHaveLength(1);

    const foreign = await alice.client.get(`/calls/${callXyz.id as string}`);
    expect(foreign.status).toBe(404);
    expect(foreign.text).not.toContain('Bonjour');
    expect((await bob.client.get(`/calls/${callXyz.id as string}`)).body.transcript).toBe(
      'Bonjour',
    );
  });

  it('tells a foreign call and an absent one in the same words', async () => {
    const { body } = await bob.client.get('/calls');
    const foreignId = body.items[0].id as string;
    const absentId = '00000000-0000-4000-8000-000000000000';

    for (const method of ['GET', 'PATCH', 'DELETE'] as const) {
      const payload = method === 'PATCH' ? { notes: 'mine now' } : undefined;
      const [foreign, absent] = [
        await alice.client.send(method, `/calls/${foreignId}`, payload),
        await alice.client.send(method, `/calls/${absentId}`, payload),
      ];
      expect(foreign.status).toBe(404);
      expect(withoutIds(foreign, foreignId)).toEqual(withoutIds(absent, absentId));
    }
    expect((await bob.client.get('/calls')).body).toEqual(body);
  });
});

describe('cascade delete', () => {
  const tables = ['calls', 'ava_profiles', 'phone_numbers', 'memberships', 'sessions'];
  const countsOf = async (tenantId: string) => {
    const counts: number[] = [];
    for (const table of tables) {
      const [row] = await app.sql(`SELECT count(*)::int AS n FROM ${table} WHERE tenant_id = $1`, [
        tenantId,
      ]);
      counts.push(row?.n as number);
    }
    return counts;
  };
  const furnished = async (name: string) => {
    const person = await register(app, name, { tenantName: name });
    await person.client.post('/calls', call);
    await person.client.post('/phone-numbers', { number: '+33612345678' });
    return person;
  };

  it('removes calls and profile with DELETE FROM tenants and leaves no orphan', async () => {
    const [gone, stays] = [await furnished('gone'), await furnished('stays')];
    expect(await countsOf(gone.tenantId)).toEqual([1, 1, 1, 1, 1]);

    await app.sql('DELETE FROM tenants WHERE id = $1', [gone.tenantId]);

    expect(await countsOf(gone.tenantId)).toEqual([0, 0, 0, 0, 0]);
    expect(await countsOf(stays.tenantId)).toEqual([1, 1, 1, 1, 1]);
    expect((await gone.client.get('/calls')).status).toBe(401);
  });

  it('does the same over HTTP with DELETE /tenant, and the person can still log in', async () => {
    const [gone, stays] = [await furnished('gone'), await furnished('stays')];

    const deleted = await gone.client.delete('/tenant', { password, confirm: 'gone' });

    expect(deleted.status).toBe(204);
    expect(await countsOf(gone.tenantId)).toEqual([0, 0, 0, 0, 0]);
    expect(await countsOf(stays.tenantId)).toEqual([1, 1, 1, 1, 1]);
    const back = await login(app, gone.email);
    expect(back.tenantId).not.toBe(gone.tenantId);
    expect((await back.client.get('/ava-profile')).body).toMatchObject({
      name: 'Ava',
      voice: 'alloy',
      tone: 'calm',
    });
  });

  it('removes the numbers of a deleted user: DELETE FROM users', async () => {
    const gone = await furnished('gone');

    await app.sql('DELETE FROM users WHERE id = $1', [gone.userId]);

    expect(await app.sql('SELECT 1 FROM phone_numbers WHERE org_id = $1', [gone.userId])).toEqual(
      [],
    );
    expect(await app.sql('SELECT 1 FROM tenants WHERE id = $1', [gone.tenantId])).toEqual([]);
  });
});
