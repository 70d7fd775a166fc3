import type { TestApp } from './app';
import { rowsOf } from './catalogue';
import type { Answer } from './client';
import { join, password, register, type Person } from './people';

export type Role = 'owner' | 'admin' | 'member';

/** Somebody new in this tenant. */
export async function joinAs(
  app: Pick<TestApp, 'sql' | 'app'>,
  { tenantId }: Pick<Person, 'tenantId'>,
  { role, name = role }: { role: Role; name?: string | undefined },
): Promise<Person> {
  return join(app, await register(app, name), { tenantId, role });
}

export const setRole = (who: Person, { userId }: Pick<Person, 'userId'>, role: Role) =>
  who.client.patch(`/tenant/members/${userId}`, { role });

export const remove = (who: Person, { userId }: Pick<Person, 'userId'>) =>
  who.client.delete(`/tenant/members/${userId}`);

export const transfer = (who: Person, { userId }: Pick<Person, 'userId'>, secret = password) =>
  who.client.post('/tenant/transfer', { userId, password: secret });

/** Member → role, as this person sees it. */
export async function rolesSeenBy({ client }: Person): Promise<Record<string, string>> {
  const { body } = await client.get('/tenant/members?limit=100');
  const items = body.items as { userId: string; role: string }[];
  return Object.fromEntries(items.map(({ userId, role }) => [userId, role]));
}

/** What the trail of a tenant tells, the oldest first. */
export const trailOf = (app: Pick<TestApp, 'sql'>, { tenantId }: Pick<Person, 'tenantId'>) =>
  app.sql(
    `SELECT action, actor_id, subject_id, details FROM audit_events WHERE tenant_id = $1 ORDER BY at`,
    [tenantId],
  );

export const said = ({ status, body }: Answer) => [status, body?.code as string | undefined];

/** Refused with this, and every row as before. */
export async function expectRefused(
  { database }: Pick<TestApp, 'database'>,
  asking: () => Promise<Answer>,
  status: number,
  code: string,
): Promise<void> {
  const before = await rowsOf(database.adminUrl);
  expect(said(await asking())).toEqual([status, code]);
  expect(await rowsOf(database.adminUrl)).toEqual(before);
}
