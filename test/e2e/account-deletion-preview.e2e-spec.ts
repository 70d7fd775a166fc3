import { startApp, type TestApp } from '../support/app';
import { join, login, password, register, type Person } from '../support/people';
import { joinAs } from '../support/team';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const call = { startedAt: '2025-01-31T09:30:00Z', direction: 'inbound', status: 'ended' };
let numbers = 10;

async function furnish({ client }: Person, calls: number): Promise<string> {
  for (let i = 0; i < calls; i += 1) await client.post('/calls', call);
  numbers += 1;
  return (await client.post('/phone-numbers', { number: `+336123457${numbers}` })).body.id;
}
const preview = async ({ client }: Person) => (await client.get('/me/deletion-preview')).body;
const personOf = ({ userId, email }: Person, name: string) => ({ id: userId, name, email });

describe('GET /me/deletion-preview', () => {
  it('tells exactly what DELETE /me then does', async () => {
    const alice = await register(app, 'alice', { tenantName: 'Own' });
    await furnish(alice, 3);
    await alice.client.post('/vapi-settings', { apiKey: 'sk_alice_0123456789' });
    await login(app, alice.email);
    const olga = await register(app, 'olga', { tenantName: 'Shared' });
    await joinAs(app, olga, { role: 'owner', name: 'otto' });
    const inside = await join(app, alice, { tenantId: olga.tenantId, role: 'owner' });
    const brought = await furnish(inside, 2);
    const state = () =>
      app.sql('SELECT id, revoked_at FROM sessions WHERE user_id = $1', [alice.userId]);
    const before = await state();

    const told = await preview(inside);

    expect(told).toEqual({
      possible: true,
      deleted: [{ id: alice.tenantId, name: 'Own', calls: 3, phoneNumbers: 1 }],
      kept: [
        { id: olga.tenantId, name: 'Shared', phoneNumbers: 1, handedTo: personOf(olga, 'olga') },
      ],
      blocking: [],
      sessions: before.length,
      credentials: ['vapi'],
    });
    expect(before).toHaveLength(3);
    expect(await state()).toEqual(before);

    const deleted = await inside.client.delete('/me', { password });

    expect(deleted.status).toBe(204);
    const left = await app.sql('SELECT id FROM tenants WHERE id = ANY ($1)', [
      [alice.tenantId, olga.tenantId],
    ]);
    expect(left).toEqual([{ id: olga.tenantId }]);
    const calls = await app.sql<{ tenant_id: string }>(
      'SELECT tenant_id FROM calls WHERE tenant_id = ANY ($1)',
      [[alice.tenantId, olga.tenantId]],
    );
    expect(calls.map((row) => row.tenant_id)).toEqual([olga.tenantId, olga.tenantId]);
    const number = await olga.client.get(`/phone-numbers/${brought}`);
    expect(number.body.ownerId).toBe(told.kept[0].handedTo.id);
    expect(await state()).toEqual([]);
  });

  it('names the tenants that block it with the candidates that the refusal names', async () => {
    const olga = await register(app, 'olga', { tenantName: 'Blocked' });
    const max = await joinAs(app, olga, { role: 'member', name: 'max' });
    const ada = await joinAs(app, olga, { role: 'admin', name: 'ada' });

    const told = await preview(olga);
    const refusal = await olga.client.delete('/me', { password });

    expect(told).toMatchObject({ possible: false, deleted: [], kept: [] });
    expect(told.blocking).toEqual([
      {
        id: olga.tenantId,
        name: 'Blocked',
        candidates: [personOf(max, 'max'), personOf(ada, 'ada')],
      },
    ]);
    expect(refusal.body).toMatchObject({
      code: 'tenant.last_owner',
      tenant: { id: olga.tenantId, name: 'Blocked' },
      candidates: told.blocking[0].candidates as object[],
    });
  });

  it('tells a member what stays, and nothing of what others brought', async () => {
    const olga = await register(app, 'olga', { tenantName: 'Shared' });
    await furnish(olga, 5);
    const max = await joinAs(app, olga, { role: 'member', name: 'max' });

    const { kept, possible } = await preview(max);

    expect(possible).toBe(true);
    expect(kept).toEqual([
      { id: olga.tenantId, name: 'Shared', phoneNumbers: 0, handedTo: personOf(olga, 'olga') },
    ]);
  });
});

describe('a deletion', () => {
  it('is told in the trail of the tenant that stays, and of the one that goes', async () => {
    const [olga, max] = [await register(app, 'olga'), await register(app, 'max')];
    await join(app, max, { tenantId: olga.tenantId, role: 'member' });

    await max.client.delete('/me', { password });

    const told = await app.sql(
      'SELECT tenant_id, action, target FROM audit_events WHERE actor_id = $1 ORDER BY action',
      [max.userId],
    );
    expect(told).toEqual([
      { tenant_id: olga.tenantId, action: 'member.left', target: max.userId },
      { tenant_id: max.tenantId, action: 'tenant.deleted', target: max.userId },
    ]);
    expect((await olga.client.get('/audit')).body.items).toMatchObject([{ action: 'member.left' }]);
  });
});
