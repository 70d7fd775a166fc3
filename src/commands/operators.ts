import { randomUUID } from 'node:crypto';
import { Client } from 'pg';

/**
 * Makes somebody an operator, or no longer one, and leaves a trace of it in the same transaction.
 * @returns what was done, in one line. @throws Error when nobody has this address
 */
export async function setOperator(
  databaseUrl: string,
  email: string,
  operator: boolean,
): Promise<string> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('BEGIN');
    const { rows } = await client.query<{ id: string; operator: boolean }>(
      'SELECT id, operator FROM users WHERE lower(email) = lower($1) FOR UPDATE',
      [email],
    );
    const [user] = rows;
    if (!user) throw new Error('No user has this address.');
    if (user.operator === operator)
      return `${email} ${operator ? 'was an operator already' : 'was no operator'}. Nothing was changed.`;
    await client.query('UPDATE users SET operator = $2, updated_at = now() WHERE id = $1', [
      user.id,
      operator,
    ]);
    // Nobody of the application did it: there is no actor, and no tenant it was done in.
    await client.query('INSERT INTO audit_events (id, subject_id, action) VALUES ($1, $2, $3)', [
      randomUUID(),
      user.id,
      operator ? 'operator.grant' : 'operator.revoke',
    ]);
    await client.query('COMMIT');
    return `${email} ${operator ? 'is an operator now' : 'is no operator any more'}.`;
  } finally {
    await client.end();
  }
}
