import { createHash, randomUUID } from 'node:crypto';
import { MailTokens } from './mail-tokens';

const [old, fresh] = ['o'.repeat(40), 'n'.repeat(40)];
const tokens = new MailTokens({ jwtSecret: old });
const id = randomUUID();

describe('a token of a mail', () => {
  it('is the same at each try, is not in its row, and is found by its hash', () => {
    const row = { id, ...tokens.issue('invitation', id) };

    const token = tokens.tokenFor('invitation', row) ?? '';

    expect(token).toMatch(/^[\w-]{43}$/);
    expect(tokens.tokenFor('invitation', row)).toBe(token);
    expect(tokens.hashOf(token)).toEqual(row.hash);
    expect(row.hash).toEqual(createHash('sha256').update(token).digest());
  });

  it('is another one for another row, another nonce, another purpose', () => {
    const row = { id, ...tokens.issue('invitation', id) };

    expect(tokens.tokenFor('password-reset', row)).toBeNull();
    expect(tokens.tokenFor('invitation', { ...row, id: randomUUID() })).toBeNull();
    expect(
      tokens.tokenFor('invitation', { ...row, nonce: tokens.issue('invitation', id).nonce }),
    ).toBeNull();
  });

  it('is still known after the secret was rotated, and gone with the secret', () => {
    const row = { id, ...tokens.issue('verify-email', id) };
    const token = tokens.tokenFor('verify-email', row);

    const rotated = new MailTokens({ jwtSecret: `${fresh},${old}` });
    const without = new MailTokens({ jwtSecret: fresh });

    expect(rotated.tokenFor('verify-email', row)).toBe(token);
    expect(without.tokenFor('verify-email', row)).toBeNull();
  });

  it.each([
    '',
    'short',
    'A'.repeat(44),
    'A'.repeat(42) + '=',
    `${'A'.repeat(42)}B`,
    'é'.repeat(43),
  ])('is not %j', (text) => {
    expect(tokens.hashOf(text)).toBeNull();
  });
});
