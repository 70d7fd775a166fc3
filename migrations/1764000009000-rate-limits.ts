import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Who has had how many turns, shared by all replicas. Keys are kept as hashes: an address or IP that was limited is in
 * no backup. Nobody but the function reaches the table, and the function answers only to the server's process.
 */
export class RateLimits1764000009000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      CREATE TABLE ava.rate_limits (
        hash bytea NOT NULL CONSTRAINT rate_limits_pkey PRIMARY KEY,
        taken integer NOT NULL,
        ends_at timestamptz NOT NULL);
      CREATE INDEX rate_limits_ends_at_idx ON ava.rate_limits (ends_at);

      CREATE FUNCTION ava.take_turn(key text, points integer, seconds integer, OUT remaining integer, OUT reset_in integer)
      LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      DECLARE
        present CONSTANT timestamptz := clock_timestamp();
      BEGIN
        IF NOT ava.is_server() THEN RAISE insufficient_privilege; END IF;
        -- One statement, so that of two requests at the same moment the second one counts on from the first.
        INSERT INTO ava.rate_limits AS r (hash, taken, ends_at)
          VALUES (sha256(convert_to(key, 'UTF8')), 1, present + make_interval(secs => seconds))
        ON CONFLICT ON CONSTRAINT rate_limits_pkey DO UPDATE SET
          taken = CASE WHEN r.ends_at <= present THEN 1 ELSE least(r.taken, points) + 1 END,
          ends_at = CASE WHEN r.ends_at <= present THEN excluded.ends_at ELSE r.ends_at END
        RETURNING points - r.taken, ceil(extract(epoch FROM r.ends_at - present))::integer
          INTO remaining, reset_in;
        -- Each turn adds one row at most and clears two that have run out: the table cannot grow for ever.
        DELETE FROM ava.rate_limits WHERE hash IN (
          SELECT hash FROM ava.rate_limits WHERE ends_at <= present ORDER BY ends_at LIMIT 2 FOR UPDATE SKIP LOCKED);
      END $$`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`
      DROP FUNCTION ava.take_turn(text, integer, integer);
      DROP TABLE ava.rate_limits`);
  }
}
