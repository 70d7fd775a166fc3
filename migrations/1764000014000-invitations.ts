import type { MigrationInterface, QueryRunner } from 'typeorm';
import { INVITATION_FUNCTIONS_DOWN, INVITATION_FUNCTIONS_UP } from './support/invitation-functions';

/** Whom a tenant has asked to join. Inviter and joiner are members of that tenant, or nobody any more. */
export class Invitations1764000014000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      CREATE TABLE invitations (
        tenant_id uuid NOT NULL CONSTRAINT invitations_tenant_id_fkey REFERENCES tenants(id) ON DELETE CASCADE,
        id uuid NOT NULL,
        email text NOT NULL,
        role text NOT NULL CONSTRAINT invitations_role_check CHECK (role IN ('owner', 'admin', 'member')),
        token_hash bytea NOT NULL,
        token_nonce bytea NOT NULL,
        invited_by uuid,
        created_at timestamptz NOT NULL DEFAULT now(),
        sent_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        accepted_at timestamptz,
        accepted_by uuid,
        declined_at timestamptz,
        revoked_at timestamptz,
        replaced_at timestamptz,
        CONSTRAINT invitations_pkey PRIMARY KEY (tenant_id, id),
        CONSTRAINT invitations_one_end_check CHECK (
          num_nonnulls(accepted_at, declined_at, revoked_at, replaced_at) <= 1),
        CONSTRAINT invitations_inviter_fkey FOREIGN KEY (tenant_id, invited_by)
          REFERENCES memberships (tenant_id, user_id) ON DELETE SET NULL (invited_by),
        CONSTRAINT invitations_joiner_fkey FOREIGN KEY (tenant_id, accepted_by)
          REFERENCES memberships (tenant_id, user_id) ON DELETE SET NULL (accepted_by));
      CREATE INDEX invitations_created_at_idx ON invitations (tenant_id, created_at DESC, id DESC);
      CREATE UNIQUE INDEX invitations_one_open_idx ON invitations (tenant_id, lower(email))
        WHERE accepted_at IS NULL AND declined_at IS NULL AND revoked_at IS NULL AND replaced_at IS NULL;
      CREATE UNIQUE INDEX invitations_token_hash_idx ON invitations (token_hash);

      ALTER TABLE invitations ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
      CREATE POLICY invitations_owner ON invitations TO ava_owner USING (true) WITH CHECK (true);
      CREATE POLICY invitations_tenant ON invitations TO ava_tenant
        USING (tenant_id = (SELECT ava.tenant_id())) WITH CHECK (tenant_id = (SELECT ava.tenant_id()));
      CREATE POLICY invitations_operator ON invitations TO ava_operator
        USING ((SELECT ava.operator_id()) IS NOT NULL) WITH CHECK ((SELECT ava.operator_id()) IS NOT NULL);
      ${INVITATION_FUNCTIONS_UP}`);
  }

  /** Open invitations are lost: their links lead nowhere. */
  async down(q: QueryRunner): Promise<void> {
    await q.query(`${INVITATION_FUNCTIONS_DOWN}; DROP TABLE invitations`);
  }
}
