import type { MigrationInterface, QueryRunner } from 'typeorm';
import {
  count,
  expectCount,
  ids,
  keepReport,
  lastReport,
  lock,
  select,
} from '../src/kernel/database/migration-tools';

/** What later migrations may rely on. */
export interface AccountsReport {
  readonly users: number;
  /** Accounts that lost their address to an older one which differs in case only. */
  readonly duplicates: { id: string; email: string }[];
  /** Flags that jsonb cannot hold: kept as text under the key `_earlier`. */
  readonly wrapped_flags: string[];
}

export const ACCOUNTS = 'accounts';

// A column that jsonb cannot hold (\u0000, half a surrogate pair, 1e999999) must not stop everybody's migration.
const TO_JSONB = `
  CREATE FUNCTION ava_flags_to_jsonb(flags text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE AS $$
  BEGIN
    RETURN flags::jsonb;
  EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
    RETURN jsonb_build_object('_earlier', flags);
  END $$`;

const TO_JSON = `
  CREATE FUNCTION ava_flags_to_json(flags jsonb) RETURNS json LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN jsonb_typeof(flags) = 'object' AND jsonb_typeof(flags -> '_earlier') = 'string'
                     AND flags - '_earlier' = '{}'
                THEN (flags ->> '_earlier')::json ELSE flags::json END $$`;

/** Addresses compare without regard to case; an account gets what signing in and onboarding need. */
export class Accounts1764000003000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await lock(q, 'users');
    const before = await count(q, 'users');
    await q.query(`
      ALTER TABLE users DROP CONSTRAINT users_email_key;
      ALTER TABLE users RENAME COLUMN hashed_password TO password_hash;
      ALTER TABLE users ALTER COLUMN email TYPE text, ALTER COLUMN password_hash TYPE text`);
    const duplicates = await renameDuplicates(q);
    await q.query('CREATE UNIQUE INDEX users_email_key ON users (lower(email))');
    await q.query(`
      ${TO_JSONB};
      ALTER TABLE users ALTER COLUMN onboarding_flags DROP DEFAULT;
      ALTER TABLE users
        ALTER COLUMN onboarding_flags TYPE jsonb USING ava_flags_to_jsonb(onboarding_flags::text),
        ALTER COLUMN onboarding_flags SET DEFAULT '{}',
        ADD COLUMN name text,
        ADD COLUMN locale text NOT NULL DEFAULT 'en'
          CONSTRAINT users_locale_check CHECK (locale IN ('en', 'fr')),
        ADD COLUMN operator boolean NOT NULL DEFAULT false,
        ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now();
      DROP FUNCTION ava_flags_to_jsonb(text);
      UPDATE users SET updated_at = created_at`);
    const wrapped = await ids(
      q,
      `SELECT id FROM users WHERE jsonb_typeof(onboarding_flags) = 'object' AND onboarding_flags ? '_earlier' ORDER BY id`,
    );
    expectCount('users', await count(q, 'users'), before);
    const report: AccountsReport = { users: before, duplicates, wrapped_flags: wrapped };
    await keepReport(q, ACCOUNTS, report);
  }

  /** Names, languages and operators have no place in the earlier table and are lost. */
  async down(q: QueryRunner): Promise<void> {
    await lock(q, 'users');
    const before = await count(q, 'users');
    await q.query('DROP INDEX users_email_key');
    await giveAddressesBack(q);
    await q.query(`
      ${TO_JSON};
      ALTER TABLE users ALTER COLUMN onboarding_flags DROP DEFAULT;
      ALTER TABLE users
        ALTER COLUMN onboarding_flags TYPE json USING ava_flags_to_json(onboarding_flags),
        ALTER COLUMN onboarding_flags SET DEFAULT '{}',
        DROP COLUMN name, DROP COLUMN locale, DROP COLUMN operator, DROP COLUMN updated_at,
        ALTER COLUMN email TYPE varchar(255), ALTER COLUMN password_hash TYPE varchar(255);
      DROP FUNCTION ava_flags_to_json(jsonb);
      ALTER TABLE users RENAME COLUMN password_hash TO hashed_password;
      ALTER TABLE users ADD CONSTRAINT users_email_key UNIQUE (email)`);
    expectCount('users', await count(q, 'users'), before);
  }
}

/** The oldest account keeps the address. Nobody can write to the name that the others get. */
async function renameDuplicates(q: QueryRunner): Promise<AccountsReport['duplicates']> {
  const duplicates = await select<{ id: string; email: string }>(
    q,
    `SELECT id, email FROM (
       SELECT id, email, row_number() OVER (
         PARTITION BY lower(email) ORDER BY created_at, (email = lower(email)) DESC, id) AS place
       FROM users) ranked
     WHERE place > 1 ORDER BY id`,
  );
  await q.query(
    `UPDATE users SET email = id::text || '@duplicate.invalid' WHERE id = ANY ($1::uuid[])`,
    [duplicates.map((user) => user.id)],
  );
  return duplicates;
}

/** Unless the user has taken another address meanwhile. */
async function giveAddressesBack(q: QueryRunner): Promise<void> {
  const { duplicates } = await lastReport<AccountsReport>(q, ACCOUNTS);
  await q.query(
    `UPDATE users u SET email = d.email FROM jsonb_to_recordset($1::jsonb) AS d(id uuid, email text)
      WHERE u.id = d.id AND u.email = u.id::text || '@duplicate.invalid'`,
    [JSON.stringify(duplicates)],
  );
}
