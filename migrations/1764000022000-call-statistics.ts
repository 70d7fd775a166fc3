import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What statistics count is read from an index alone: the calls themselves, with their transcripts, are 20 times as much. */
export class CallStatistics1764000022000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      CREATE INDEX calls_stats_idx ON calls (tenant_id, sorted_at)
        INCLUDE (status, ended_reason, duration_seconds, cost);
      CREATE INDEX calls_tagged_idx ON calls (tenant_id, sorted_at DESC, id DESC) WHERE tags <> '{}'`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query('DROP INDEX calls_stats_idx, calls_tagged_idx');
  }
}
