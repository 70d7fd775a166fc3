import { decode, sign, type JwtPayload } from 'jsonwebtoken';
import { jwtSecret } from './app';

const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
const bearer = (text: string) => `Bearer ${text}`;

/** Authorization headers that must open nothing, each made from a token that would. */
export function refusedHeaders(token: string) {
  const { header, payload } = decode(token, { complete: true }) ?? {};
  const claims = payload as JwtPayload;
  const options = { algorithm: 'HS256', keyid: header?.kid ?? '' } as const;
  const past = { ...claims, iat: (claims.iat ?? 0) - 2000, exp: (claims.exp ?? 0) - 2000 };
  const [head = '', body = '', signature = ''] = token.split('.');
  return {
    none: [undefined, 'auth.token_missing'],
    empty: ['', 'auth.token_missing'],
    'another scheme': [`Basic ${base64({ alice: 1 })}`, 'auth.token_missing'],
    garbage: [bearer('garbage'), 'auth.token_invalid'],
    'three garbage parts': [bearer('a.b.c'), 'auth.token_invalid'],
    expired: [bearer(sign(past, jwtSecret, options)), 'auth.token_expired'],
    'algorithm none': [
      bearer(`${base64({ ...header, alg: 'none' })}.${body}.`),
      'auth.token_invalid',
    ],
    'algorithm none, signed': [
      bearer(`${base64({ ...header, alg: 'none' })}.${body}.${signature}`),
      'auth.token_invalid',
    ],
    'algorithm HS512': [
      bearer(sign(claims, jwtSecret, { ...options, algorithm: 'HS512' })),
      'auth.token_invalid',
    ],
    'another key': [
      bearer(sign(claims, 'not-the-secret-of-this-server-but-as-long', options)),
      'auth.token_invalid',
    ],
    'another key that it names itself': [
      bearer(sign(claims, 'not-the-secret', { ...options, keyid: 'mine' })),
      'auth.token_invalid',
    ],
    'changed claims': [
      bearer(`${head}.${base64({ ...claims, tid: claims.sub })}.${signature}`),
      'auth.token_invalid',
    ],
  } as const satisfies Record<string, readonly [header: string | undefined, code: string]>;
}
