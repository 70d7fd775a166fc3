import { randomUUID } from 'node:crypto';
import { decode, verify, type JwtPayload } from 'jsonwebtoken';
import { AccessTokens, claimsOf } from './access-tokens';

const OLD = 'the-old-secret-of-more-than-32-characters-0001';
const NEW = 'the-new-secret-of-more-than-32-characters-0002';
const tokensOf = (jwtSecret: string) => new AccessTokens({ jwtSecret });
const claims = { sub: randomUUID(), tid: randomUUID(), sid: randomUUID() };
const keyIdOf = (token: string) => decode(token, { complete: true })?.header.kid ?? '';

describe('AccessTokens', () => {
  it('signs user, tenant and session for 15 minutes with HS256', () => {
    const token = tokensOf(OLD).sign(claims);

    const { header, payload } = verify(token, OLD, { complete: true });
    const { iat = 0, ...rest } = payload as JwtPayload;
    expect(header).toEqual({ alg: 'HS256', typ: 'JWT', kid: keyIdOf(token) });
    expect(rest).toEqual({
      ...claims,
      typ: 'access',
      iss: 'ava-api',
      aud: 'ava-api',
      exp: iat + 900,
    });
  });

  it('takes no more into the token than it should', () => {
    const more = { ...claims, role: 'owner', email: 'alice@example.com' };

    const payload = decode(tokensOf(OLD).sign(more)) as JwtPayload;

    expect(Object.keys(payload).sort()).toEqual([
      'aud',
      'exp',
      'iat',
      'iss',
      'sid',
      'sub',
      'tid',
      'typ',
    ]);
  });

  it('finds the key of a token by its id, whichever of the list signed it', () => {
    const both = tokensOf(` ${NEW} , ${OLD} `);
    const [ofOld, ofNew] = [tokensOf(OLD).sign(claims), both.sign(claims)];

    const keys = [both.key(keyIdOf(ofOld)), both.key(keyIdOf(ofNew))];

    expect(keys.map((key) => key?.export().toString())).toEqual([OLD, NEW]);
  });

  it('has no key for a secret that is not in the list, and none for a word', () => {
    const tokens = tokensOf(NEW);

    for (const id of [keyIdOf(tokensOf(OLD).sign(claims)), '', 'constructor', '__proto__']) {
      expect(tokens.key(id)).toBeUndefined();
    }
  });

  it('names a secret by eight digits that are no part of it', () => {
    const id = keyIdOf(tokensOf(OLD).sign(claims));

    expect(id).toMatch(/^[0-9a-f]{8}$/);
    expect(keyIdOf(tokensOf(OLD).sign(claims))).toBe(id);
    expect(keyIdOf(tokensOf(NEW).sign(claims))).not.toBe(id);
    expect(Buffer.from(OLD).toString('hex')).not.toContain(id);
  });
});

describe('claimsOf', () => {
  const payload = { ...claims, typ: 'access', iat: 1, exp: 2, iss: 'ava-api', aud: 'ava-api' };

  it('reads user, tenant and session', () => {
    expect(claimsOf(payload)).toEqual({ ...claims, exp: 2 });
  });

  it.each(['sub', 'tid', 'sid', 'typ', 'exp', 'iat'])('wants %s', (name) => {
    expect(claimsOf({ ...payload, [name]: undefined })).toBeNull();
    expect(claimsOf({ ...payload, [name]: null })).toBeNull();
  });

  it.each([
    { sub: 'alice' },
    { sub: [claims.sub] },
    { tid: { id: claims.tid } },
    { sid: `${claims.sid} ` },
    { sid: `{${claims.sid}}` },
    { typ: 'refresh' },
    { typ: 'ACCESS' },
    { exp: '2' },
    { iat: '1' },
  ])('refuses %j', (change) => {
    expect(claimsOf({ ...payload, ...change })).toBeNull();
  });

  it.each(['text', 1, true])('refuses a payload that is %j', (odd) => {
    expect(claimsOf(odd)).toBeNull();
  });
});
