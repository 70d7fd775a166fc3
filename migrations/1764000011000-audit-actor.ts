import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who acted is what the database knows of the context, and no plane may name somebody else: SQL could blame a colleague. */
export class AuditActor1764000011000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(
      'ALTER TABLE audit_events ALTER actor_id SET DEFAULT coalesce(ava.user_id(), ava.identity_user())',
    );
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query('ALTER TABLE audit_events ALTER actor_id DROP DEFAULT');
  }
}
