import type { MigrationInterface, QueryRunner } from 'typeorm';

const DEFINER = 'SECURITY DEFINER SET search_path = pg_catalog, pg_temp';

/** Of more calls than this, changed by one statement, it is written down only that all has to be read again. */
const MOST = 1000;

/**
 * What has happened to the calls of each tenant, for an hour. The row of the tenant in call_feeds is held until the commit,
 * so that events become visible in the order of their time: who has read up to one has missed none before it.
 */
const TABLES = `
  CREATE TABLE call_feeds (
    tenant_id uuid NOT NULL CONSTRAINT call_feeds_pkey PRIMARY KEY
      CONSTRAINT call_feeds_tenant_id_fkey REFERENCES tenants(id) ON DELETE CASCADE,
    last_at timestamptz NOT NULL);
  CREATE TABLE call_events (
    tenant_id uuid NOT NULL CONSTRAINT call_events_tenant_id_fkey REFERENCES tenants(id) ON DELETE CASCADE,
    at timestamptz NOT NULL,
    type text NOT NULL CONSTRAINT call_events_type_check CHECK (type IN ('created', 'updated', 'deleted', 'reset')),
    call_id uuid,
    CONSTRAINT call_events_pkey PRIMARY KEY (tenant_id, at),
    CONSTRAINT call_events_reset_check CHECK ((type = 'reset') = (call_id IS NULL)))`;

const POLICIES = ['call_feeds', 'call_events'].map(
  (table) => `
  ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
  CREATE POLICY ${table}_owner ON ${table} TO ava_owner USING (true) WITH CHECK (true);
  CREATE POLICY ${table}_tenant ON ${table} TO ava_tenant
    USING (tenant_id = (SELECT ava.tenant_id())) WITH CHECK (tenant_id = (SELECT ava.tenant_id()));
  CREATE POLICY ${table}_operator ON ${table} TO ava_operator
    USING ((SELECT ava.operator_id()) IS NOT NULL) WITH CHECK ((SELECT ava.operator_id()) IS NOT NULL)`,
);

/**
 * The notification is empty: whoever has the server's login may LISTEN, and must learn nothing but that something happened
 * somewhere. It can be forged as well, and then makes the servers look once in vain.
 */
const LOG = `
  CREATE FUNCTION ava.log_calls() RETURNS trigger LANGUAGE plpgsql ${DEFINER} AS $$
  DECLARE
    feed record;
    last timestamptz;
  BEGIN
    -- Calls that go with their tenant are not told of. Always in one order: two statements never wait in a circle.
    FOR feed IN SELECT c.tenant_id, count(*)::integer AS rows FROM changed c JOIN public.tenants t ON t.id = c.tenant_id
                 GROUP BY 1 ORDER BY 1 LOOP
      INSERT INTO public.call_feeds AS f (tenant_id, last_at)
        VALUES (feed.tenant_id, clock_timestamp() + feed.rows * interval '1 microsecond')
      ON CONFLICT ON CONSTRAINT call_feeds_pkey DO UPDATE
        SET last_at = greatest(clock_timestamp(), f.last_at) + feed.rows * interval '1 microsecond'
      RETURNING f.last_at INTO last;
      IF feed.rows > ${MOST} THEN
        INSERT INTO public.call_events (tenant_id, at, type) VALUES (feed.tenant_id, last, 'reset');
      ELSE
        INSERT INTO public.call_events (tenant_id, at, type, call_id)
        SELECT c.tenant_id, last - (row_number() OVER () - 1) * interval '1 microsecond',
               CASE TG_OP WHEN 'INSERT' THEN 'created' WHEN 'UPDATE' THEN 'updated' ELSE 'deleted' END, c.id
          FROM changed c WHERE c.tenant_id = feed.tenant_id;
      END IF;
      -- Twice as many as were added, of those that are over: the table cannot grow for ever.
      -- By their place: a plan that was made when the table was small must not read it whole.
      DELETE FROM public.call_events WHERE ctid = ANY (ARRAY(
        SELECT o.ctid FROM public.call_events o
         WHERE o.tenant_id = feed.tenant_id AND o.at < now() - interval '65 minutes'
         ORDER BY o.at LIMIT 2 * feed.rows));
      PERFORM pg_notify('ava_calls', '');
    END LOOP;
    RETURN NULL;
  END $$;
  REVOKE ALL ON FUNCTION ava.log_calls() FROM PUBLIC`;

const TRIGGERS = (['INSERT', 'UPDATE', 'DELETE'] as const).map(
  (verb) => `
  CREATE TRIGGER calls_log_${verb.toLowerCase()} AFTER ${verb} ON calls
    REFERENCING ${verb === 'DELETE' ? 'OLD' : 'NEW'} TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION ava.log_calls()`,
);

/** Of those callers that may enter their tenant, when its calls last changed: the same that each could ask by entering. */
const WATCH = `
  CREATE FUNCTION ava.watch_calls(sessions uuid[], persons uuid[], tenants uuid[])
  RETURNS TABLE (place integer, last double precision) LANGUAGE plpgsql STABLE ${DEFINER} AS $$
  BEGIN
    RETURN QUERY
      SELECT w.place::integer, coalesce(extract(epoch FROM f.last_at) * 1000000, 0)::double precision
        FROM unnest(sessions, persons, tenants) WITH ORDINALITY AS w(session, person, tenant, place)
        JOIN public.sessions s ON s.id = w.session AND s.user_id = w.person AND s.tenant_id = w.tenant
        JOIN public.memberships m ON m.tenant_id = s.tenant_id AND m.user_id = s.user_id
        JOIN public.tenants t ON t.id = s.tenant_id
        LEFT JOIN public.call_feeds f ON f.tenant_id = t.id
       WHERE s.revoked_at IS NULL AND s.expires_at > now() AND t.suspended_at IS NULL;
  END $$;
  REVOKE ALL ON FUNCTION ava.watch_calls(uuid[], uuid[], uuid[]) FROM PUBLIC`;

export class CallEvents1764000024000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query([TABLES, ...POLICIES, LOG, ...TRIGGERS, WATCH].join(';\n'));
  }

  /** Clients that follow the calls read them again. */
  async down(q: QueryRunner): Promise<void> {
    await q.query(`
      DROP FUNCTION ava.watch_calls(uuid[], uuid[], uuid[]);
      DROP TRIGGER calls_log_insert ON calls;
      DROP TRIGGER calls_log_update ON calls;
      DROP TRIGGER calls_log_delete ON calls;
      DROP FUNCTION ava.log_calls();
      DROP TABLE call_events, call_feeds`);
  }
}
