import type { MigrationInterface, QueryRunner } from 'typeorm';
import { OPERATOR_FUNCTIONS_DOWN, OPERATOR_FUNCTIONS_UP } from './support/operator-functions';

/** What operators search by and do, why a tenant is suspended, and a trail that tells its tenant what operators did. */
export class OperatorsSide1764000016000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      ALTER TABLE tenants ADD COLUMN suspended_reason text
        CONSTRAINT tenants_suspended_reason_check CHECK (char_length(suspended_reason) <= 500);
      CREATE INDEX tenants_created_at_idx ON tenants (created_at DESC, id DESC);
      CREATE INDEX tenants_name_idx ON tenants (lower(name) text_pattern_ops);
      CREATE INDEX tenants_suspended_idx ON tenants (created_at DESC, id DESC) WHERE suspended_at IS NOT NULL;
      CREATE INDEX users_created_at_idx ON users (created_at DESC, id DESC);
      CREATE INDEX users_email_prefix_idx ON users (lower(email) text_pattern_ops)`);
    // By the role of the plane, which no statement in a tenant can take on: no plane may write the column.
    await q.query(`
      ALTER TABLE audit_events ADD COLUMN by_operator boolean NOT NULL DEFAULT (current_user = 'ava_operator');
      CREATE INDEX audit_events_at_idx ON audit_events (at DESC, id DESC);
      CREATE INDEX audit_events_action_idx ON audit_events (tenant_id, action text_pattern_ops, at DESC);
      CREATE INDEX audit_events_target_idx ON audit_events (tenant_id, target, at DESC, id DESC)`);
    await q.query(OPERATOR_FUNCTIONS_UP);
  }

  /** Reasons, and which events were those of operators, are lost. */
  async down(q: QueryRunner): Promise<void> {
    await q.query(OPERATOR_FUNCTIONS_DOWN);
    await q.query(`
      DROP INDEX audit_events_at_idx, audit_events_action_idx, audit_events_target_idx,
        tenants_created_at_idx, tenants_name_idx, tenants_suspended_idx, users_created_at_idx, users_email_prefix_idx;
      ALTER TABLE audit_events DROP COLUMN by_operator;
      ALTER TABLE tenants DROP COLUMN suspended_reason`);
  }
}
