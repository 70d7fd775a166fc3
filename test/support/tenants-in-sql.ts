import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { query } from './database';

/** A connection that holds a transaction. */
export async function session(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  await client.connect();
  return client;
}

/** A tenant with one person in each of the roles, made without the application. */
export async function tenantWith(
  url: string,
  ...roles: string[]
): Promise<{ tenant: string; people: string[] }> {
  const tenant = randomUUID();
  const people = roles.map(() => randomUUID());
  await query(
    url,
    `WITH made AS (INSERT INTO tenants (id, name) VALUES ($1, 'Studio') RETURNING id),
          people AS (SELECT * FROM unnest($2::uuid[], $3::text[]) AS p(id, role)),
          users AS (
            INSERT INTO users (id, email, password_hash) SELECT id, id || '@x.com', 'x' FROM people RETURNING id)
     INSERT INTO memberships (tenant_id, user_id, role)
     SELECT made.id, people.id, people.role FROM made, people JOIN users USING (id)`,
    [tenant, people, roles],
  );
  return { tenant, people };
}
