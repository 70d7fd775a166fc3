import { createHmac } from 'node:crypto';
import { jwtSecret, startApp, type TestApp } from '../support/app';
import { Client } from '../support/client';
import { join, login, register, type Person } from '../support/people';

type Part = Record<string, unknown>;

let app: TestApp;
let alice: Person;
let bob: Person;

beforeAll(async () => {
  app = await startApp();
  alice = await register(app, 'alice');
  bob = await register(app, 'bob');
});
afterAll(() => app.close());

const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url');
const decoded = (token: string) =>
  token
    .split('.', 2)
    .map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Part) as [Part, Part];

interface Changes {
  readonly header?: Part;
  readonly payload?: Part;
  readonly key?: string;
  readonly hash?: 'sha256' | 'sha512';
}

/** Alice's token with changes, signed as the server would, unless told otherwise; undefined removes a claim. */
function forged({ header = {}, payload = {}, key = jwtSecret, hash = 'sha256' }: Changes): string {
  const [ownHeader, ownPayload] = decoded(alice.accessToken);
  const signed = `${encode({ ...ownHeader, ...header })}.${encode({ ...ownPayload, ...payload })}`;
  return `${signed}.${createHmac(hash, key).update(signed).digest('base64url')}`;
}

const withToken = (token: string) => new Client(app.app).as(token).get('/me');

describe('an access token', () => {
  it('has the claims of the design and lives 15 minutes', () => {
    const [header, payload] = decoded(alice.accessToken);

    expect(header).toEqual({
      alg: 'HS256',
      typ: 'JWT',
      kid: expect.stringMatching(/^[0-9a-f]{8}$/),
    });
    expect(payload).toEqual({
      sub: alice.userId,
      tid: alice.tenantId,
      sid: expect.any(String),
      typ: 'access',
      iss: 'ava-api',
      aud: 'ava-api',
      iat: expect.any(Number),
      exp: (payload.iat as number) + 900,
    });
  });

  it('is accepted when the forge of this file changes nothing, so that its refusals mean something', async () => {
    const answer = await withToken(forged({}));

    expect(answer.body.id).toBe(alice.userId);
  });

  it.each<[string, Changes | string]>([
    ['garbage', 'garbage'],
    ['three dots', '...'],
    ['three parts of nothing', 'a.b.c'],
    ['no algorithm', { header: { alg: 'none' } }],
    ['another key', { key: 'another-secret-of-more-than-32-characters' }],
    ['HS512', { header: { alg: 'HS512' }, hash: 'sha512' }],
    ['RS256 with the secret as key', { header: { alg: 'RS256' } }],
    ['an unknown key id', { header: { kid: '00000000' } }],
    ['no key id', { header: { kid: undefined } }],
    ['a key id from the prototype', { header: { kid: 'constructor' } }],
    ['a key id that is no text', { header: { kid: { a: 1 } } }],
    ['no exp', { payload: { exp: undefined } }],
    ['an exp that is text', { payload: { exp: '9999999999' } }],
    ['no iat', { payload: { iat: undefined } }],
    ['no sub', { payload: { sub: undefined } }],
    ['a sub that is a list', { payload: { sub: ['x'] } }],
    ['a sub that is no id', { payload: { sub: "' OR true --" } }],
    ['no tid', { payload: { tid: undefined } }],
    ['no sid', { payload: { sid: undefined } }],
    ['no typ', { payload: { typ: undefined } }],
    ['another typ', { payload: { typ: 'refresh' } }],
    ['no iss', { payload: { iss: undefined } }],
    ['another iss', { payload: { iss: 'evil' } }],
    ['no aud', { payload: { aud: undefined } }],
    ['another aud', { payload: { aud: 'evil' } }],
    ['a start in the future', { payload: { nbf: 9_999_999_999 } }],
  ])('is refused with %s', async (_, made) => {
    const answer = await withToken(typeof made === 'string' ? made : forged(made));

    expect(answer.status).toBe(401);
    expect(answer.body.code).toBe('auth.token_invalid');
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  it('is refused unsigned', async () => {
    const unsigned = forged({ header: { alg: 'none' } }).replace(/[^.]*$/, '');

    expect((await withToken(unsigned)).body.code).toBe('auth.token_invalid');
  });

  it('has expired when its exp has passed', async () => {
    const answer = await withToken(forged({ payload: { exp: Math.floor(Date.now() / 1000) - 1 } }));

    expect(answer.status).toBe(401);
    expect(answer.body.code).toBe('auth.token_expired');
  });

  it('is not a refresh token', async () => {
    expect((await withToken(alice.refreshToken)).body.code).toBe('auth.token_invalid');
  });

  it.each<[string, Record<string, string>, string]>([
    ['nowhere', {}, '/me'],
    ['empty', { authorization: 'Bearer ' }, '/me'],
    ['after another word', { authorization: 'Basic TOKEN' }, '/me'],
    ['in the query', {}, '/me?access_token=TOKEN&token=TOKEN'],
    ['in a cookie', { cookie: 'access_token=TOKEN; jwt=TOKEN; ava_refresh=TOKEN' }, '/me'],
  ])('is missing when it stands %s', async (_, headers, url) => {
    const fill = (text: string) => text.replaceAll('TOKEN', alice.accessToken);
    const filled = Object.fromEntries(Object.entries(headers).map(([k, v]) => [k, fill(v)]));

    const answer = await new Client(app.app).get(fill(url), { headers: filled });

    expect(answer.status).toBe(401);
    expect(answer.body.code).toBe('auth.token_missing');
  });
});

describe('a signed token that no longer, or never, told the truth', () => {
  const claimsOf = (person: Person) => decoded(person.accessToken)[1];

  it.each<[string, () => Part]>([
    ['the tenant of another', () => ({ tid: bob.tenantId })],
    ['the user of another', () => ({ sub: bob.userId })],
    ['the session of another', () => ({ sid: claimsOf(bob).sid })],
    ['the session and tenant of another', () => ({ ...claimsOf(bob), sub: alice.userId })],
    ['a session that never was', () => ({ sid: '00000000-0000-4000-8000-000000000000' })],
  ])('is refused with %s', async (_, payload) => {
    const answer = await withToken(forged({ payload: payload() }));

    expect(answer.status).toBe(401);
    expect(answer.body.code).toBe('auth.session_ended');
  });

  it('is refused with another tenant of the same person: the session is for one', async () => {
    await join(app, alice, { tenantId: bob.tenantId, role: 'admin' });

    const answer = await withToken(forged({ payload: { tid: bob.tenantId } }));

    expect(answer.body.code).toBe('auth.session_ended');
  });

  it('is refused at the next request after the member was removed, his own tenant apart', async () => {
    const max = await register(app, 'max');
    const inside = await join(app, max, { tenantId: bob.tenantId, role: 'member' });
    expect((await inside.client.get('/calls')).status).toBe(200);

    await app.sql('DELETE FROM memberships WHERE tenant_id = $1 AND user_id = $2', [
      bob.tenantId,
      max.userId,
    ]);

    expect((await inside.client.get('/calls')).body.code).toBe('auth.session_ended');
    expect((await max.client.get('/calls')).status).toBe(200);
  });

  it('is refused once its session has expired in the database', async () => {
    const again = await login(app, bob.email);

    await app.sql(`UPDATE sessions SET expires_at = now() WHERE id = $1`, [claimsOf(again).sid]);

    expect((await again.client.get('/me')).body.code).toBe('auth.session_ended');
    expect((await bob.client.get('/me')).status).toBe(200);
  });

  it('is answered 403 while its tenant is suspended, and works again afterwards', async () => {
    const sue = await register(app, 'sue');
    const suspend = (at: string) =>
      app.sql(`UPDATE tenants SET suspended_at = ${at} WHERE id = $1`, [sue.tenantId]);

    await suspend('now()');
    const during = await Promise.all(
      ['/calls', '/vapi-settings', '/tenant', '/phone-numbers'].map((url) => sue.client.get(url)),
    );
    await suspend('NULL');
    const after = await sue.client.get('/calls');

    expect(during.map(({ status, body }) => `${status} ${body.code as string}`)).toEqual(
      Array(4).fill('403 tenant.suspended'),
    );
    expect(after.status).toBe(200);
  });
});
