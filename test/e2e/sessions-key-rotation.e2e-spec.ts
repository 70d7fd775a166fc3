import { startApp, type TestApp } from '../support/app';
import { Client } from '../support/client';
import { createDatabase, type TestDatabase } from '../support/database';
import { login, register, type Person } from '../support/people';

const OLD = 'the-old-secret-of-more-than-32-characters-0001';
const NEW = 'the-new-secret-of-more-than-32-characters-0002';
const BOTH = `${NEW},${OLD}`;

let database: TestDatabase;

beforeAll(async () => {
  database = await createDatabase();
});
afterAll(() => database.drop());

/** The installation while it runs with these secrets; one after another, as restarts are. */
async function runningWith<T>(secrets: string, work: (app: TestApp) => Promise<T>): Promise<T> {
  const app = await startApp({ JWT_SECRET: secrets }, database);
  try {
    return await work(app);
  } finally {
    await app.app.close();
  }
}

const registered = () => runningWith(OLD, (app) => register(app, 'alice'));
const loggedIn = (secrets: string, { email }: Person) =>
  runningWith(secrets, (app) => login(app, email));
const meWith = (secrets: string, token: string) =>
  runningWith(secrets, async ({ app }) => (await new Client(app).as(token).get('/me')).status);
const refreshed = (secrets: string, refreshToken: string) =>
  runningWith(secrets, ({ app }) => new Client(app).post('/auth/refresh', { refreshToken }));

describe('JWT_SECRET with a new secret before the old one', () => {
  it('takes the access tokens of both', async () => {
    const old = await registered();
    const renewed = await loggedIn(BOTH, old);

    const statuses = [
      await meWith(BOTH, old.accessToken),
      await meWith(BOTH, renewed.accessToken),
      await meWith(` ${NEW} , ${OLD} `, old.accessToken),
    ];

    expect(statuses).toEqual([200, 200, 200]);
  });

  it('signs with the first one', async () => {
    const renewed = await loggedIn(BOTH, await registered());

    const statuses = [
      await meWith(NEW, renewed.accessToken),
      await meWith(OLD, renewed.accessToken),
    ];

    expect(statuses).toEqual([200, 401]);
  });

  it('refuses the tokens of the old one once that is taken out of the list', async () => {
    const old = await registered();

    const statuses = [await meWith(NEW, old.accessToken), await meWith(OLD, old.accessToken)];
    const refused = await refreshed(NEW, old.refreshToken);

    expect(statuses).toEqual([401, 200]);
    expect(refused.body.code).toBe('auth.refresh_invalid');
  });

  it('exchanges a refresh token of the old one for tokens of the new one', async () => {
    const old = await registered();

    const { status, body } = await refreshed(BOTH, old.refreshToken);

    expect(status).toBe(200);
    expect(await meWith(NEW, body.accessToken as string)).toBe(200);
    expect((await refreshed(NEW, body.refreshToken as string)).status).toBe(200);
  });

  it('still knows an old refresh token as one that was used before', async () => {
    const old = await registered();

    const reused = await runningWith(BOTH, async (running) => {
      const anyone = new Client(running.app);
      await anyone.post('/auth/refresh', { refreshToken: old.refreshToken });
      await running.sql(
        `UPDATE sessions SET rotated_at = rotated_at - interval '11 seconds' WHERE user_id = $1`,
        [old.userId],
      );
      return anyone.post('/auth/refresh', { refreshToken: old.refreshToken });
    });

    expect(reused.body.code).toBe('auth.refresh_reused');
    expect(await meWith(BOTH, old.accessToken)).toBe(401);
  });
});
