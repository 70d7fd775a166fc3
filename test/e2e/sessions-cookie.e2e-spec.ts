import { startApp, type TestApp } from '../support/app';
import { Client, type Answer } from '../support/client';
import { password, register, type Person } from '../support/people';

let app: TestApp;
let anyone: Client;
let alice: Person;

beforeAll(async () => {
  app = await startApp({ PUBLIC_URL: 'https://ava.example.com' });
  anyone = new Client(app.app);
  alice = await register(app, 'alice');
});
afterAll(() => app.close());

const logIn = (more: object = { cookie: true }, client = anyone) =>
  client.post('/auth/login', { email: alice.email, password, ...more });
const cookieOf = ({ headers }: Answer) => String(headers['set-cookie'] ?? '');
const valueOf = (answer: Answer) => /^ava_refresh=([^;]*)/.exec(cookieOf(answer))?.[1] ?? '';
const refresh = (cookie: string, body?: object) =>
  anyone.post('/auth/refresh', body, { headers: { cookie } });

describe('login with a cookie', () => {
  it('puts the refresh token where no script and no other site reaches it', async () => {
    const answer = await logIn();

    expect(answer.status).toBe(200);
    expect(answer.body).not.toHaveProperty('refreshToken');
    const [pair, ...attributes] = cookieOf(answer).split('; ');
    expect(pair).toMatch(/^ava_refresh=[\w-]{86}$/);
    expect(attributes.sort()).toEqual(
      ['HttpOnly', 'Max-Age=2592000', 'Path=/auth', 'SameSite=Strict', 'Secure'].sort(),
    );
    expect(answer.text).not.toContain(valueOf(answer));
  });

  it.each([{}, { cookie: false }])('is not what happens with %j', async (more) => {
    const answer = await logIn(more);

    expect(answer.headers).not.toHaveProperty('set-cookie');
    expect(answer.body.refreshToken).toEqual(expect.any(String));
  });

  it('sets none when the login is refused', async () => {
    const answer = await logIn({ password: 'not it', cookie: true });

    expect(answer.status).toBe(401);
    expect(answer.headers).not.toHaveProperty('set-cookie');
  });

  it('works for POST /auth/tenant, too', async () => {
    const answer = await alice.client.post('/auth/tenant', {
      tenantId: alice.tenantId,
      cookie: true,
    });

    expect(answer.body).not.toHaveProperty('refreshToken');
    expect((await refresh(`ava_refresh=${valueOf(answer)}`)).status).toBe(200);
  });
});

describe('refresh with the cookie', () => {
  it('rotates it and keeps the token out of the answer', async () => {
    const before = valueOf(await logIn());

    const answer = await refresh(`theme=dark; ava_refresh=${before}; lang=fr`);

    expect(answer.status).toBe(200);
    expect(answer.body).not.toHaveProperty('refreshToken');
    expect(valueOf(answer)).toMatch(/^[\w-]{86}$/);
    expect(valueOf(answer)).not.toBe(before);
    const me = await anyone.as(answer.body.accessToken as string).get('/me');
    expect(me.body.id).toBe(alice.userId);
    expect((await refresh(`ava_refresh=${valueOf(answer)}`, {})).status).toBe(200);
  });

  it('yields to a token in the body, whose successor is answered in the body', async () => {
    const inCookie = valueOf(await logIn());
    const { refreshToken } = (await logIn({})).body as { refreshToken: string };

    const answer = await refresh(`ava_refresh=${inCookie}`, { refreshToken });

    expect(answer.body.refreshToken).toMatch(/^[\w-]{86}$/);
    expect(answer.headers).not.toHaveProperty('set-cookie');
  });

  it.each([
    '',
    'other=1',
    'ava_refresh=',
    'ava_refresh=made-up',
    'ava_refresh=%00',
    'ava_refresh=%E0%A4%A',
  ])('is 401 with the cookie header %j', async (cookie) => {
    const answer = await refresh(cookie);

    expect(answer.status).toBe(401);
    expect(answer.body.code).toBe('auth.refresh_invalid');
    expect(answer.headers).not.toHaveProperty('set-cookie');
  });
});

describe('the cookie', () => {
  it('does not stand for an access token', async () => {
    const cookie = `ava_refresh=${valueOf(await logIn())}`;

    const answers = [
      await anyone.post('/auth/logout', undefined, { headers: { cookie } }),
      await anyone.get('/me', { headers: { cookie } }),
    ];

    expect(answers.map(({ status }) => status)).toEqual([401, 401]);
  });

  it('goes with logout, and what it held is dead', async () => {
    const session = await logIn();

    const out = await anyone.as(session.body.accessToken as string).post('/auth/logout');

    expect(out.status).toBe(204);
    expect(cookieOf(out)).toMatch(/^ava_refresh=; /);
    expect(cookieOf(out).split('; ')).toEqual(
      expect.arrayContaining(['Max-Age=0', 'Path=/auth', 'HttpOnly', 'SameSite=Strict', 'Secure']),
    );
    expect((await refresh(`ava_refresh=${valueOf(session)}`)).status).toBe(401);
  });
});

// Last in this file: passport keeps one strategy a process, that of the application started last.
describe('the cookie where there is no https', () => {
  it('is set as well, without Secure', async () => {
    const plain = await startApp({ PUBLIC_URL: 'http://localhost:3000' });
    const { email } = await register(plain, 'alice');
    const body = { email, password, cookie: true };

    const answer = await new Client(plain.app).post('/auth/login', body);
    await plain.close();

    expect(cookieOf(answer)).toContain('HttpOnly; SameSite=Strict');
    expect(cookieOf(answer)).not.toContain('Secure');
  });
});
