import { isEmail, isUUID } from 'class-validator';
import { Client, DatabaseError } from 'pg';

/** @returns what was done, in one line. @throws Error that says what is wrong; nothing is changed then */
export async function setEmail(
  databaseUrl: string,
  userId: string,
  email: string,
): Promise<string> {
  if (!isUUID(userId)) throw new Error('The user id must be a UUID.');
  if (!isEmail(email, { allow_utf8_local_part: false }))
    throw new Error('This is no e-mail address.');
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query(
      `WITH ended AS (DELETE FROM account_tokens WHERE user_id = $1 AND used_at IS NULL)
       UPDATE users SET email = $2, email_verified_at = NULL, updated_at = now() WHERE id = $1`,
      [userId, email],
    );
    if (rowCount === 0) throw new Error(`There is no user ${userId}.`);
    return `User ${userId} now logs in as ${email}.`;
  } catch (error) {
    const taken = error instanceof DatabaseError && error.constraint === 'users_email_key';
    throw taken ? new Error('Another account already has this address.') : error;
  } finally {
    await client.end();
  }
}
