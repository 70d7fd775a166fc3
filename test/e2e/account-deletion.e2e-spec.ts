import { startApp, type TestApp } from '../support/app';
import { rowsOf } from '../support/catalogue';
import { Client } from '../support/client';
import { join, login, password, register, type Person } from '../support/people';
import { session } from '../support/tenants-in-sql';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const call = { startedAt: '2025-01-31T09:30:00Z', direction: 'inbound', status: 'ended' };
let numbers = 10;

/** Somebody with a call, a number and a Vapi key. */
async function furnished(name: string): Promise<Person> {
  const person = await register(app, name, { tenantName: name });
  await furnish(person);
  await person.client.post('/vapi-settings', { apiKey: `sk_of_${name}_000001` });
  return person;
}

async function furnish({ client }: Person): Promise<string> {
  numbers += 1;
  await client.post('/calls', call);
  const { body } = await client.post('/phone-numbers', { number: `+336123456${numbers}` });
  return body.id as string;
}

const leave = ({ client }: Person, secret = password) => client.delete('/me', { password: secret });
const state = () => rowsOf(app.database.adminUrl);
/** The audit trail keeps ids, which then stand for nobody. */
const traces = async (...ids: string[]) => {
  const all = JSON.stringify(await rowsOf(app.database.adminUrl, ['audit_events']));
  return ids.filter((id) => all.includes(id));
};
const rolesIn = async (tenantId: string) =>
  app.sql('SELECT user_id, role FROM memberships WHERE tenant_id = $1 ORDER BY created_at', [
    tenantId,
  ]);
const setRole = ({ userId }: Person, tenantId: string, role: string) =>
  app.sql('UPDATE memberships SET role = $3 WHERE tenant_id = $1 AND user_id = $2', [
    tenantId,
    userId,
    role,
  ]);

describe('deleting one’s account', () => {
  it.each([
    ['the password is wrong', { password: 'not it' }, 403, 'auth.password_wrong'],
    ['somebody else is named', { password, userId: 'x' }, 400, 'request.invalid'],
    ['there is no body', undefined, 400, 'request.invalid'],
  ])('is refused when %s, and nothing changes', async (_, body, status, code) => {
    const alice = await furnished('alice');
    const before = await state();

    const answer = await alice.client.delete('/me', body);

    expect(answer.status).toBe(status);
    expect(answer.body.code).toBe(code);
    expect(await state()).toEqual(before);
  });

  it('takes along the tenant one is alone in, with everything in it, and nothing of others', async () => {
    const [alice, bob] = [await furnished('alice'), await furnished('bob')];
    const phone = await login(app, alice.email);
    const ofBob = await bob.client.get('/calls');

    const answer = await leave(alice);

    expect(answer.status).toBe(204);
    expect(await traces(alice.userId, alice.tenantId, alice.email)).toEqual([]);
    expect([
      (await alice.client.get('/me')).status,
      (await phone.client.get('/me')).status,
    ]).toEqual([401, 401]);
    const anyone = new Client(app.app);
    const again = await anyone.post('/auth/login', { email: alice.email, password });
    expect(again.status).toBe(401);
    expect((await bob.client.get('/calls')).body).toEqual(ofBob.body);
  });

  it('sets the address free', async () => {
    const alice = await furnished('alice');
    const anyone = new Client(app.app);
    await leave(alice);

    const again = await anyone.post('/auth/register', { email: alice.email, password });

    expect(again.status).toBe(201);
    const settings = await anyone.as(again.body.accessToken as string).get('/vapi-settings');
    expect(settings.body.configured).toBe(false);
  });

  it('works from a shared tenant for all tenants of the person', async () => {
    const [olga, max] = [await furnished('olga'), await furnished('max')];
    const inside = await join(app, max, { tenantId: olga.tenantId, role: 'member' });

    const answer = await leave(inside);

    expect(answer.status).toBe(204);
    expect(await traces(max.userId, max.tenantId)).toEqual([]);
    expect((await olga.client.get('/me')).status).toBe(200);
  });
});

describe('a member of a shared tenant who deletes the account', () => {
  it.each(['member', 'admin', 'owner'] as const)(
    'leaves calls and numbers to it, under its oldest owner: %s',
    async (role) => {
      const olga = await furnished('olga');
      const { tenantId } = olga;
      const max = await join(app, await furnished('max'), { tenantId, role: 'admin' });
      const second = await join(app, await furnished('otto'), { tenantId, role: 'owner' });
      const [numberOfMax, numberOfOtto] = [await furnish(max), await furnish(second)];
      await setRole(max, tenantId, role);
      const before = (await olga.client.get('/calls')).body;

      const answer = await leave(max);

      expect(answer.status).toBe(204);
      const { body } = await olga.client.get(`/phone-numbers/${numberOfMax}`);
      expect(body.ownerId).toBe(olga.userId);
      const other = await olga.client.get(`/phone-numbers/${numberOfOtto}`);
      expect(other.body.ownerId).toBe(second.userId);
      expect((await olga.client.get('/calls')).body).toEqual(before);
      expect(before.items).toHaveLength(3);
      expect(await traces(max.userId)).toEqual([]);
      expect(await rolesIn(tenantId)).toEqual([
        { user_id: olga.userId, role: 'owner' },
        { user_id: second.userId, role: 'owner' },
      ]);
    },
  );

  it('leaves the numbers to the other owner when the oldest one goes', async () => {
    const olga = await furnished('olga');
    const { tenantId } = olga;
    const otto = await join(app, await furnished('otto'), { tenantId, role: 'owner' });
    const [{ id }] = (await olga.client.get('/phone-numbers')).body.items as [{ id: string }];

    const answer = await leave(olga);

    expect(answer.status).toBe(204);
    expect((await otto.client.get(`/phone-numbers/${id}`)).body.ownerId).toBe(otto.userId);
  });
});

describe('the last owner of a shared tenant', () => {
  it('is refused, is told who could follow, and keeps everything', async () => {
    const olga = await furnished('olga');
    const { tenantId } = olga;
    const max = await join(app, await register(app, 'max'), { tenantId, role: 'member' });
    const ada = await join(app, await register(app, 'ada'), { tenantId, role: 'admin' });
    const before = await state();

    const answer = await leave(olga);

    expect(answer.status).toBe(409);
    expect(answer.body).toMatchObject({
      code: 'tenant.last_owner',
      tenant: { id: tenantId, name: 'olga' },
      candidates: [
        { id: max.userId, name: 'max', email: max.email },
        { id: ada.userId, name: 'ada', email: ada.email },
      ],
    });
    expect(await state()).toEqual(before);
    expect((await olga.client.get('/me')).status).toBe(200);
  });

  it('loses nothing of the tenants that would have gone, either', async () => {
    const [carol, dave] = [await furnished('carol'), await furnished('dave')];
    await join(app, carol, { tenantId: dave.tenantId, role: 'owner' });
    await setRole(dave, dave.tenantId, 'member');
    const before = await state();

    const answer = await leave(carol);

    expect(answer.status).toBe(409);
    expect(answer.body.tenant).toEqual({ id: dave.tenantId, name: 'dave' });
    expect(await state()).toEqual(before);
  });

  it('can go once another one was made an owner', async () => {
    const olga = await furnished('olga');
    const { tenantId } = olga;
    const max = await join(app, await register(app, 'max'), { tenantId, role: 'member' });
    const refused = await leave(olga);
    await setRole(max, tenantId, 'owner');

    const answer = await leave(olga);

    expect([refused.status, answer.status]).toEqual([409, 204]);
    expect((await max.client.get('/calls')).body.items).toHaveLength(1);
  });
});

describe('two owners who delete their accounts at the same moment', () => {
  /** Both requests are held at the tenant's row until both are there. */
  async function bothLeave(one: Person, other: Person): Promise<number[]> {
    const holder = await session(app.database.adminUrl);
    await holder.query('BEGIN');
    await holder.query('SELECT 1 FROM tenants WHERE id = $1 FOR UPDATE', [one.tenantId]);
    const leaving = Promise.all([leave(one), leave(other)]);
    await waiting(2);
    await holder.query('COMMIT');
    await holder.end();
    return (await leaving).map(({ status }) => status).sort();
  }

  async function waiting(many: number): Promise<void> {
    const waiters = `SELECT 1 FROM pg_stat_activity
                      WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    while ((await app.sql(waiters)).length !== many);
  }

  it('leave one owner behind while there is somebody else', async () => {
    const olga = await furnished('olga');
    const { tenantId } = olga;
    const otto = await join(app, await register(app, 'otto'), { tenantId, role: 'owner' });
    const max = await join(app, await register(app, 'max'), { tenantId, role: 'member' });

    const statuses = await bothLeave(olga, otto);

    expect(statuses).toEqual([204, 409]);
    const roles = (await rolesIn(tenantId)).map(({ role }) => role);
    expect(roles).toEqual(['owner', 'member']);
    expect((await max.client.get('/calls')).body.items).toHaveLength(1);
  });

  it('take the tenant along when there is nobody else', async () => {
    const olga = await furnished('olga');
    const { tenantId } = olga;
    const otto = await join(app, await register(app, 'otto'), { tenantId, role: 'owner' });

    const statuses = await bothLeave(olga, otto);

    expect(statuses).toEqual([204, 204]);
    expect(await traces(olga.userId, otto.userId, tenantId)).toEqual([]);
  });
});
