import type { MigrationInterface, QueryRunner } from 'typeorm';
import { MEMBER_FUNCTIONS } from './support/member-functions';

/** Who works in a tenant, and the only way in which its people can change that: functions that look up what the caller may. */
export class Members1764000013000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      CREATE INDEX memberships_joined_at_idx ON memberships (tenant_id, created_at, user_id);
      CREATE POLICY audit_events_identity ON audit_events TO ava_identity
        USING (actor_id = (SELECT ava.identity_user()) AND tenant_id IN (SELECT tenant_id FROM memberships))
        WITH CHECK (actor_id = (SELECT ava.identity_user()) AND tenant_id IN (SELECT tenant_id FROM memberships));
      ${MEMBER_FUNCTIONS}`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`
      DROP FUNCTION ava.members, ava.member, ava.set_member_role, ava.remove_member, ava.transfer_tenant,
        ava.own_role_locked, ava.role_of_member, ava.refuse_last_owner;
      DROP POLICY audit_events_identity ON audit_events;
      DROP INDEX memberships_joined_at_idx`);
  }
}
