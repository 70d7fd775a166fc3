// What operators may find and do beyond the columns that their plane may read. Each asks by itself whether the caller is one, so
// that SQL injected into an operator's query gets no further than the operator.

const DEFINER = 'SECURITY DEFINER SET search_path = pg_catalog, pg_temp';
/** Planned with the values at hand: a search term that is NULL drops out, and those that are not find their index. */
const BY_VALUE = `STABLE ${DEFINER} SET plan_cache_mode = force_custom_plan`;
const OPERATORS_ONLY = 'IF ava.operator_id() IS NULL THEN RAISE insufficient_privilege; END IF;';

/** Functions and not conditions in the query: lower() is not leakproof, so no policy would let its index be used. */
const SEARCHES = `
  CREATE FUNCTION ava.find_tenants(
    wanted uuid, named text, member text, stopped boolean, before timestamptz, before_id uuid, most integer)
  RETURNS TABLE (id uuid, name text, created_at timestamptz, suspended_at timestamptz, suspended_reason text)
  LANGUAGE plpgsql ${BY_VALUE} AS $$
  BEGIN
    ${OPERATORS_ONLY}
    RETURN QUERY SELECT t.id, t.name, t.created_at, t.suspended_at, t.suspended_reason FROM public.tenants t
     WHERE (wanted IS NULL OR t.id = wanted)
       AND (named IS NULL OR lower(t.name) ^@ lower(named))
       AND (member IS NULL OR t.id = ANY (ARRAY(
             SELECT m.tenant_id FROM public.memberships m JOIN public.users u ON u.id = m.user_id
              WHERE lower(u.email) = lower(member))))
       AND (stopped IS NULL OR (t.suspended_at IS NOT NULL) = stopped)
       AND (before IS NULL OR (t.created_at, t.id) < (before, before_id))
     ORDER BY t.created_at DESC, t.id DESC LIMIT least(most, 101);
  END $$;

  CREATE FUNCTION ava.find_users(wanted uuid, address text, before timestamptz, before_id uuid, most integer)
  RETURNS TABLE (id uuid, email text, name text, locale text, operator boolean, created_at timestamptz,
                 vapi boolean, twilio boolean)
  LANGUAGE plpgsql ${BY_VALUE} AS $$
  BEGIN
    ${OPERATORS_ONLY}
    RETURN QUERY SELECT u.id, u.email, u.name, u.locale, u.operator, u.created_at, u.vapi_api_key IS NOT NULL,
                        u.twilio_account_sid IS NOT NULL AND u.twilio_auth_token IS NOT NULL
      FROM public.users u
     WHERE (wanted IS NULL OR u.id = wanted)
       AND (address IS NULL OR lower(u.email) ^@ lower(address))
       AND (before IS NULL OR (u.created_at, u.id) < (before, before_id))
     ORDER BY u.created_at DESC, u.id DESC LIMIT least(most, 101);
  END $$`;

/** Calls are counted up to this; beyond it the planner's estimate must do, as counting would read all of them. */
const EXACT_CALLS = 10_000;

const COUNTS = `
  CREATE FUNCTION ava.installation_counts(OUT tenants bigint, OUT suspended bigint, OUT users bigint, OUT sessions bigint,
    OUT jobs bigint, OUT calls bigint, OUT estimated boolean) LANGUAGE plpgsql STABLE ${DEFINER} AS $$
  BEGIN
    ${OPERATORS_ONLY}
    SELECT count(*) INTO tenants FROM public.tenants;
    SELECT count(*) INTO suspended FROM public.tenants t WHERE t.suspended_at IS NOT NULL;
    SELECT count(*) INTO users FROM public.users;
    SELECT count(*) INTO sessions FROM public.sessions s WHERE s.revoked_at IS NULL AND s.expires_at > now();
    SELECT count(*) INTO jobs FROM pgboss.job j WHERE j.state < 'completed';
    SELECT count(*) INTO calls FROM (SELECT 1 FROM public.calls LIMIT ${EXACT_CALLS + 1}) counted;
    estimated := calls > ${EXACT_CALLS};
    IF estimated THEN
      SELECT greatest(c.reltuples::bigint, calls) INTO calls FROM pg_class c WHERE c.oid = 'public.calls'::regclass;
    END IF;
  END $$`;

/** Each returns what it changed; the same again changes nothing. */
const ACTS = `
  CREATE FUNCTION ava.suspend_tenant(tenant uuid, why text) RETURNS boolean LANGUAGE plpgsql ${DEFINER} AS $$
  BEGIN
    ${OPERATORS_ONLY}
    IF tenant = ava.tenant_id() THEN
      RAISE EXCEPTION 'an operator does not lock himself out' USING ERRCODE = 'AVA09';
    END IF;
    UPDATE public.tenants t SET suspended_at = coalesce(t.suspended_at, now()), suspended_reason = why
     WHERE t.id = tenant AND (t.suspended_at IS NULL OR t.suspended_reason IS DISTINCT FROM why);
    RETURN FOUND;
  END $$;

  CREATE FUNCTION ava.resume_tenant(tenant uuid) RETURNS boolean LANGUAGE plpgsql ${DEFINER} AS $$
  BEGIN
    ${OPERATORS_ONLY}
    UPDATE public.tenants t SET suspended_at = NULL, suspended_reason = NULL
     WHERE t.id = tenant AND t.suspended_at IS NOT NULL;
    RETURN FOUND;
  END $$;

  CREATE FUNCTION ava.end_sessions(person uuid) RETURNS TABLE (tenant uuid) LANGUAGE plpgsql ${DEFINER} AS $$
  BEGIN
    ${OPERATORS_ONLY}
    -- But for the one he acts from: nothing could be written down after it.
    RETURN QUERY WITH ended AS (
      UPDATE public.sessions s SET revoked_at = now()
       WHERE s.user_id = person AND s.revoked_at IS NULL AND s.expires_at > now() AND s.id <> ava.claimed('session_id')
      RETURNING s.tenant_id)
    SELECT DISTINCT e.tenant_id FROM ended e;
  END $$`;

/** Why a tenant is suspended, for who has a session in it. */
const SUSPENSION = `
  CREATE FUNCTION ava.suspension(session uuid, person uuid, tenant uuid, OUT since timestamptz, OUT reason text)
  LANGUAGE plpgsql STABLE ${DEFINER} AS $$
  BEGIN
    SELECT t.suspended_at, t.suspended_reason INTO since, reason
      FROM public.sessions s
      JOIN public.memberships m ON m.tenant_id = s.tenant_id AND m.user_id = s.user_id
      JOIN public.tenants t ON t.id = s.tenant_id
     WHERE s.id = session AND s.user_id = person AND s.tenant_id = tenant
       AND s.revoked_at IS NULL AND s.expires_at > now() AND t.suspended_at IS NOT NULL;
  END $$`;

const MY_TENANTS = `
  DROP FUNCTION ava.my_tenants();
  CREATE FUNCTION ava.my_tenants() RETURNS TABLE (id uuid, name text, role text, joined_at timestamptz, suspended boolean)
  LANGUAGE plpgsql STABLE ${DEFINER} AS $$
  DECLARE
    person CONSTANT uuid := coalesce(ava.user_id(), ava.identity_user());
  BEGIN
    RETURN QUERY SELECT t.id, t.name, m.role, m.created_at, t.suspended_at IS NOT NULL
      FROM public.memberships m JOIN public.tenants t ON t.id = m.tenant_id WHERE m.user_id = person;
  END $$`;

/** As the migration of row-level security made it. */
const MY_TENANTS_BEFORE = `
  DROP FUNCTION ava.my_tenants();
  CREATE FUNCTION ava.my_tenants() RETURNS TABLE (id uuid, name text, role text, joined_at timestamptz)
  LANGUAGE plpgsql STABLE ${DEFINER} AS $$
  DECLARE
    person CONSTANT uuid := coalesce(ava.user_id(), ava.identity_user());
  BEGIN
    RETURN QUERY SELECT t.id, t.name, m.role, m.created_at
      FROM public.memberships m JOIN public.tenants t ON t.id = m.tenant_id WHERE m.user_id = person;
  END $$`;

const NEW = [
  'find_tenants',
  'find_users',
  'installation_counts',
  'suspend_tenant',
  'resume_tenant',
  'end_sessions',
  'suspension',
].map((name) => `ava.${name}`);

const NOT_FOR_EVERYBODY = 'REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ava FROM PUBLIC';

export const OPERATOR_FUNCTIONS_UP = [
  SEARCHES,
  COUNTS,
  ACTS,
  SUSPENSION,
  MY_TENANTS,
  NOT_FOR_EVERYBODY,
].join(';\n');

export const OPERATOR_FUNCTIONS_DOWN = [
  MY_TENANTS_BEFORE,
  `DROP FUNCTION ${NEW.join(', ')}`,
  NOT_FOR_EVERYBODY,
].join(';\n');
