import { randomBytes } from 'node:crypto';
import { startApp, type TestApp } from '../support/app';
import { Client } from '../support/client';
import { register, type Person } from '../support/people';

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

describe('a refresh token that is good for nothing', () => {
  const secret = () => randomBytes(48);
  const flipped = (token: string, at: number) => {
    const bytes = bytesOf(token);
    bytes.writeUInt8(bytes.readUInt8(at) ^ 1, at);
    return bytes.toString('base64url');
  };

  it.each<[string, (own: string, other: string) => string]>([
    [
      'names the session and has a made-up rest',
      (own) => Buffer.concat([bytesOf(own).subarray(0, 16), secret()]).toString('base64url'),
    ],
    [
      'names the session with the rest of another',
      (own, other) =>
        Buffer.concat([bytesOf(own).subarray(0, 16), bytesOf(other).subarray(16)]).toString(
          'base64url',
        ),
    ],
    ['has another first bit', (own) => flipped(own, 0)],
    ['has another bit in its secret', (own) => flipped(own, 20)],
    ['has another bit in its proof', (own) => flipped(own, 63)],
    ['is shorter', (own) => own.slice(0, -4)],
    ['is longer', (own) => `${own}AAAA`],
    ['is written in another way', (own) => `${own}=`],
    ['has a space before it', (own) => ` ${own}`],
    ['is the id of the session', (own) => sessionIdOf(own)],
    ['is garbage', () => 'garbage'],
  ])('%s: it ends nothing', async (_, make) => {
    const [alice, other] = [await register(app, 'alice'), await register(app, 'other')];

    const answer = await refresh(make(alice.refreshToken, other.refreshToken));

    expect(answer.status).toBe(401);
    expect(answer.body.code).toBe('auth.refresh_invalid');
    await expectAlive(alice, alice.refreshToken);
    await expectAlive(other, other.refreshToken);
  });

  it('is an access token', async () => {
    const alice = await register(app, 'alice');

    const answer = await refresh(alice.accessToken.slice(0, 200));

    expect(answer.body.code).toBe('auth.refresh_invalid');
  });

  it.each([
    ['no token at all', {}, 401],
    ['an empty one', { refreshToken: '' }, 400],
    ['one that is no text', { refreshToken: { $ne: '' } }, 400],
    ['one that is too long', { refreshToken: 'a'.repeat(201) }, 400],
    ['null', { refreshToken: null }, 400],
    ['more than a token', { refreshToken: 'a', userId: 'x' }, 400],
  ])('is %s', async (_, body, status) => {
    expect((await anyone.post('/auth/refresh', body)).status).toBe(status);
  });

  it.each([
    ['has expired', `expires_at = now()`],
    ['was revoked', `revoked_at = now()`],
  ])('is that of a session that %s', async (_, assignment) => {
    const alice = await register(app, 'alice');

    await change(alice.refreshToken, assignment);

    await expectDead(alice, alice.refreshToken);
  });

  it.each(['within the grace', 'after it'])(
    'is an old one of a session that has ended, %s: nothing more is told',
    async (when) => {
      const alice = await register(app, 'alice');
      const next = await successorOf(alice.refreshToken);
      if (when === 'after it') await pastGrace(next);

      await alice.client.post('/auth/logout');

      await expectDead(alice, alice.refreshToken, next);
    },
  );

  it('is that of somebody who has left the tenant', async () => {
    const [alice, bob] = [await register(app, 'alice'), await register(app, 'bob')];
    await app.sql(`INSERT INTO memberships VALUES ($1, $2, 'owner')`, [alice.tenantId, bob.userId]);

    await app.sql('DELETE FROM memberships WHERE tenant_id = $1 AND user_id = $2', [
      alice.tenantId,
      alice.userId,
    ]);

    await expectDead(alice, alice.refreshToken);
  });
});
