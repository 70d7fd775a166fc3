// How jobs come into being, and how one is run inside the tenant that it belongs to.

const DEFINER = 'SECURITY DEFINER SET search_path = pg_catalog, pg_temp';

/** The bounds of a payload in bytes, and of the jobs of one owner that wait in one queue. */
const MOST_BYTES = 2000;
const MOST_WAITING = 1000;

/**
 * A job exists when the transaction that added it was committed, and not otherwise. Whose it is comes from the context
 * that the database has checked, never from an argument.
 */
const ENQUEUE = `
  CREATE FUNCTION ava.enqueue(queue text, payload jsonb) RETURNS uuid LANGUAGE plpgsql ${DEFINER} AS $$
  DECLARE
    tenant CONSTANT uuid := ava.tenant_id();
    person CONSTANT uuid := CASE WHEN tenant IS NULL THEN ava.identity_user() ELSE ava.user_id() END;
    made uuid;
  BEGIN
    IF tenant IS NULL AND person IS NULL THEN RAISE insufficient_privilege; END IF;
    IF jsonb_typeof(payload) IS DISTINCT FROM 'object' OR octet_length(payload::text) > ${MOST_BYTES} THEN
      RAISE EXCEPTION 'a payload is an object of ${MOST_BYTES} bytes at most' USING ERRCODE = 'AVA06';
    END IF;
    IF ${MOST_WAITING} <= (SELECT count(*) FROM (
         SELECT 1 FROM pgboss.job j
          WHERE j.name = queue AND j.state < 'active' AND coalesce(j.data->>'tenantId', j.data->>'userId') = coalesce(tenant, person)::text
          LIMIT ${MOST_WAITING}) waiting) THEN
      RAISE EXCEPTION 'too many jobs are waiting' USING ERRCODE = 'AVA07';
    END IF;
    INSERT INTO pgboss.job (name, data, policy, retry_limit, retry_delay, retry_backoff, expire_in, keep_until)
      SELECT q.name, jsonb_build_object('tenantId', tenant, 'userId', person, 'payload', payload),
             q.policy, q.retry_limit, q.retry_delay, q.retry_backoff, make_interval(secs => q.expire_seconds),
             now() + make_interval(mins => q.retention_minutes)
        FROM pgboss.queue q WHERE q.name = queue
    RETURNING id INTO made;
    IF made IS NULL THEN
      RAISE EXCEPTION 'there is no such queue' USING ERRCODE = 'AVA06';
    END IF;
    RETURN made;
  END $$`;

/**
 * The proof opens the context of a job and stays outside of it: a statement in there that could read the proof could open
 * the identity plane of anybody. What stays is a pass for this one job, which only the database can make.
 */
const JOB_CONTEXT = `
  CREATE FUNCTION ava.job_pass(job uuid, hash bytea) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN encode(sha256(hash || sha256(hash || uuid_send(job))), 'hex');

  CREATE FUNCTION ava.owner_of_job(job uuid, OUT tenant uuid, OUT person uuid, OUT refused text)
  LANGUAGE plpgsql STABLE PARALLEL SAFE ${DEFINER} AS $$
  DECLARE
    stopped boolean;
  BEGIN
    SELECT (j.data->>'tenantId')::uuid, (j.data->>'userId')::uuid INTO tenant, person
      FROM pgboss.job j WHERE j.id = job AND j.state = 'active';
    IF NOT FOUND THEN
      refused := 'job.not_active';
      RETURN;
    END IF;
    SELECT t.suspended_at IS NOT NULL INTO stopped FROM public.tenants t WHERE t.id = tenant;
    refused := CASE
      WHEN stopped IS NULL THEN 'tenant.gone'
      WHEN stopped THEN 'tenant.suspended'
      WHEN person IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM public.memberships m WHERE m.tenant_id = tenant AND m.user_id = person) THEN 'member.gone'
    END;
  END $$;

  CREATE FUNCTION ava.job_standing(OUT tenant uuid, OUT person uuid)
  LANGUAGE plpgsql STABLE PARALLEL SAFE ${DEFINER} AS $$
  DECLARE
    job CONSTANT uuid := ava.claimed('job_id');
  BEGIN
    IF job IS NULL OR NOT EXISTS (
      SELECT 1 FROM ava.server_proofs p WHERE ava.job_pass(job, p.hash) = current_setting('ava.job_pass', true)) THEN RETURN;
    END IF;
    SELECT o.tenant, o.person INTO tenant, person FROM ava.owner_of_job(job) o WHERE o.refused IS NULL;
  END $$;

  CREATE FUNCTION ava.open_job(proof text, job uuid, OUT pass text, OUT refused text)
  LANGUAGE plpgsql STABLE ${DEFINER} AS $$
  BEGIN
    SELECT ava.job_pass(job, p.hash) INTO pass
      FROM unnest(string_to_array(proof, ',')) AS shown(proof)
      JOIN ava.server_proofs p ON p.hash = sha256(convert_to(shown.proof, 'UTF8')) LIMIT 1;
    IF pass IS NULL THEN
      RAISE EXCEPTION 'the server is not known to this database' USING ERRCODE = 'AVA03';
    END IF;
    SELECT o.refused INTO refused FROM ava.owner_of_job(job) o;
  END $$;

  CREATE FUNCTION ava.enter_job(proof text, job uuid, timeout text) RETURNS void LANGUAGE plpgsql AS $$
  DECLARE
    shown text;
    why text;
  BEGIN
    SELECT o.pass, o.refused INTO shown, why FROM ava.open_job(proof, job) o;
    IF why IS NOT NULL THEN
      RAISE EXCEPTION '%', why USING ERRCODE = 'AVA05';
    END IF;
    PERFORM pg_catalog.set_config('role', 'ava_tenant', true),
            pg_catalog.set_config('ava.session_id', '', true),
            pg_catalog.set_config('ava.job_id', job::text, true),
            pg_catalog.set_config('ava.job_pass', shown, true),
            pg_catalog.set_config('statement_timeout', timeout, true);
  END $$`;

/** The library's own statements run in a plane that shows the queue and nothing else. */
const QUEUE_CONTEXT = `
  CREATE FUNCTION ava.enter_queue(proof text, timeout text) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_catalog.set_config('role', 'ava_queue', true),
            pg_catalog.set_config('ava.server_proof', proof, true),
            pg_catalog.set_config('statement_timeout', timeout, true);
    IF NOT ava.is_server() THEN
      RAISE EXCEPTION 'the server is not known to this database' USING ERRCODE = 'AVA03';
    END IF;
  END $$`;

/** What operators see of jobs, and the one thing they may do: no payload, and of an error its code. */
const OPERATION = `
  CREATE FUNCTION ava.list_jobs(wanted text, before timestamptz, before_id uuid, most integer)
  RETURNS TABLE (id uuid, queue text, state text, tries integer, tenant_id uuid, created_at timestamptz, error text)
  LANGUAGE plpgsql STABLE ${DEFINER} AS $$
  DECLARE
    chosen CONSTANT pgboss.job_state := wanted;
  BEGIN
    IF ava.operator_id() IS NULL THEN RAISE insufficient_privilege; END IF;
    RETURN QUERY SELECT j.id, j.name, j.state::text,
                        CASE WHEN j.started_on IS NULL THEN 0 ELSE j.retry_count + 1 END,
                        (j.data->>'tenantId')::uuid, j.created_on, j.output->>'code'
      FROM pgboss.job j
     WHERE j.state = chosen AND (before IS NULL OR (j.created_on, j.id) < (before, before_id))
     ORDER BY j.created_on DESC, j.id DESC LIMIT most;
  END $$;

  CREATE FUNCTION ava.retry_job(job uuid, OUT retried boolean, OUT queue text, OUT tenant uuid)
  LANGUAGE plpgsql ${DEFINER} AS $$
  BEGIN
    IF ava.operator_id() IS NULL THEN RAISE insufficient_privilege; END IF;
    -- completed_on would let the library archive it as a job that is done.
    UPDATE pgboss.job j SET state = 'retry', retry_limit = j.retry_count + 1, start_after = now(),
           completed_on = NULL, keep_until = now() + interval '14 days'
     WHERE j.id = job AND j.state = 'failed'
    RETURNING j.name, (j.data->>'tenantId')::uuid INTO queue, tenant;
    retried := queue IS NOT NULL;
    -- Whoever asks for this has found out that a mail of unknown fate did not arrive.
    DELETE FROM pgboss.mail_attempts a WHERE retried AND a.job_id = job AND a.sent_at IS NULL;
  END $$`;

/** Asked by every policy: a request has a session and gets no further than before; only without one is there a look for a job. */
const CONTEXT_WITH_JOBS = `
  CREATE OR REPLACE FUNCTION ava.tenant_id() RETURNS uuid LANGUAGE plpgsql STABLE PARALLEL SAFE ${DEFINER} AS $$
  DECLARE
    session CONSTANT uuid := ava.claimed('session_id');
    found uuid;
  BEGIN
    IF session IS NULL THEN RETURN (SELECT j.tenant FROM ava.job_standing() j); END IF;
    SELECT s.tenant_id INTO found
      FROM public.sessions s
      JOIN public.memberships m ON m.tenant_id = s.tenant_id AND m.user_id = s.user_id
      JOIN public.tenants t ON t.id = s.tenant_id
     WHERE s.id = session AND s.user_id = ava.claimed('user_id') AND s.tenant_id = ava.claimed('tenant_id')
       AND s.revoked_at IS NULL AND s.expires_at > now() AND t.suspended_at IS NULL;
    RETURN found;
  END $$;

  CREATE OR REPLACE FUNCTION ava.user_id() RETURNS uuid LANGUAGE plpgsql STABLE PARALLEL SAFE ${DEFINER} AS $$
  BEGIN
    IF ava.claimed('session_id') IS NULL THEN RETURN (SELECT j.person FROM ava.job_standing() j); END IF;
    IF ava.tenant_id() IS NULL THEN RETURN NULL; END IF;
    RETURN ava.claimed('user_id');
  END $$`;

/** As the migration of row-level security made them. */
const CONTEXT_WITHOUT_JOBS = `
  CREATE OR REPLACE FUNCTION ava.tenant_id() RETURNS uuid LANGUAGE plpgsql STABLE PARALLEL SAFE ${DEFINER} AS $$
  DECLARE
    session CONSTANT uuid := ava.claimed('session_id');
    found uuid;
  BEGIN
    IF session IS NULL THEN RETURN NULL; END IF;
    SELECT s.tenant_id INTO found
      FROM public.sessions s
      JOIN public.memberships m ON m.tenant_id = s.tenant_id AND m.user_id = s.user_id
      JOIN public.tenants t ON t.id = s.tenant_id
     WHERE s.id = session AND s.user_id = ava.claimed('user_id') AND s.tenant_id = ava.claimed('tenant_id')
       AND s.revoked_at IS NULL AND s.expires_at > now() AND t.suspended_at IS NULL;
    RETURN found;
  END $$;

  CREATE OR REPLACE FUNCTION ava.user_id() RETURNS uuid LANGUAGE plpgsql STABLE PARALLEL SAFE ${DEFINER} AS $$
  BEGIN
    IF ava.tenant_id() IS NULL THEN RETURN NULL; END IF;
    RETURN ava.claimed('user_id');
  END $$`;

const NEW = [
  'enqueue',
  'job_pass',
  'owner_of_job',
  'job_standing',
  'open_job',
  'enter_job',
  'enter_queue',
  'list_jobs',
  'retry_job',
].map((name) => `ava.${name}`);

export const JOB_FUNCTIONS_UP = [
  ENQUEUE,
  JOB_CONTEXT,
  QUEUE_CONTEXT,
  OPERATION,
  CONTEXT_WITH_JOBS,
  `REVOKE ALL ON FUNCTION ${NEW.join(', ')} FROM PUBLIC`,
].join(';\n');

export const JOB_FUNCTIONS_DOWN = [
  CONTEXT_WITHOUT_JOBS,
  `DROP FUNCTION ${NEW.toReversed().join(', ')}`,
].join(';\n');
