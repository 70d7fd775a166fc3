import type { MigrationInterface, QueryRunner } from 'typeorm';
import { makeQueue } from './support/queues';

const TABLES = ['retention_settings', 'erasure_receipts'] as const;

/** How long a tenant keeps what was said, and the proof of what a caller has had erased. */
export class Retention1764000026000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    // A run looks for what is left to remove, and finds nothing of what earlier ones have removed.
    await q.query(`
      ALTER TABLE calls ADD COLUMN erased_at timestamptz;
      CREATE INDEX calls_content_idx ON calls (tenant_id, sorted_at)
        WHERE transcript IS NOT NULL OR messages IS NOT NULL OR summary IS NOT NULL OR recording_url IS NOT NULL;

      CREATE TABLE retention_settings (
        tenant_id uuid NOT NULL CONSTRAINT retention_settings_pkey PRIMARY KEY
          CONSTRAINT retention_settings_tenant_id_fkey REFERENCES tenants(id) ON DELETE CASCADE,
        transcript_days integer CONSTRAINT retention_settings_transcript_days_check CHECK (transcript_days >= 1),
        call_days integer CONSTRAINT retention_settings_call_days_check CHECK (call_days >= 1),
        changed_at timestamptz NOT NULL DEFAULT now(),
        next_run_at timestamptz,
        last_run_at timestamptz,
        transcripts_removed integer NOT NULL DEFAULT 0,
        calls_removed integer NOT NULL DEFAULT 0);

      CREATE TABLE erasure_receipts (
        tenant_id uuid NOT NULL CONSTRAINT erasure_receipts_tenant_id_fkey REFERENCES tenants(id) ON DELETE CASCADE,
        id uuid NOT NULL,
        at timestamptz NOT NULL,
        erased_by uuid NOT NULL,
        number_hash text NOT NULL,
        calls_erased integer NOT NULL,
        mentions_masked integer NOT NULL,
        signature text NOT NULL,
        CONSTRAINT erasure_receipts_pkey PRIMARY KEY (tenant_id, id));
      CREATE INDEX erasure_receipts_at_idx ON erasure_receipts (tenant_id, at DESC, id DESC);
      CREATE INDEX erasure_receipts_number_hash_idx ON erasure_receipts (tenant_id, number_hash)`);
    for (const table of TABLES) await q.query(protect(table));
    await makeQueue(q, 'retention');
    await q.query(SCHEDULE);
  }

  /** Settings and receipts are lost, and which calls were erased; what was removed stays removed. */
  async down(q: QueryRunner): Promise<void> {
    await q.query(`
      DROP FUNCTION ava.schedule_retention();
      SELECT pgboss.delete_queue('retention');
      DROP TABLE retention_settings, erasure_receipts;
      DROP INDEX calls_content_idx;
      ALTER TABLE calls DROP COLUMN erased_at`);
  }
}

function protect(table: string): string {
  return `
    ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    CREATE POLICY ${table}_owner ON ${table} TO ava_owner USING (true) WITH CHECK (true);
    CREATE POLICY ${table}_tenant ON ${table} TO ava_tenant
      USING (tenant_id = (SELECT ava.tenant_id())) WITH CHECK (tenant_id = (SELECT ava.tenant_id()));
    CREATE POLICY ${table}_operator ON ${table} TO ava_operator
      USING ((SELECT ava.operator_id()) IS NOT NULL) WITH CHECK ((SELECT ava.operator_id()) IS NOT NULL)`;
}

/**
 * A job for each tenant whose run is due and that has none waiting: nobody's session is there to add it. It tells how many
 * and nothing of whom. Replicas that ask at the same moment skip each other's rows.
 */
const SCHEDULE = `
  CREATE FUNCTION ava.schedule_retention() RETURNS integer
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DECLARE
    added integer;
  BEGIN
    IF NOT ava.is_server() THEN RAISE insufficient_privilege; END IF;
    WITH due AS (
      SELECT r.tenant_id FROM public.retention_settings r
        JOIN public.tenants t ON t.id = r.tenant_id AND t.suspended_at IS NULL
       WHERE r.next_run_at <= now() AND NOT EXISTS (
         SELECT 1 FROM pgboss.job j
          WHERE j.name = 'retention' AND j.state < 'active'
            AND coalesce(j.data->>'tenantId', j.data->>'userId') = r.tenant_id::text)
       ORDER BY r.next_run_at LIMIT 1000 FOR UPDATE OF r SKIP LOCKED)
    INSERT INTO pgboss.job (name, data, policy, retry_limit, retry_delay, retry_backoff, expire_in, keep_until)
      SELECT q.name, jsonb_build_object('tenantId', due.tenant_id, 'userId', NULL, 'payload', '{}'::jsonb),
             q.policy, q.retry_limit, q.retry_delay, q.retry_backoff, make_interval(secs => q.expire_seconds),
             now() + make_interval(mins => q.retention_minutes)
        FROM due, pgboss.queue q WHERE q.name = 'retention';
    GET DIAGNOSTICS added = ROW_COUNT;
    RETURN added;
  END $$;
  REVOKE ALL ON FUNCTION ava.schedule_retention() FROM PUBLIC`;
