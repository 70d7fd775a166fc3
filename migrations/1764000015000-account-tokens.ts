import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ACCOUNT_FUNCTIONS_DOWN, ACCOUNT_FUNCTIONS_UP } from './support/account-functions';
import { makeQueue } from './support/queues';

const OWN_ACTS = 'actor_id = (SELECT ava.identity_user())';
const OWN_TENANTS = 'tenant_id IN (SELECT tenant_id FROM memberships)';

/** Tokens sent by mail that prove an address, and what an account can do with them. Accounts that exist count as unproven. */
export class AccountTokens1764000015000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      ALTER TABLE users ADD COLUMN email_verified_at timestamptz, ADD COLUMN password_changed_at timestamptz;
      CREATE TABLE account_tokens (
        id uuid NOT NULL CONSTRAINT account_tokens_pkey PRIMARY KEY,
        user_id uuid NOT NULL CONSTRAINT account_tokens_user_id_fkey REFERENCES users(id) ON DELETE CASCADE,
        purpose text NOT NULL CONSTRAINT account_tokens_purpose_check
          CHECK (purpose IN ('verify-email', 'password-reset', 'email-change')),
        email text NOT NULL,
        nonce bytea NOT NULL,
        token_hash bytea NOT NULL CONSTRAINT account_tokens_token_hash_key UNIQUE,
        created_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        used_at timestamptz,
        replaced_email text);
      CREATE UNIQUE INDEX account_tokens_newest_key ON account_tokens (user_id, purpose) WHERE used_at IS NULL;
      CREATE INDEX account_tokens_user_id_idx ON account_tokens (user_id);
      CREATE INDEX account_tokens_expires_at_idx ON account_tokens (expires_at);
      CREATE INDEX audit_events_actor_idx ON audit_events (actor_id, at DESC, id DESC);
      ALTER TABLE account_tokens ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
      ${policy('owner', 'true')};
      ${policy('tenant', 'user_id = (SELECT ava.user_id())')};
      ${policy('identity', 'user_id = (SELECT ava.identity_user())')};
      ${policy('operator', '(SELECT ava.operator_id()) IS NOT NULL')};
      ${trailPolicy(`${OWN_ACTS} AND (tenant_id IS NULL OR ${OWN_TENANTS})`)};
      ${ACCOUNT_FUNCTIONS_UP}`);
    await makeQueue(q, 'account');
  }

  /** Nobody’s address is proven any more, and a change that waited is forgotten. */
  async down(q: QueryRunner): Promise<void> {
    await q.query(`
      SELECT pgboss.delete_queue('account');
      ${ACCOUNT_FUNCTIONS_DOWN};
      ${trailPolicy(`${OWN_ACTS} AND ${OWN_TENANTS}`)};
      DROP INDEX audit_events_actor_idx;
      DROP TABLE account_tokens;
      ALTER TABLE users DROP COLUMN email_verified_at, DROP COLUMN password_changed_at`);
  }
}

function policy(plane: string, rows: string): string {
  return `CREATE POLICY account_tokens_${plane} ON account_tokens TO ava_${plane} USING (${rows}) WITH CHECK (${rows})`;
}

/** What somebody does to his account belongs to no tenant. */
function trailPolicy(rows: string): string {
  return `ALTER POLICY audit_events_identity ON audit_events USING (${rows}) WITH CHECK (${rows})`;
}
