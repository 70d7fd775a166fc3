import { createHash } from 'node:crypto';
import { startApp, type TestApp } from '../support/app';
import { Client } from '../support/client';
import { login, register, type Person } from '../support/people';

let app: TestApp;
let anyone: Client;

beforeAll(async () => {
  app = await startApp();
  anyone = new Client(app.app);
});
afterAll(() => app.close());

const refresh = (refreshToken: string) => anyone.post('/auth/refresh', { refreshToken });
/** The session that a refresh token names in its first 16 bytes. */
const bytesOf = (token: string) => Buffer.from(token, 'base64url');
const sessionIdOf = (token: string) => bytesOf(token).toString('hex', 0, 16);
const change = (token: string, assignment: string) =>
  app.sql(`UPDATE sessions SET ${assignment} WHERE id = $1`, [sessionIdOf(token)]);
const pastGrace = (token: string) =>
  change(token, `rotated_at = rotated_at - interval '11 seconds'`);

async function successorOf(token: string): Promise<string> {
  const { status, body } = await refresh(token);
  expect(status).toBe(200);
  return body.refreshToken as string;
}

async function expectAlive({ client }: Person, token: string): Promise<void> {
  expect((await client.get('/me')).status).toBe(200);
  expect((await refresh(token)).status).toBe(200);
}

async function expectDead({ client }: Person, ...tokens: string[]): Promise<void> {
  expect((await client.get('/me')).body.code).toBe('auth.session_ended');
  for (const token of tokens) {
    const answer = await refresh(token);
    expect(answer.status).toBe(401);
    expect(answer.body.code).toBe('auth.refresh_invalid');
  }
}

describe('a refresh token', () => {
  it('is exchanged for new tokens of the same session', async () => {
    const alice = await register(app, 'alice');

    const answer = await refresh(alice.refreshToken);

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      accessToken: expect.any(String),
      tokenType: 'Bearer',
      expiresIn: 900,
      refreshToken: expect.any(String),
      user: (await alice.client.get('/me')).body,
      tenant: { id: alice.tenantId, name: 'alice', role: 'owner' },
    });
    expect(answer.body.refreshToken).not.toBe(alice.refreshToken);
    const { body } = await anyone.as(answer.body.accessToken as string).get('/auth/sessions');
    expect(body.items).toEqual([expect.objectContaining({ current: true })]);
    expect((await refresh(answer.body.refreshToken as string)).status).toBe(200);
  });

  it('works for every session apart, and tells what the person is by now', async () => {
    const alice = await register(app, 'alice');
    const phone = await login(app, alice.email);
    await alice.client.patch('/me', { name: 'Alice B.' });

    const [first, second] = [await refresh(alice.refreshToken), await refresh(phone.refreshToken)];

    expect([first.body.user.name, second.body.user.name]).toEqual(['Alice B.', 'Alice B.']);
    expect(first.body.refreshToken).not.toBe(second.body.refreshToken);
  });

  it('answers with the same successor again while the answer may have been lost', async () => {
    const alice = await register(app, 'alice');

    const tokens = [
      await successorOf(alice.refreshToken),
      await successorOf(alice.refreshToken),
      await successorOf(alice.refreshToken),
    ];

    expect(new Set(tokens).size).toBe(1);
    await expectAlive(alice, tokens[0] ?? '');
  });

  it('has one successor, however many ask at the same moment', async () => {
    const alice = await register(app, 'alice');

    const answers = await Promise.all(Array.from({ length: 8 }, () => refresh(alice.refreshToken)));

    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const successors = new Set(answers.map(({ body }) => body.refreshToken as string));
    expect(successors.size).toBe(1);
    await expectAlive(alice, [...successors][0] ?? '');
  });

  it('that is used again later ends the session with all its tokens', async () => {
    const alice = await register(app, 'alice');
    const next = await successorOf(alice.refreshToken);
    await pastGrace(next);

    const reused = await refresh(alice.refreshToken);

    expect(reused.status).toBe(401);
    expect(reused.body.code).toBe('auth.refresh_reused');
    await expectDead(alice, next, alice.refreshToken);
  });

  it('that is two generations old ends the session, also within the grace', async () => {
    const alice = await register(app, 'alice');
    const newest = await successorOf(await successorOf(alice.refreshToken));

    const reused = await refresh(alice.refreshToken);

    expect(reused.body.code).toBe('auth.refresh_reused');
    await expectDead(alice, newest);
  });

  it('that is used again ends no other session of the person', async () => {
    const alice = await register(app, 'alice');
    const phone = await login(app, alice.email);
    await pastGrace(await successorOf(alice.refreshToken));

    await refresh(alice.refreshToken);

    await expectAlive(phone, phone.refreshToken);
  });

  it('moves the end of the session away and the last visit here', async () => {
    const alice = await register(app, 'alice');
    await change(
      alice.refreshToken,
      `expires_at = now() + interval '1 hour', last_seen_at = '2025-01-01'`,
    );

    await refresh(alice.refreshToken);

    const [row] = await app.sql(
      `SELECT expires_at > now() + interval '29 days' AS longer, last_seen_at > '2026-01-01' AS seen
         FROM sessions WHERE id = $1`,
      [sessionIdOf(alice.refreshToken)],
    );
    expect(row).toEqual({ longer: true, seen: true });
  });
});

describe('the table of sessions', () => {
  it('holds hashes of the tokens and no token', async () => {
    const alice = await register(app, 'alice');
    const next = await successorOf(alice.refreshToken);

    const [row] = await app.sql<{ text: string; now: string; before: string }>(
      `SELECT s::text AS text, encode(refresh_hash, 'hex') AS now, encode(previous_hash, 'hex') AS before
         FROM sessions s WHERE id = $1`,
      [sessionIdOf(next)],
    );

    const sha256 = (token: string) => createHash('sha256').update(token).digest('hex');
    expect([row?.before, row?.now]).toEqual([sha256(alice.refreshToken), sha256(next)]);
    for (const token of [alice.refreshToken, next, alice.accessToken]) {
      const secret = bytesOf(token).subarray(16, 48);
      for (const form of [token, secret.toString('hex'), Buffer.from(token).toString('hex')]) {
        expect(row?.text).not.toContain(form);
      }
    }
  });
});
