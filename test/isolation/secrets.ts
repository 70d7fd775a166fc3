import { encryptionKey, jwtSecret } from '../support/keys';
import { password } from '../support/people';
import { proof } from '../support/plane-session';

/** Stands in every provider credential of these tests, so that one search finds them all. */
export const MARK = 'n0body-sh0uld-read-th1s';

export const credentials = {
  apiKey: `sk_${MARK}_of_vapi`,
  accountSid: `AC${'5ec2e7'.repeat(6).slice(0, 32)}`,
  authToken: `${MARK}_of_twilio`,
};
/** Sent in places where none is expected; saved by nobody. */
export const stray = `sk_${MARK}_astray`;

type Name = 'credential' | 'account SID' | 'password' | 'access token' | 'refresh token';

/** Secrets by name, and every way in which somebody could have written them down. */
export class Secrets {
  private readonly needles: { name: string; form: Buffer }[] = [];

  constructor() {
    this.add('credential', MARK);
    this.add('account SID', credentials.accountSid);
    this.add('password', password);
    this.add('JWT_SECRET', jwtSecret);
    this.add('ENCRYPTION_KEY', encryptionKey);
    this.add('ENCRYPTION_KEY', Buffer.from(encryptionKey, 'base64url'));
    this.add('proof of the server', proof);
  }

  add(name: string, secret: string | Buffer): void {
    for (const form of formsOf(Buffer.from(secret))) this.needles.push({ name, form });
  }

  /** Both tokens of a session; the header, which all access tokens begin with, stands for them. */
  addSession({ accessToken, refreshToken }: { accessToken: string; refreshToken?: string }): void {
    this.add('access token', accessToken.split('.')[0] ?? '');
    if (refreshToken !== undefined) this.add('refresh token', refreshToken);
  }

  /** Names of the secrets that are in there, but for those whose place it is. */
  in(where: string | Buffer, allowed: readonly Name[] = []): string[] {
    const bytes = Buffer.from(where);
    const found = this.needles.filter(
      ({ name, form }) => !(allowed as string[]).includes(name) && bytes.includes(form),
    );
    return [...new Set(found.map(({ name }) => name))];
  }
}

/** As it is, in hexadecimal, percent-encoded, and inside of longer base64, where its first byte may come at any of three places. */
export function formsOf(secret: Buffer): Buffer[] {
  const text = secret.toString();
  const inBase64 = [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), secret]);
    const [from, to] = [Math.ceil((before * 4) / 3), Math.floor((whole.length * 4) / 3)];
    return [whole.toString('base64'), whole.toString('base64url')].map((b) => b.slice(from, to));
  });
  const texts = new Set([secret.toString('hex'), encodeURIComponent(text), ...inBase64]);
  return [secret, ...[...texts].filter((form) => form !== text).map((form) => Buffer.from(form))];
}
