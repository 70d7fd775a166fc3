import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who is signed in, where. A session ends with its user and with the membership it was opened for. */
export class Sessions1764000005000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      CREATE TABLE sessions (
        id uuid CONSTRAINT sessions_pkey PRIMARY KEY,
        user_id uuid NOT NULL CONSTRAINT sessions_user_id_fkey REFERENCES users(id) ON DELETE CASCADE,
        tenant_id uuid NOT NULL,
        refresh_hash bytea NOT NULL,
        previous_hash bytea,
        rotated_at timestamptz,
        created_at timestamptz NOT NULL DEFAULT now(),
        last_seen_at timestamptz NOT NULL DEFAULT now(),
        expires_at timestamptz NOT NULL,
        revoked_at timestamptz,
        ip inet,
        user_agent text,
        CONSTRAINT sessions_membership_fkey FOREIGN KEY (tenant_id, user_id)
          REFERENCES memberships (tenant_id, user_id) ON DELETE CASCADE);
      CREATE INDEX sessions_user_id_idx ON sessions (user_id, created_at);
      CREATE INDEX sessions_membership_idx ON sessions (tenant_id, user_id);
      CREATE INDEX sessions_expires_at_idx ON sessions (expires_at)`);
  }

  /** Signs everybody out. */
  async down(q: QueryRunner): Promise<void> {
    await q.query('DROP TABLE sessions');
  }
}
