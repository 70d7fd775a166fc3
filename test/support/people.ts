import { Client } from './client';
import type { TestApp } from './app';

export const password = 'correct horse battery staple';

export interface Person {
  readonly client: Client;
  readonly email: string;
  readonly userId: string;
  readonly tenantId: string;
  readonly accessToken: string;
  readonly refreshToken: string;
}

let count = 0;

/** Somebody with an account of their own: `alice` becomes alice.1@example.com, owner of a solo tenant. */
export async function register(
  { app }: Pick<TestApp, 'app'>,
  name: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<Person> {
  count += 1;
  const email = `${name}.${count}@example.com`;
  const anonymous = new Client(app);
  const answer = await anonymous.post('/auth/register', { email, password, name, ...more });
  if (answer.status !== 201) throw new Error(`registering ${name} failed: ${answer.text}`);
  return personOf(anonymous, email, answer.body);
}

export async function login(
  { app }: Pick<TestApp, 'app'>,
  email: string,
  secret = password,
): Promise<Person> {
  const anonymous = new Client(app);
  const answer = await anonymous.post('/auth/login', { email, password: secret });
  if (answer.status !== 200) throw new Error(`logging in as ${email} failed: ${answer.text}`);
  return personOf(anonymous, email, answer.body);
}

/** Puts a second person into a tenant, as an accepted invitation would. */
export async function join(
  { sql, app }: Pick<TestApp, 'sql' | 'app'>,
  person: Person,
  to: { tenantId: string; role: 'owner' | 'admin' | 'member' },
): Promise<Person> {
  await sql('INSERT INTO memberships (tenant_id, user_id, role) VALUES ($1, $2, $3)', [
    to.tenantId,
    person.userId,
    to.role,
  ]);
  const answer = await person.client.post('/auth/tenant', { tenantId: to.tenantId });
  return personOf(new Client(app), person.email, answer.body);
}

function personOf(
  anonymous: Client,
  email: string,
  session: {
    accessToken: string;
    refreshToken: string;
    user: { id: string };
    tenant: { id: string };
  },
): Person {
  const { accessToken, refreshToken, user, tenant } = session;
  const client = anonymous.as(accessToken);
  return { client, email, userId: user.id, tenantId: tenant.id, accessToken, refreshToken };
}
