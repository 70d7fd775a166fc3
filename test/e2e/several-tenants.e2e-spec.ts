import { startApp, type TestApp } from '../support/app';
import { rowsOf } from '../support/catalogue';
import { password, register, type Person } from '../support/people';
import { said, trailOf } from '../support/team';

let app: TestApp;
let alice: Person;

beforeAll(async () => {
  app = await startApp({ TENANCY_MODE: 'team' });
});
beforeEach(async () => {
  alice = await register(app, 'alice', { tenantName: 'Atelier' });
});
afterAll(() => app.close());

const open = (name = 'Another') => alice.client.post('/tenants', { name });
const owned = async () =>
  (await app.sql('SELECT 1 FROM memberships WHERE user_id = $1', [alice.userId])).length;

/** As many more, without the application. */
const own = (count: number) =>
  app.sql(
    `WITH made AS (INSERT INTO tenants (id, name)
       SELECT gen_random_uuid(), 'T' || n FROM generate_series(1, $2::int) n RETURNING id)
     INSERT INTO memberships (tenant_id, user_id, role) SELECT id, $1, 'owner' FROM made`,
    [alice.userId, count],
  );

describe('another tenant', () => {
  it('is made with its owner and the default profile, apart from the one at hand', async () => {
    await alice.client.post('/phone-numbers', { number: '+33612345678' });

    const made = await open('Bureau');

    expect(made).toMatchObject({ status: 201, body: { name: 'Bureau', role: 'owner' } });
    expect((await alice.client.get('/tenant')).body.id).toBe(alice.tenantId);
    const { body } = await alice.client.post('/auth/tenant', { tenantId: made.body.id as string });
    const there = alice.client.as(body.accessToken as string);
    expect((await there.get('/tenant')).body).toMatchObject({ name: 'Bureau', memberCount: 1 });
    expect((await there.get('/ava-profile')).body).toMatchObject({ name: 'Ava', version: 1 });
    expect((await there.get('/phone-numbers')).body.items).toEqual([]);
    expect((await there.delete('/tenant', { password, confirm: 'Bureau' })).status).toBe(204);
    expect((await alice.client.get('/tenants')).body.items).toHaveLength(1);
  });

  it('has its making in its own trail, and not in that of the one at hand', async () => {
    const { body } = await open();

    const trail = await trailOf(app, { tenantId: body.id as string });

    expect(trail).toEqual([
      {
        action: 'tenant.created',
        actor_id: alice.userId,
        subject_id: alice.userId,
        details: {},
      },
    ]);
    expect(await trailOf(app, alice)).toEqual([]);
  });

  it('is refused beyond twenty that one owns; those of others do not count', async () => {
    await own(18);

    const last = await open();
    const beyond = await open();

    expect(last.status).toBe(201);
    expect(said(beyond)).toEqual([409, 'tenant.too_many']);
    await app.sql(
      `WITH other AS (INSERT INTO users (id, email, password_hash) VALUES (gen_random_uuid(), $3, 'x') RETURNING id),
            joined AS (INSERT INTO memberships (tenant_id, user_id, role) SELECT $2, id, 'owner' FROM other)
       UPDATE memberships SET role = 'admin' WHERE tenant_id = $2 AND user_id = $1`,
      [alice.userId, last.body.id, `${alice.userId}@x.com`],
    );
    expect((await open()).status).toBe(201);
  });

  it('is refused beyond twenty also when many are asked for at once', async () => {
    await own(17);

    const answers = await Promise.all([open(), open(), open(), open(), open()]);

    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 201, 409, 409, 409]);
    expect(await owned()).toBe(20);
  });

  it.each([{}, { name: '' }, { name: ' ' }, { name: 'x', role: 'owner' }, undefined])(
    'is not made of %j',
    async (body) => {
      const before = await rowsOf(app.database.adminUrl);

      const refused = await alice.client.post('/tenants', body);

      expect(said(refused)).toEqual([400, 'request.invalid']);
      expect(await rowsOf(app.database.adminUrl)).toEqual(before);
    },
  );
});

// The last one: passport keeps one strategy a process, that of the newest application.
describe('an installation in solo mode', () => {
  it('makes no other tenant', async () => {
    const solo = await startApp({ TENANCY_MODE: 'solo' });
    const carol = await register(solo, 'carol');
    const before = await rowsOf(solo.database.adminUrl);

    const refused = await carol.client.post('/tenants', { name: 'Another' });
    const after = await rowsOf(solo.database.adminUrl);
    await solo.close();

    expect(said(refused)).toEqual([409, 'tenancy.solo']);
    expect(after).toEqual(before);
  });
});
