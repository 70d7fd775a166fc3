import { createHash, randomUUID } from 'node:crypto';
import { hashOf, RefreshTokens } from './refresh-tokens';

const OLD = 'the-old-secret-of-more-than-32-characters-0001';
const NEW = 'the-new-secret-of-more-than-32-characters-0002';
const tokensOf = (jwtSecret: string) => new RefreshTokens({ jwtSecret });
const tokens = tokensOf(OLD);
const session = randomUUID();

describe('a refresh token', () => {
  it('is opaque text of one length that fits a cookie and is never the same twice', () => {
    const made = Array.from({ length: 50 }, () => tokens.first(session));

    expect(new Set(made).size).toBe(50);
    for (const token of made) expect(token).toMatch(/^[\w-]{86}$/);
  });

  it.each([
    session,
    '00000000-0000-4000-8000-000000000000',
    'ffffffff-ffff-4fff-bfff-ffffffffffff',
  ])('belongs to the session it was made for: %s', (id) => {
    const first = tokens.first(id);

    expect(tokens.sessionOf(first)).toBe(id);
    expect(tokens.sessionOf(tokens.successor(first, id))).toBe(id);
  });

  it('has one successor, however often it is asked for, and another than every other token', () => {
    const [first, other] = [tokens.first(session), tokens.first(session)];

    const successors = [tokens.successor(first, session), tokens.successor(first, session)];

    expect(successors[0]).toBe(successors[1]);
    expect(successors[0]).not.toBe(first);
    expect(tokens.successor(other, session)).not.toBe(successors[0]);
  });

  it('has a chain of successors that never comes back', () => {
    const chain = [tokens.first(session)];
    for (let i = 0; i < 100; i++) chain.push(tokens.successor(chain.at(-1) ?? '', session));

    expect(new Set(chain).size).toBe(101);
  });

  it('cannot be derived without the secret, though its predecessor is known', () => {
    const first = tokens.first(session);

    expect(tokensOf(NEW).successor(first, session)).not.toBe(tokens.successor(first, session));
  });
});

describe('RefreshTokens.sessionOf', () => {
  it('refuses a token in which any one bit is changed', () => {
    const bytes = Buffer.from(tokens.first(session), 'base64url');

    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const forged = Buffer.from(bytes);
      forged.writeUInt8(forged.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);

      expect(tokens.sessionOf(forged.toString('base64url'))).toBeNull();
    }
  });

  it('refuses every other spelling of a good token', () => {
    const token = tokens.first(session);
    const last = token.slice(0, -1);
    const spellings = [
      `${token}=`,
      `${token}==`,
      ` ${token}`,
      `${token}\n`,
      `${token}\0`,
      `"${token}"`,
    ];
    const sameBytes = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_']
      .map((character) => `${last}${character}`)
      .filter((other) => other !== token);

    for (const text of [...spellings, ...sameBytes]) expect(tokens.sessionOf(text)).toBeNull();
  });

  it.each(['', 'x', session, 'A'.repeat(85), 'A'.repeat(86), 'A'.repeat(200), '😀'.repeat(43)])(
    'refuses %j',
    (text) => {
      expect(tokens.sessionOf(text)).toBeNull();
    },
  );

  it('knows the tokens of every secret in the list, and of no other', () => {
    const [ofOld, ofNew] = [tokensOf(OLD).first(session), tokensOf(NEW).first(session)];
    const both = tokensOf(` ${NEW} , ${OLD} `);

    expect([both.sessionOf(ofOld), both.sessionOf(ofNew)]).toEqual([session, session]);
    expect([tokensOf(NEW).sessionOf(ofOld), tokensOf(OLD).sessionOf(ofNew)]).toEqual([null, null]);
  });

  it('makes new ones with the first secret', () => {
    const both = tokensOf(`${NEW},${OLD}`);
    const renewed = both.successor(tokensOf(OLD).first(session), session);

    const made = [both.first(session), renewed];

    expect(made.map((token) => tokensOf(NEW).sessionOf(token))).toEqual([session, session]);
    expect(made.map((token) => tokensOf(OLD).sessionOf(token))).toEqual([null, null]);
  });
});

describe('hashOf', () => {
  it('is the SHA-256 of the token', () => {
    const token = tokens.first(session);

    expect(hashOf(token)).toEqual(createHash('sha256').update(token).digest());
  });
});
