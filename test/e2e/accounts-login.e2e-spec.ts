import { randomUUID } from 'node:crypto';
import { startApp, type TestApp } from '../support/app';
import { Client, type Answer } from '../support/client';
import { join, login, password, register, type Person } from '../support/people';

// These look at the parameters of the hashes.
jest.unmock('piscina');

/** bcrypt of `password`, made by the earlier system. */
const BCRYPT = '$2b$12$7V0cKv.eqpUaL63oNtSwT.eZqNimSCpI990xUFYEZc52Amq7w6oK.';

let app: TestApp;
let anyone: Client;
let alice: Person;

beforeAll(async () => {
  app = await startApp();
  anyone = new Client(app.app);
  alice = await register(app, 'alice');
});
afterAll(() => app.close());

const setHash = (person: Person, hash: string) =>
  app.sql('UPDATE users SET password_hash = $2 WHERE id = $1', [person.userId, hash]);
const hashOf = async (person: Person) => {
  const [row] = await app.sql<{ hash: string }>(
    'SELECT password_hash AS hash FROM users WHERE id = $1',
    [person.userId],
  );
  return row?.hash ?? '';
};

/** All that a client can see of an answer, without what differs from one request to the next. */
function seen({ status, headers, text }: Answer) {
  const { 'x-request-id': requestId, date: _date, ...rest } = headers as Record<string, string>;
  return { status, headers: rest, text: text.replaceAll(requestId ?? '', 'REQUEST') };
}

describe('a password with accents', () => {
  const [composed, decomposed] = ['\u00e9', 'e\u0301'];
  const open = (secret: string) =>
    anyone.post('/auth/register', { email: `${randomUUID()}@example.com`, password: secret });

  it('is the same, and as long, whether they are typed as one character or two', async () => {
    const { body } = await open(composed.repeat(70));
    const { email } = (body as { user: { email: string } }).user;

    const answer = await anyone.post('/auth/login', { email, password: decomposed.repeat(70) });

    expect(answer.status).toBe(200);
  });

  it.each([
    ['fourteen letters typed as 28 characters', decomposed.repeat(14)],
    ['letters that are two each once they are taken apart', '\u0958'.repeat(100)],
    ['one letter under a thousand marks', `${'a'.repeat(20)}${'\u0301'.repeat(1000)}`],
  ])('is refused for its length: %s', async (_, secret) => {
    const answer = await open(secret);

    expect(answer.status).toBe(400);
    expect(answer.body.errors).toMatchObject([{ field: 'password', code: 'text.length' }]);
  });
});

describe('login', () => {
  it('opens a session with the right password', async () => {
    const answer = await anyone.post('/auth/login', { email: alice.email, password });

    expect(answer.status).toBe(200);
    expect(Object.keys(answer.body as object).sort()).toEqual(
      ['accessToken', 'expiresIn', 'refreshToken', 'tenant', 'tokenType', 'user'].sort(),
    );
    expect(answer.body.user.id).toBe(alice.userId);
    const me = await anyone.as(answer.body.accessToken as string).get('/me');
    expect(me.body.email).toBe(alice.email);
  });

  it.each(['as typed', 'upper case', 'spaces around'])('finds the address: %s', async (how) => {
    const written = how === 'upper case' ? alice.email.toUpperCase() : alice.email;
    const email = how === 'spaces around' ? `  ${written} ` : written;

    const answer = await anyone.post('/auth/login', { email, password });

    expect(answer.status).toBe(200);
    expect(answer.body.user.email).toBe(alice.email);
  });

  it('tells an unknown address and a wrong password in the same words', async () => {
    const unknown = await anyone.post('/auth/login', { email: 'nobody@example.com', password });
    const wrong = await anyone.post('/auth/login', { email: alice.email, password: 'not it' });

    expect(unknown.status).toBe(401);
    expect(unknown.body.code).toBe('auth.invalid_credentials');
    expect(seen(wrong)).toEqual(seen(unknown));
  });

  it('takes a wildcard for what it is: no address', async () => {
    const answer = await anyone.post('/auth/login', { email: 'alice%@example.com', password });

    expect(answer.status).toBe(401);
  });

  it.each([
    ['no password', { email: 'a@x.com' }, 'password', 'field.required'],
    ['an empty password', { email: 'a@x.com', password: '' }, 'password', 'text.length'],
    ['129 characters', { email: 'a@x.com', password: 'a'.repeat(129) }, 'password', 'text.length'],
    ['a password object', { email: 'a@x.com', password: { $ne: '' } }, 'password', 'text.type'],
    ['no address', { password }, 'email', 'field.required'],
    [
      'a tenant id that is none',
      { email: 'a@x.com', password, tenantId: '1' },
      'tenantId',
      'uuid.invalid',
    ],
    [
      'a cookie flag as text',
      { email: 'a@x.com', password, cookie: 'yes' },
      'cookie',
      'boolean.invalid',
    ],
    ['more', { email: 'a@x.com', password, role: 'owner' }, 'role', 'field.unknown'],
  ])('refuses %s', async (_, body, field, code) => {
    const answer = await anyone.post('/auth/login', body);

    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([expect.objectContaining({ field, code })]);
  });
});

describe('login into a tenant', () => {
  it('opens the one asked for, else the oldest membership', async () => {
    const bob = await register(app, 'bob');
    await join(app, bob, { tenantId: alice.tenantId, role: 'member' });
    const ask = (tenantId?: string) =>
      anyone.post('/auth/login', { email: bob.email, password, ...(tenantId && { tenantId }) });

    const [first, second] = [await ask(), await ask(alice.tenantId)];

    expect(first.body.tenant).toMatchObject({ id: bob.tenantId, role: 'owner' });
    expect(second.body.tenant).toMatchObject({ id: alice.tenantId, role: 'member' });
    const seenBy = await anyone.as(second.body.accessToken as string).get('/tenant');
    expect(seenBy.body.id).toBe(alice.tenantId);
  });

  it('answers 404 for a tenant of others as for none, and opens no session', async () => {
    const carol = await register(app, 'carol');
    const ask = (tenantId: string) =>
      anyone.post('/auth/login', { email: carol.email, password, tenantId });

    const foreign = await ask(alice.tenantId);
    const absent = await ask('00000000-0000-4000-8000-000000000000');

    expect(foreign.status).toBe(404);
    expect(foreign.body.code).toBe('tenant.not_found');
    expect(seen(foreign)).toEqual(seen(absent));
    const sessions = await app.sql('SELECT 1 FROM sessions WHERE user_id = $1', [carol.userId]);
    expect(sessions).toHaveLength(1);
  });

  it('tells a wrong password before anything of a tenant', async () => {
    const body = { email: alice.email, password: 'not it', tenantId: alice.tenantId };

    const answer = await anyone.post('/auth/login', body);

    expect(answer.body.code).toBe('auth.invalid_credentials');
  });

  it.each([
    ['own', 200],
    ['foreign', 404],
  ])('switches with POST /auth/tenant: %s', async (whose, status) => {
    const [dora, other] = [await register(app, 'dora'), await register(app, 'other')];
    if (whose === 'own') await join(app, dora, { tenantId: other.tenantId, role: 'admin' });

    const answer = await dora.client.post('/auth/tenant', { tenantId: other.tenantId });

    expect(answer.status).toBe(status);
    expect((await dora.client.get('/tenant')).body.id).toBe(dora.tenantId);
  });
});

describe('a password hash of the earlier system', () => {
  it.each(['$2a$', '$2b$', '$2y$'])(
    'of the form %s still works, and becomes argon2id',
    async (form) => {
      const old = await register(app, 'old');
      await setHash(old, BCRYPT.replace('$2b$', form));

      await login(app, old.email);

      expect(await hashOf(old)).toMatch(/^\$argon2id\$v=19\$m=47104,t=2,p=1\$/);
      await expect(login(app, old.email)).resolves.toMatchObject({ userId: old.userId });
    },
  );

  it('stays as it is when the password is wrong', async () => {
    const old = await register(app, 'old');
    await setHash(old, BCRYPT);

    const answer = await anyone.post('/auth/login', { email: old.email, password: 'not it' });

    expect(answer.status).toBe(401);
    expect(await hashOf(old)).toBe(BCRYPT);
  });

  it('is good for confirming something, too', async () => {
    const old = await register(app, 'old');
    await setHash(old, BCRYPT);

    const wrong = await old.client.delete('/me', { password: 'not it' });
    const right = await old.client.delete('/me', { password });

    expect([wrong.status, right.status]).toEqual([403, 204]);
  });

  it('does not stop others from being refused alike', async () => {
    await setHash(await register(app, 'old'), BCRYPT);

    const unknown = await anyone.post('/auth/login', { email: 'nobody@example.com', password });
    const wrong = await anyone.post('/auth/login', { email: alice.email, password: 'not it' });

    expect(seen(wrong)).toEqual(seen(unknown));
  });
});

describe('a broken password hash', () => {
  it.each([
    '',
    'x',
    '!',
    password,
    '$argon2id$',
    '$argon2id$v=19$m=47104,t=2,p=1$broken',
    '$argon2id$v=19$m=1,t=0,p=0$HIQlYnLREhGGHt1skUOqgQ$LBEvHzPoIr5jfsiAHKbekSSCyuZ1zIfjVDGfuJSONsM',
    '$2b$12$short',
    '$2b$99$7V0cKv.eqpUaL63oNtSwT.eZqNimSCpI990xUFYEZc52Amq7w6oK.',
    `${BCRYPT}x`,
  ])('lets nobody in: %j', async (hash) => {
    const broken = await register(app, 'broken');
    await setHash(broken, hash);

    const answer = await anyone.post('/auth/login', { email: broken.email, password });

    expect(answer.status).toBe(401);
    expect(answer.body.code).toBe('auth.invalid_credentials');
    expect(await hashOf(broken)).toBe(hash);
    expect((await broken.client.delete('/me', { password })).status).toBe(403);
  });
});
