import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The index of the list holds what statistics count as well, so that they need not read the calls with their transcripts;
 * one more index beside it would cost every write. And the calls that have tags get one of their own.
 */
export class CallStatistics1764000022000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      DROP INDEX calls_sorted_at_idx;
      CREATE INDEX calls_sorted_at_idx ON calls (tenant_id, sorted_at DESC, id DESC)
        INCLUDE (status, ended_reason, duration_seconds, cost);
      CREATE INDEX calls_tagged_idx ON calls (tenant_id, sorted_at DESC, id DESC) WHERE tags <> '{}'`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`
      DROP INDEX calls_sorted_at_idx, calls_tagged_idx;
      CREATE INDEX calls_sorted_at_idx ON calls (tenant_id, sorted_at DESC, id DESC)`);
  }
}
