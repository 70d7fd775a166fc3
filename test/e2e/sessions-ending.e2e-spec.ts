import { startApp, type TestApp } from '../support/app';
import { Client } from '../support/client';
import { join, login, register, type Person } from '../support/people';
import { sessionIdOf } from '../support/plane-session';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const works = async ({ client }: Person) => (await client.get('/me')).status === 200;
const refreshes = async ({ refreshToken }: Person) =>
  (await new Client(app.app).post('/auth/refresh', { refreshToken })).status === 200;

describe('ending all other sessions', () => {
  it('leaves the one that asks and nobody else’s, in every tenant, and is in the trail', async () => {
    const [alice, bob] = [await register(app, 'alice'), await register(app, 'bob')];
    const phone = await login(app, alice.email);
    const inside = await join(app, alice, { tenantId: bob.tenantId, role: 'member' });

    const answer = await alice.client.delete('/auth/sessions');

    expect(answer.status).toBe(204);
    const all = [alice, bob, phone, inside];
    expect(await Promise.all(all.map(works))).toEqual([true, true, false, false]);
    expect(await refreshes(phone)).toBe(false);
    const { body } = await alice.client.get('/auth/sessions');
    expect(body.items).toHaveLength(1);
    expect(await endingsBy(alice)).toEqual([
      { tenant_id: null, target: null, details: { sessionsEnded: 2 } },
    ]);
  });

  it('is nothing to tell when there is no other', async () => {
    const alice = await register(app, 'alice');

    const answer = await alice.client.delete('/auth/sessions');

    expect(answer.status).toBe(204);
    expect(await endingsBy(alice)).toEqual([]);
  });
});

describe('the end of a session', () => {
  it('is in the trail, by logout or from the list', async () => {
    const alice = await register(app, 'alice');
    const phone = await login(app, alice.email);
    const [ofPhone, ofAlice] = [sessionIdOf(phone), sessionIdOf(alice)];

    await alice.client.delete(`/auth/sessions/${ofPhone}`);
    await alice.client.post('/auth/logout');

    const { tenantId: tenant_id } = alice;
    expect(await endingsBy(alice)).toEqual([
      { tenant_id, target: ofPhone, details: {} },
      { tenant_id, target: ofAlice, details: {} },
    ]);
  });
});

function endingsBy({ userId }: Person) {
  return app.sql(
    `SELECT tenant_id, target, details FROM audit_events
      WHERE actor_id = $1 AND subject_id = $1 AND action = 'session.ended' ORDER BY at`,
    [userId],
  );
}
