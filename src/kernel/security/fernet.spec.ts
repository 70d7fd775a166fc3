import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decryptFernet, encryptFernet, InvalidToken, toBase64Url } from './fernet';

const file = join(__dirname, '../../../test/fixtures/fernet-vectors.json');
const vectors = JSON.parse(readFileSync(file, 'utf8')) as {
  legacy: { key: string; plaintext: string; token: string }[];
};
const key = Buffer.alloc(32, 7);

describe('Fernet', () => {
  it.each(vectors.legacy)('opens a token that Python made ($plaintext)', (vector) => {
    const plain = decryptFernet(Buffer.from(vector.key, 'base64url'), vector.token);

    expect(plain.toString('utf8')).toBe(vector.plaintext);
  });

  it('opens what it made, of any length', () => {
    for (let length = 0; length <= 50; length++) {
      const plain = Buffer.alloc(length, 'é');

      expect(decryptFernet(key, encryptFernet(key, plain)).equals(plain)).toBe(true);
    }
  });

  it('never makes the same token twice', () => {
    expect(encryptFernet(key, Buffer.from('x'))).not.toBe(encryptFernet(key, Buffer.from('x')));
  });

  it('refuses a token of another key', () => {
    const token = encryptFernet(key, Buffer.from('x'));

    expect(() => decryptFernet(Buffer.alloc(32, 8), token)).toThrow(InvalidToken);
  });

  it('refuses a token in which any one bit is changed', () => {
    const bytes = Buffer.from(encryptFernet(key, Buffer.from('x')), 'base64url');

    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const forged = Buffer.from(bytes);
      forged.writeUInt8(forged.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);

      expect(() => decryptFernet(key, toBase64Url(forged))).toThrow(InvalidToken);
    }
  });

  it('refuses every other spelling of a good token', () => {
    const token = encryptFernet(key, Buffer.from('x'), { iv: Buffer.alloc(16, 0xfb), time: 0 });
    const unpadded = token.replace(/=+$/, '');
    const spellings = [
      unpadded,
      `${token}=`,
      `${token}\n`,
      ` ${token}`,
      `${token.slice(0, 8)}\n${token.slice(8)}`,
    ];

    expect(token).toMatch(/[-_].*==$/);
    for (const text of [
      ...spellings,
      token.replaceAll('-', '+').replaceAll('_', '/'),
      sameBits(token),
    ]) {
      expect(() => decryptFernet(key, text)).toThrow(InvalidToken);
    }
  });

  it.each(['', '=', 'gAAAAA==', 'é'.repeat(100)])('refuses %j', (text) => {
    expect(() => decryptFernet(key, text)).toThrow(InvalidToken);
  });
});

/** The same bytes, with an unused bit of the last character set. */
function sameBits(token: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const at = token.indexOf('=') - 1;
  const next = alphabet.charAt(alphabet.indexOf(token.charAt(at)) + 1);
  const spelling = token.slice(0, at) + next + token.slice(at + 1);
  if (!Buffer.from(spelling, 'base64url').equals(Buffer.from(token, 'base64url')))
    throw new Error('not the same');
  return spelling;
}
