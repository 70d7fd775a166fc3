// The functions of schema `ava`: the only way to a context, and what the policies ask. Those that look beyond the caller's
// rows are SECURITY DEFINER with a fixed search_path, belong to ava_owner, and name every table with its schema.

const DEFINER = 'SECURITY DEFINER SET search_path = pg_catalog, pg_temp';

/**
 * The context is a claim (settings that any statement may write); these functions check it against the rows each time.
 * So a lie, a session that has ended, a member who was removed and a suspended tenant all give NULL, and NULL gives nothing.
 */
const TENANT_CONTEXT = `
  CREATE FUNCTION ava.claimed(name text) RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('ava.' || name, true), '')::uuid;

  CREATE FUNCTION ava.standing(session uuid, person uuid, tenant uuid, OUT role text, OUT suspended boolean)
  LANGUAGE plpgsql STABLE PARALLEL SAFE ${DEFINER} AS $$
  BEGIN
    SELECT m.role, t.suspended_at IS NOT NULL INTO role, suspended
      FROM public.sessions s
      JOIN public.memberships m ON m.tenant_id = s.tenant_id AND m.user_id = s.user_id
      JOIN public.tenants t ON t.id = s.tenant_id
     WHERE s.id = session AND s.user_id = person AND s.tenant_id = tenant
       AND s.revoked_at IS NULL AND s.expires_at > now();
  END $$;

  CREATE FUNCTION ava.tenant_id() RETURNS uuid LANGUAGE plpgsql STABLE PARALLEL SAFE ${DEFINER} AS $$
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

  CREATE FUNCTION ava.user_id() RETURNS uuid LANGUAGE plpgsql STABLE PARALLEL SAFE ${DEFINER} AS $$
  BEGIN
    IF ava.tenant_id() IS NULL THEN RETURN NULL; END IF;
    RETURN ava.claimed('user_id');
  END $$;

  CREATE FUNCTION ava.operator_id() RETURNS uuid LANGUAGE plpgsql STABLE PARALLEL SAFE ${DEFINER} AS $$
  DECLARE
    person CONSTANT uuid := ava.user_id();
  BEGIN
    IF EXISTS (SELECT 1 FROM public.users WHERE id = person AND operator) THEN RETURN person; END IF;
    RETURN NULL;
  END $$;

  CREATE FUNCTION ava.enter_tenant(session uuid, person uuid, tenant uuid, timeout text) RETURNS text
  LANGUAGE plpgsql AS $$
  DECLARE
    current text;
    stopped boolean;
  BEGIN
    SELECT s.role, s.suspended INTO current, stopped FROM ava.standing(session, person, tenant) s;
    IF current IS NULL THEN
      RAISE EXCEPTION 'the session has ended' USING ERRCODE = 'AVA01';
    END IF;
    IF stopped THEN
      RAISE EXCEPTION 'the tenant is suspended' USING ERRCODE = 'AVA02';
    END IF;
    PERFORM pg_catalog.set_config('role', 'ava_tenant', true),
            pg_catalog.set_config('ava.session_id', session::text, true),
            pg_catalog.set_config('ava.user_id', person::text, true),
            pg_catalog.set_config('ava.tenant_id', tenant::text, true),
            pg_catalog.set_config('statement_timeout', timeout, true);
    RETURN current;
  END $$`;

/**
 * Before a tenant is known (registration, login, refresh) there is no session to go by. This plane is opened with a proof
 * that only the server's process has, of which the database keeps the hash: injected SQL cannot open it.
 */
const IDENTITY_CONTEXT = `
  CREATE TABLE ava.server_proofs (
    hash bytea CONSTRAINT server_proofs_pkey PRIMARY KEY,
    registered_at timestamptz NOT NULL DEFAULT now());

  CREATE FUNCTION ava.is_server() RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE ${DEFINER} AS $$
  BEGIN
    RETURN EXISTS (
      SELECT 1 FROM unnest(string_to_array(current_setting('ava.server_proof', true), ',')) AS shown(proof)
        JOIN ava.server_proofs p ON p.hash = sha256(convert_to(shown.proof, 'UTF8')));
  END $$;

  CREATE FUNCTION ava.identity_user() RETURNS uuid LANGUAGE plpgsql STABLE PARALLEL SAFE ${DEFINER} AS $$
  DECLARE
    person CONSTANT uuid := ava.claimed('identity_user');
  BEGIN
    IF person IS NOT NULL AND ava.is_server() THEN RETURN person; END IF;
    RETURN NULL;
  END $$;

  CREATE FUNCTION ava.enter_identity(proof text, person uuid, timeout text) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM pg_catalog.set_config('role', 'ava_identity', true),
            pg_catalog.set_config('ava.server_proof', proof, true),
            pg_catalog.set_config('ava.identity_user', coalesce(person::text, ''), true),
            pg_catalog.set_config('statement_timeout', timeout, true);
    IF NOT ava.is_server() THEN
      RAISE EXCEPTION 'the server is not known to this database' USING ERRCODE = 'AVA03';
    END IF;
  END $$`;

/** Questions of the identity plane whose answer lies beyond the rows of one person. */
const IDENTITY_QUESTIONS = `
  CREATE FUNCTION ava.find_account(address text, OUT id uuid, OUT hash text, OUT bcrypt_in_use boolean)
  LANGUAGE plpgsql STABLE ${DEFINER} AS $$
  BEGIN
    IF NOT ava.is_server() THEN RETURN; END IF;
    SELECT u.id, u.password_hash INTO id, hash FROM public.users u WHERE lower(u.email) = lower(address);
    bcrypt_in_use := EXISTS (SELECT 1 FROM public.users WHERE password_hash LIKE '$2%');
  END $$;

  CREATE FUNCTION ava.session_owner(session uuid) RETURNS uuid LANGUAGE plpgsql STABLE ${DEFINER} AS $$
  BEGIN
    IF NOT ava.is_server() THEN RETURN NULL; END IF;
    RETURN (SELECT s.user_id FROM public.sessions s WHERE s.id = session);
  END $$;

  CREATE FUNCTION ava.open_tenant(tenant uuid, tenant_name text) RETURNS void LANGUAGE plpgsql ${DEFINER} AS $$
  DECLARE
    person CONSTANT uuid := ava.identity_user();
  BEGIN
    IF person IS NULL THEN RAISE insufficient_privilege; END IF;
    INSERT INTO public.tenants (id, name) VALUES (tenant, tenant_name);
    INSERT INTO public.memberships (tenant_id, user_id, role) VALUES (tenant, person, 'owner');
  END $$;

  CREATE FUNCTION ava.my_tenants() RETURNS TABLE (id uuid, name text, role text, joined_at timestamptz)
  LANGUAGE plpgsql STABLE ${DEFINER} AS $$
  DECLARE
    person CONSTANT uuid := coalesce(ava.user_id(), ava.identity_user());
  BEGIN
    RETURN QUERY SELECT t.id, t.name, m.role, m.created_at
      FROM public.memberships m JOIN public.tenants t ON t.id = m.tenant_id WHERE m.user_id = person;
  END $$;

  CREATE FUNCTION ava.is_mine(tenant uuid) RETURNS boolean LANGUAGE plpgsql STABLE ${DEFINER} AS $$
  BEGIN
    RETURN EXISTS (
      SELECT 1 FROM public.memberships WHERE tenant_id = tenant AND user_id = ava.identity_user());
  END $$`;

/** Leaving: locks the tenant as the owner rule does, so that two owners cannot leave at the same moment. */
const LEAVING = `
  CREATE FUNCTION ava.others_in(tenant uuid)
  RETURNS TABLE (id uuid, name text, email text, role text) LANGUAGE plpgsql ${DEFINER} AS $$
  BEGIN
    IF NOT ava.is_mine(tenant) THEN RETURN; END IF;
    PERFORM 1 FROM public.tenants t WHERE t.id = tenant FOR UPDATE;
    RETURN QUERY SELECT u.id, u.name, u.email, m.role
      FROM public.memberships m JOIN public.users u ON u.id = m.user_id
     WHERE m.tenant_id = tenant AND m.user_id <> ava.identity_user()
     ORDER BY m.created_at, u.id LIMIT 100;
  END $$;

  CREATE FUNCTION ava.hand_over_numbers(tenant uuid) RETURNS void LANGUAGE plpgsql ${DEFINER} AS $$
  DECLARE
    person CONSTANT uuid := ava.identity_user();
  BEGIN
    IF NOT ava.is_mine(tenant) THEN RETURN; END IF;
    UPDATE public.phone_numbers SET org_id = (
      SELECT m.user_id FROM public.memberships m
       WHERE m.tenant_id = tenant AND m.role = 'owner' AND m.user_id <> person
       ORDER BY m.created_at, m.user_id LIMIT 1)
     WHERE tenant_id = tenant AND org_id = person;
  END $$`;

export const PLANE_FUNCTIONS = [
  'CREATE SCHEMA ava',
  TENANT_CONTEXT,
  IDENTITY_CONTEXT,
  IDENTITY_QUESTIONS,
  LEAVING,
  'REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ava FROM PUBLIC',
].join(';\n');
