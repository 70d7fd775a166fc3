import { randomUUID } from 'node:crypto';
import type { TestApp } from '../support/app';
import type { Person } from '../support/people';

export type Role = 'owner' | 'admin' | 'member';

/** Somebody else in the tenant. @returns the id */
export async function colleague(app: TestApp, { tenantId }: Person, role: Role): Promise<string> {
  const id = randomUUID();
  await app.sql(
    `WITH made AS (
       INSERT INTO users (id, email, password_hash) VALUES ($1, $1::uuid || '@example.com', 'x') RETURNING id)
     INSERT INTO memberships (tenant_id, user_id, role) SELECT $2, id, $3 FROM made`,
    [id, tenantId, role],
  );
  return id;
}

/** A tenant that this person alone owns. */
export async function tenantOf(app: TestApp, userId: string): Promise<string> {
  const id = randomUUID();
  await app.sql(
    `WITH made AS (INSERT INTO tenants (id, name) VALUES ($1, 'Elsewhere') RETURNING id)
     INSERT INTO memberships (tenant_id, user_id, role) SELECT id, $2, 'owner' FROM made`,
    [id, userId],
  );
  return id;
}

/** Somebody else owns the tenant first. */
export async function demote(app: TestApp, person: Person, role: Role): Promise<void> {
  await colleague(app, person, 'owner');
  await app.sql('UPDATE memberships SET role = $3 WHERE tenant_id = $1 AND user_id = $2', [
    person.tenantId,
    person.userId,
    role,
  ]);
}
