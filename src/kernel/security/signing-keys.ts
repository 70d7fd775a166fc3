import { hkdfSync } from 'node:crypto';

type AtLeastOne<T> = readonly [T, ...T[]];

/** The entries of JWT_SECRET: the first one signs, all verify. */
export function signingSecrets(jwtSecret: string): AtLeastOne<string> {
  const [first = '', ...others] = jwtSecret.split(',').map((secret) => secret.trim());
  return [first, ...others];
}

/** A key of its own for each purpose (HKDF-SHA256, RFC 5869), so that what is signed for one is nothing to another. */
export function deriveKeys(jwtSecret: string, purpose: string): AtLeastOne<Buffer> {
  const derive = (secret: string) => Buffer.from(hkdfSync('sha256', secret, '', purpose, 32));
  const [first, ...others] = signingSecrets(jwtSecret);
  return [derive(first), ...others.map(derive)];
}
