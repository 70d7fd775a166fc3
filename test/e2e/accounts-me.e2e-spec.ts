import { startApp, type TestApp } from '../support/app';
import { Client } from '../support/client';
import { join, login, password, register, type Person } from '../support/people';

let app: TestApp;
let alice: Person;
let bob: Person;

beforeAll(async () => {
  app = await startApp();
  alice = await register(app, 'alice', { tenantName: 'Atelier' });
  bob = await register(app, 'bob');
});
afterAll(() => app.close());

const rowOf = ({ userId }: Person) => app.sql('SELECT * FROM users WHERE id = $1', [userId]);

describe('GET /me', () => {
  it('shows the caller with every tenant, the oldest membership first, and nothing secret', async () => {
    const carol = await register(app, 'carol', { tenantName: 'Chez Carol' });
    await join(app, carol, { tenantId: alice.tenantId, role: 'member' });

    const me = await carol.client.get('/me');

    expect(me.status).toBe(200);
    expect(me.body).toEqual({
      id: carol.userId,
      email: carol.email,
      emailVerified: false,
      pendingEmail: null,
      name: 'carol',
      locale: 'en',
      createdAt: expect.any(String),
      tenants: [
        { id: carol.tenantId, name: 'Chez Carol', role: 'owner' },
        { id: alice.tenantId, name: 'Atelier', role: 'member' },
      ],
    });
    expect((await carol.client.get('/tenants')).body).toEqual({
      items: me.body.tenants,
      nextCursor: null,
    });
  });
});

describe('PATCH /me', () => {
  it('changes name and language and nothing else, for the caller only', async () => {
    const [dora, before] = [await register(app, 'dora'), await rowOf(bob)];

    const changed = await dora.client.patch('/me', { name: 'Théodora 😀', locale: 'fr' });

    expect(changed.status).toBe(200);
    expect(changed.body).toMatchObject({
      id: dora.userId,
      email: dora.email,
      name: 'Théodora 😀',
      locale: 'fr',
    });
    expect((await dora.client.get('/me')).body).toEqual(changed.body);
    expect(await rowOf(bob)).toEqual(before);
  });

  it('removes the name with null and leaves it alone when it is not named', async () => {
    const dora = await register(app, 'dora');

    const untouched = await dora.client.patch('/me', {});
    const removed = await dora.client.patch('/me', { name: null });

    expect(untouched.body.name).toBe('dora');
    expect(removed.body.name).toBeNull();
  });

  it.each([
    ['a blank name', { name: ' ' }, 'name', 'text.blank'],
    ['a long name', { name: 'é'.repeat(256) }, 'name', 'text.length'],
    ['a name with NUL', { name: 'a\0b' }, 'name', 'text.characters'],
    ['another language', { locale: 'de' }, 'locale', 'choice.invalid'],
    ['no language', { locale: null }, 'locale', 'field.null'],
    ['no address', { email: null, currentPassword: password }, 'email', 'field.null'],
    ['no real address', { email: 'x', currentPassword: password }, 'email', 'email.invalid'],
    [
      'an address without the password',
      { email: 'new@x.com' },
      'currentPassword',
      'current_password.required',
    ],
    ['another id', { id: '00000000-0000-4000-8000-000000000000' }, 'id', 'field.unknown'],
    ['power', { operator: true }, 'operator', 'field.unknown'],
    ['a password', { password: 'a new password of mine' }, 'password', 'field.unknown'],
    ['flags', { onboardingFlags: {} }, 'onboardingFlags', 'field.unknown'],
  ])('refuses %s', async (_, body, field, code) => {
    const before = await rowOf(alice);

    const answer = await alice.client.patch('/me', body);

    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([expect.objectContaining({ field, code })]);
    expect(await rowOf(alice)).toEqual(before);
  });
});

describe('PATCH /me with an address', () => {
  it('leaves the present one in place until the new one is confirmed', async () => {
    const dora = await register(app, 'dora');

    const changed = await dora.client.patch('/me', {
      email: 'theodora@example.com',
      name: 'Théodora',
      currentPassword: password,
    });

    expect(changed.body).toMatchObject({
      email: dora.email,
      pendingEmail: 'theodora@example.com',
      name: 'Théodora',
    });
    await expect(login(app, dora.email)).resolves.toMatchObject({ userId: dora.userId });
    const early = { email: 'theodora@example.com', password };
    expect((await new Client(app.app).post('/auth/login', early)).status).toBe(401);
  });

  it('is refused when the password is wrong, whatever else it changes', async () => {
    const before = await rowOf(alice);

    const answer = await alice.client.patch('/me', {
      email: 'a.new@example.com',
      name: 'Someone',
      currentPassword: 'not it',
    });

    expect(answer.status).toBe(403);
    expect(answer.body.code).toBe('auth.password_wrong');
    expect(await rowOf(alice)).toEqual(before);
  });

  it.each(['as it is', 'in another case'])('does not tell that another has it: %s', async (how) => {
    const email = how === 'as it is' ? bob.email : bob.email.toUpperCase();
    const ask = (address: string) =>
      alice.client.patch('/me', { email: address, currentPassword: password });

    const [taken, free] = [await ask(email), await ask('free@example.com')];

    expect([taken.status, free.status]).toEqual([200, 200]);
    expect({ ...taken.body, pendingEmail: null }).toEqual({ ...free.body, pendingEmail: null });
    expect(taken.body.email).toBe(alice.email);
  });

  it('can write one’s own in another case, at once', async () => {
    const dora = await register(app, 'dora');
    const email = dora.email.toUpperCase();

    const answer = await dora.client.patch('/me', { email, currentPassword: password });

    expect(answer.body).toMatchObject({ email, pendingEmail: null });
  });
});
