import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who did what, when, from where. Written once: no plane may change a row, and a trigger holds the owner to the same. */
export class AuditEvents1764000008000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      CREATE TABLE audit_events (
        id uuid NOT NULL CONSTRAINT audit_events_pkey PRIMARY KEY,
        at timestamptz NOT NULL DEFAULT now(),
        tenant_id uuid,
        actor_id uuid,
        subject_id uuid,
        action text NOT NULL,
        target text,
        request_id text,
        ip inet,
        details jsonb NOT NULL DEFAULT '{}');
      CREATE INDEX audit_events_tenant_idx ON audit_events (tenant_id, at DESC, id DESC);
      CREATE INDEX audit_events_subject_idx ON audit_events (subject_id, at DESC);

      CREATE FUNCTION ava.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'audit events are never changed' USING ERRCODE = 'insufficient_privilege';
      END $$;
      CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events
        FOR EACH STATEMENT EXECUTE FUNCTION ava.refuse_change();

      ALTER TABLE audit_events ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
      CREATE POLICY audit_events_owner ON audit_events TO ava_owner USING (true) WITH CHECK (true);
      CREATE POLICY audit_events_tenant ON audit_events TO ava_tenant
        USING (tenant_id = (SELECT ava.tenant_id())) WITH CHECK (tenant_id = (SELECT ava.tenant_id()));
      CREATE POLICY audit_events_operator ON audit_events TO ava_operator
        USING ((SELECT ava.operator_id()) IS NOT NULL) WITH CHECK ((SELECT ava.operator_id()) IS NOT NULL);

      CREATE FUNCTION ava.my_credential_usage() RETURNS TABLE (target text, action text, last_at timestamptz, times bigint)
      LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      DECLARE
        person CONSTANT uuid := ava.user_id();
      BEGIN
        RETURN QUERY SELECT e.target, e.action, max(e.at), count(*)
          FROM public.audit_events e
         WHERE e.subject_id = person AND e.action LIKE 'credential.%'
         GROUP BY e.target, e.action;
      END $$`);
  }

  /** The events are lost. */
  async down(q: QueryRunner): Promise<void> {
    await q.query(`
      DROP FUNCTION ava.my_credential_usage();
      DROP TABLE audit_events;
      DROP FUNCTION ava.refuse_change()`);
  }
}
