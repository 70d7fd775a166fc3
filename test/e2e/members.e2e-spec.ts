import { randomUUID } from 'node:crypto';
import { startApp, type TestApp } from '../support/app';
import { rowsOf } from '../support/catalogue';
import { register, type Person } from '../support/people';
import {
  expectRefused,
  joinAs,
  remove,
  rolesSeenBy,
  said,
  setRole,
  trailOf,
  transfer,
  type Role,
} from '../support/team';

let app: TestApp;
let olga: Person;

beforeAll(async () => {
  app = await startApp();
});
beforeEach(async () => {
  olga = await register(app, 'olga', { tenantName: 'Studio' });
});
afterAll(() => app.close());

const into = (role: Role, name?: string) => joinAs(app, olga, { role, name });

describe('the members of a tenant', () => {
  it('are shown to each of them, the oldest first, and no one else', async () => {
    const [ada, max] = [await into('admin', 'ada'), await into('member', 'max')];
    await register(app, 'stranger');

    for (const { client } of [olga, ada, max]) {
      const { status, body } = await client.get('/tenant/members');

      expect(status).toBe(200);
      expect(body).toEqual({
        items: [
          [olga, 'olga', 'owner'] as const,
          [ada, 'ada', 'admin'] as const,
          [max, 'max', 'member'] as const,
        ].map(([{ userId, email }, name, role]) => ({
          userId,
          name,
          email,
          role,
          joinedAt: expect.any(String) as string,
        })),
        nextCursor: null,
      });
    }
  });

  it('come in pages, each member once, also when many joined at the same moment', async () => {
    await app.sql(
      `WITH people AS (INSERT INTO users (id, email, password_hash)
         SELECT id, id || '@x.com', 'x' FROM (SELECT gen_random_uuid() AS id FROM generate_series(1, 25)) made RETURNING id)
       INSERT INTO memberships (tenant_id, user_id, role) SELECT $1, id, 'member' FROM people`,
      [olga.tenantId],
    );
    const seen: string[] = [];
    let cursor = '';

    do {
      const page = await olga.client.get(`/tenant/members?limit=7${cursor}`);
      seen.push(...(page.body.items as { userId: string }[]).map(({ userId }) => userId));
      cursor = page.body.nextCursor ? `&cursor=${String(page.body.nextCursor)}` : '';
    } while (cursor !== '');

    expect(seen).toHaveLength(26);
    expect(new Set(seen).size).toBe(26);
    expect(seen[0]).toBe(olga.userId);
  });
});

describe('the role of a member', () => {
  it.each([
    ['an admin', 'member', 'admin'],
    ['an admin', 'admin', 'member'],
    ['an owner', 'member', 'owner'],
    ['an owner', 'owner', 'member'],
  ] as const)(
    'is changed by %s from %s to %s, and counts at the next request',
    async (by, from, to) => {
      const actor = by === 'an owner' ? olga : await into('admin', 'ada');
      const max = await into(from, 'max');

      const changed = await setRole(actor, max, to);

      expect(changed).toMatchObject({ status: 200, body: { userId: max.userId, role: to } });
      expect((await rolesSeenBy(olga))[max.userId]).toBe(to);
      const allowed = (await max.client.patch('/tenant', { name: 'Studio' })).status === 200;
      expect(allowed).toBe(to !== 'member');
      expect(await trailOf(app, olga)).toContainEqual({
        action: 'member.role_changed',
        actor_id: actor.userId,
        subject_id: max.userId,
        details: { from, to },
      });
    },
  );

  it('that is the one already is no change, and leaves no trace', async () => {
    const max = await into('member');

    const same = await setRole(olga, max, 'member');

    expect(same.status).toBe(200);
    expect(await trailOf(app, olga)).toEqual([]);
  });

  it.each([
    ['a member', 'member', 'admin', 'auth.role_too_low'],
    ['a member', 'member', 'owner', 'auth.role_too_low'],
    ['an admin', 'admin', 'owner', 'member.owner_required'],
  ] as const)('of oneself is not raised by %s (%s to %s)', async (_, role, to, code) => {
    const person = await into(role);

    await expectRefused(app, () => setRole(person, person, to), 403, code);
  });

  it('of an owner is not changed by an admin, and no owner is made by one', async () => {
    const [ada, max, second] = [await into('admin'), await into('member'), await into('owner')];

    await expectRefused(app, () => setRole(ada, second, 'member'), 403, 'member.owner_required');
    await expectRefused(app, () => setRole(ada, max, 'owner'), 403, 'member.owner_required');
  });

  it('may be lowered by whoever has it', async () => {
    const [ada, second] = [await into('admin'), await into('owner')];

    expect((await setRole(ada, ada, 'member')).status).toBe(200);
    expect((await setRole(second, second, 'admin')).status).toBe(200);
    expect(await rolesSeenBy(olga)).toMatchObject({
      [ada.userId]: 'member',
      [second.userId]: 'admin',
    });
  });

  it.each([{}, { role: 'god' }, { role: null }, { role: 'admin', userId: randomUUID() }])(
    'is not made of %j',
    async (body) => {
      const max = await into('member');

      const answer = await olga.client.patch(`/tenant/members/${max.userId}`, body);

      expect(said(answer)).toEqual([400, 'request.invalid']);
    },
  );
});

describe('somebody of another tenant', () => {
  it('is answered like one who never existed, to whatever is asked', async () => {
    const bob = await register(app, 'bob');
    const nobody = { ...bob, userId: randomUUID() };
    const before = await rowsOf(app.database.adminUrl);

    for (const ask of [
      (whom: Person) => setRole(olga, whom, 'member'),
      (whom: Person) => remove(olga, whom),
      (whom: Person) => transfer(olga, whom),
    ]) {
      const [foreign, absent] = [await ask(bob), await ask(nobody)];

      expect(said(foreign)).toEqual([404, 'member.not_found']);
      expect(said(absent)).toEqual([404, 'member.not_found']);
      expect(foreign.body.detail).toBe(absent.body.detail);
    }
    expect(await rowsOf(app.database.adminUrl)).toEqual(before);
  });
});
