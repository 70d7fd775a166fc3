import { startApp, type TestApp } from '../support/app';
import { Client, type Answer } from '../support/client';
import { login, password, register, type Person } from '../support/people';

let app: TestApp;
let anyone: Client;

beforeAll(async () => {
  app = await startApp();
  anyone = new Client(app.app);
});
afterAll(() => app.close());

interface Device {
  id: string;
  device: string | null;
  userAgent: string | null;
  ip: string | null;
  lastSeenAt: string;
  current: boolean;
}

const sessionsOf = async ({ client }: Person) =>
  (await client.get('/auth/sessions')).body.items as Device[];
const currentOf = async (person: Person) =>
  (await sessionsOf(person)).find(({ current }) => current)?.id ?? 'none';
const works = async ({ client }: Person) => (await client.get('/me')).status === 200;
const refreshes = async ({ refreshToken }: Person) =>
  (await anyone.post('/auth/refresh', { refreshToken })).status === 200;

function withoutId({ status, text, headers }: Answer, id: string) {
  const requestId = headers['x-request-id'] as string;
  return { status, text: text.replaceAll(id, 'ID').replaceAll(requestId, 'REQUEST') };
}

describe('logout', () => {
  it('kills the access token and the refresh token at once, and those of no other session', async () => {
    const alice = await register(app, 'alice');
    const phone = await login(app, alice.email);

    const out = await alice.client.post('/auth/logout');

    expect(out.status).toBe(204);
    expect((await alice.client.get('/me')).body.code).toBe('auth.session_ended');
    expect((await alice.client.post('/auth/logout')).status).toBe(401);
    expect(await refreshes(alice)).toBe(false);
    expect(await sessionsOf(phone)).toHaveLength(1);
  });
});

describe('the list of sessions', () => {
  it('tells device, address and last visit of each, the newest first, and which one asks', async () => {
    const alice = await register(app, 'alice');
    const userAgent = 'Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0';
    const body = { email: alice.email, password };
    const headers = { 'user-agent': userAgent };
    const phone = await anyone.post('/auth/login', body, { headers });

    const list = await alice.client.get('/auth/sessions');

    expect(list.body.nextCursor).toBeNull();
    expect(list.body.items).toEqual([
      {
        id: expect.any(String),
        device: 'Firefox on Linux',
        userAgent,
        ip: '127.0.0.1',
        lastSeenAt: expect.stringMatching(/^20\d\d-\d\d-\d\dT[\d:.]+Z$/),
        current: false,
      },
      expect.objectContaining({ id: await currentOf(alice), current: true }),
    ]);
    expect(list.text).not.toContain(phone.body.refreshToken as string);
  });

  it('knows a device without a name, and cuts one that is too long', async () => {
    const alice = await register(app, 'alice');
    const body = { email: alice.email, password };
    await anyone.post('/auth/login', body, { headers: { 'user-agent': 'x'.repeat(5000) } });

    const [newest] = await sessionsOf(alice);
    expect([newest?.device, newest?.userAgent]).toEqual([null, 'x'.repeat(255)]);
  });

  it('leaves out what has ended or expired, and what is of others', async () => {
    const alice = await register(app, 'alice');
    const [ended, expired] = [await login(app, alice.email), await login(app, alice.email)];
    await register(app, 'bob');
    await ended.client.post('/auth/logout');
    await app.sql('UPDATE sessions SET expires_at = now() WHERE id = $1', [
      await currentOf(expired),
    ]);

    const sessions = await sessionsOf(alice);

    expect(sessions.map(({ id }) => id)).toEqual([await currentOf(alice)]);
  });

  it('moves the last visit when the session is refreshed', async () => {
    const alice = await register(app, 'alice');
    await app.sql(`UPDATE sessions SET last_seen_at = '2025-01-01' WHERE user_id = $1`, [
      alice.userId,
    ]);
    const [before] = await sessionsOf(alice);

    await refreshes(alice);

    const [after] = await sessionsOf(alice);
    expect(before?.lastSeenAt).toMatch(/^2025-01-01|^2024-12-31/);
    expect(after?.lastSeenAt).not.toMatch(/^202[45]/);
  });

  it('never grows beyond fifty: the oldest go', async () => {
    const alice = await register(app, 'alice');
    await app.sql(
      `INSERT INTO sessions (id, user_id, tenant_id, refresh_hash, created_at, expires_at, revoked_at)
       SELECT gen_random_uuid(), user_id, tenant_id, '\\x00', created_at + interval '1 second' * n,
              CASE WHEN n <= 5 THEN now() ELSE expires_at END, NULL
         FROM sessions, generate_series(1, 70) n WHERE user_id = $1`,
      [alice.userId],
    );
    await app.sql(
      `UPDATE sessions SET created_at = created_at - interval '1 day' WHERE user_id = $1`,
      [alice.userId],
    );

    const newest = await login(app, alice.email);

    const [row] = await app.sql('SELECT count(*)::int AS n FROM sessions WHERE user_id = $1', [
      alice.userId,
    ]);
    expect(row).toEqual({ n: 50 });
    expect(await sessionsOf(newest)).toHaveLength(50);
    expect(await works(alice)).toBe(false);
  });
});

describe('ending a session', () => {
  it('kills that one and no other', async () => {
    const alice = await register(app, 'alice');
    const [phone, tablet] = [await login(app, alice.email), await login(app, alice.email)];

    const ended = await alice.client.delete(`/auth/sessions/${await currentOf(phone)}`);

    expect(ended.status).toBe(204);
    expect([await works(phone), await refreshes(phone)]).toEqual([false, false]);
    expect([await works(alice), await works(tablet)]).toEqual([true, true]);
  });

  it('may be the one that asks', async () => {
    const alice = await register(app, 'alice');

    const ended = await alice.client.delete(`/auth/sessions/${await currentOf(alice)}`);

    expect(ended.status).toBe(204);
    expect(await works(alice)).toBe(false);
  });

  it('answers 404 for one of another person as for none, and for one that has ended', async () => {
    const [alice, bob] = [await register(app, 'alice'), await register(app, 'bob')];
    const phone = await login(app, alice.email);
    const absentId = '00000000-0000-4000-8000-000000000000';
    const [foreignId, endedId] = [await currentOf(bob), await currentOf(phone)];
    await phone.client.post('/auth/logout');

    const answers = [];
    for (const id of [absentId, foreignId, endedId]) {
      answers.push(withoutId(await alice.client.delete(`/auth/sessions/${id}`), id));
    }

    expect(answers[0]?.status).toBe(404);
    expect(answers[0]?.text).toContain('session.not_found');
    expect(answers).toEqual([answers[0], answers[0], answers[0]]);
    expect(await works(bob)).toBe(true);
  });

  it('wants a UUID', async () => {
    const alice = await register(app, 'alice');

    const answer = await alice.client.delete('/auth/sessions/current');

    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([expect.objectContaining({ code: 'uuid.invalid' })]);
  });
});

describe('a new password', () => {
  const newPassword = 'an even longer horse battery';

  it('ends every other session of the person, not the one at hand and none of others', async () => {
    const [alice, bob] = [await register(app, 'alice'), await register(app, 'bob')];
    const [phone, tablet] = [await login(app, alice.email), await login(app, alice.email)];

    const changed = await alice.client.post('/auth/password', {
      currentPassword: password,
      newPassword,
    });

    expect(changed.status).toBe(204);
    expect([await works(alice), await refreshes(alice)]).toEqual([true, true]);
    expect([await works(phone), await works(tablet)]).toEqual([false, false]);
    expect([await refreshes(phone), await refreshes(tablet)]).toEqual([false, false]);
    expect(await works(bob)).toBe(true);
    const old = await anyone.post('/auth/login', { email: alice.email, password });
    expect(old.status).toBe(401);
    await expect(login(app, alice.email, newPassword)).resolves.toMatchObject({
      userId: alice.userId,
    });
  });

  it.each([
    [
      'the current one is wrong',
      { currentPassword: 'not it', newPassword },
      403,
      'auth.password_wrong',
    ],
    [
      'it is the current one',
      { currentPassword: password, newPassword: password },
      400,
      'password.unchanged',
    ],
    [
      'it is too short',
      { currentPassword: password, newPassword: 'a'.repeat(14) },
      400,
      'text.length',
    ],
    [
      'it is too long',
      { currentPassword: password, newPassword: 'é'.repeat(129) },
      400,
      'text.length',
    ],
    ['the current one is missing', { newPassword }, 400, 'field.required'],
    ['it is missing', { currentPassword: password }, 400, 'field.required'],
  ])('is refused when %s, and nothing ends', async (_, body, status, code) => {
    const alice = await register(app, 'alice');
    const phone = await login(app, alice.email);

    const answer = await alice.client.post('/auth/password', body);

    const errors = (answer.body.errors ?? [answer.body]) as { code: string }[];
    expect(answer.status).toBe(status);
    expect(errors.map((error) => error.code)).toEqual([code]);
    expect(await works(phone)).toBe(true);
    await expect(login(app, alice.email)).resolves.toMatchObject({ userId: alice.userId });
  });
});
