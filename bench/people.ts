import type { Person } from './data-set';

const PASSWORD = 'correct horse battery staple';
/** Access tokens live for 15 minutes; one that is used is never older than this. */
const RENEW_AFTER_MS = 5 * 60_000;
/** Hashing passwords keeps every core busy: more at once would only wait. */
const AT_ONCE = 4;

interface Session {
  readonly accessToken: string;
  readonly user: { readonly id: string };
  readonly tenant: { readonly id: string };
}

/** Makes an account over HTTP, so that user, membership and session are as the application makes them. */
export async function register(url: string, name: string): Promise<Person> {
  const email = `${name}@example.com`;
  const session = await post(`${url}/auth/register`, { email, password: PASSWORD, name });
  const saved = await fetch(`${url}/vapi-settings`, {
    method: 'POST',
    headers: headersOf(session.accessToken),
    body: JSON.stringify({ apiKey: `sk_${name}_a1b2c3d4e5f6` }),
  });
  if (saved.status !== 200) throw new Error(`Saving a key answered ${saved.status}.`);
  return { email, userId: session.user.id, tenantId: session.tenant.id };
}

export function headersOf(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
}

/** Access tokens of the people, from real logins, renewed before they expire. */
export class Tokens {
  private readonly tokens = new Map<string, string>();
  private since = 0;

  constructor(
    private readonly people: readonly Person[],
    private readonly url: string,
  ) {}

  async renew(): Promise<void> {
    if (Date.now() - this.since < RENEW_AFTER_MS) return;
    this.since = Date.now();
    for (let i = 0; i < this.people.length; i += AT_ONCE) {
      await Promise.all(this.people.slice(i, i + AT_ONCE).map((person) => this.logIn(person)));
    }
  }

  of({ email }: Person): string {
    const token = this.tokens.get(email);
    if (token === undefined) throw new Error(`${email} has not logged in.`);
    return token;
  }

  private async logIn({ email }: Person): Promise<void> {
    const session = await post(`${this.url}/auth/login`, { email, password: PASSWORD });
    this.tokens.set(email, session.accessToken);
  }
}

export async function logInAsOf(url: string, { email }: Person): Promise<void> {
  await post(`${url}/auth/login`, { email, password: PASSWORD });
}

async function post(url: string, body: unknown): Promise<Session> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text}`);
  return JSON.parse(text) as Session;
}
