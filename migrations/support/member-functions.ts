// Memberships are written by these functions alone: the tenant plane has no right to change a row of them. Who calls is looked
// up in the verified context, so SQL injected into a member's query can do what the member may, and promote nobody.

const DEFINER = 'SECURITY DEFINER SET search_path = pg_catalog, pg_temp';

const LOOKING = `
  CREATE FUNCTION ava.members(after_at timestamptz, after_id uuid, most integer)
  RETURNS TABLE (id uuid, name text, email text, role text, joined_at timestamptz) LANGUAGE plpgsql STABLE ${DEFINER} AS $$
  DECLARE
    tenant CONSTANT uuid := ava.tenant_id();
  BEGIN
    RETURN QUERY SELECT u.id, u.name, u.email, m.role, m.created_at
      FROM public.memberships m JOIN public.users u ON u.id = m.user_id
     WHERE m.tenant_id = tenant AND (after_at IS NULL OR (m.created_at, m.user_id) > (after_at, after_id))
     ORDER BY m.created_at, m.user_id LIMIT least(most, 101);
  END $$;

  CREATE FUNCTION ava.member(person uuid)
  RETURNS TABLE (id uuid, name text, email text, role text, joined_at timestamptz) LANGUAGE plpgsql STABLE ${DEFINER} AS $$
  DECLARE
    tenant CONSTANT uuid := ava.tenant_id();
  BEGIN
    RETURN QUERY SELECT u.id, u.name, u.email, m.role, m.created_at
      FROM public.memberships m JOIN public.users u ON u.id = m.user_id
     WHERE m.tenant_id = tenant AND m.user_id = person;
  END $$`;

/** The tenant is locked first, as the rule about owners does: what is looked up afterwards holds until the end. */
const RULES = `
  CREATE FUNCTION ava.own_role_locked() RETURNS text LANGUAGE plpgsql ${DEFINER} AS $$
  DECLARE
    own text;
  BEGIN
    PERFORM 1 FROM public.tenants t WHERE t.id = ava.tenant_id() FOR UPDATE;
    SELECT m.role INTO own FROM public.memberships m
     WHERE m.tenant_id = ava.tenant_id() AND m.user_id = ava.user_id();
    IF own IS NULL THEN RAISE insufficient_privilege; END IF;
    RETURN own;
  END $$;

  CREATE FUNCTION ava.role_of_member(person uuid) RETURNS text LANGUAGE plpgsql ${DEFINER} AS $$
  DECLARE
    current text;
  BEGIN
    SELECT m.role INTO current FROM public.memberships m
     WHERE m.tenant_id = ava.tenant_id() AND m.user_id = person;
    IF current IS NULL THEN RAISE EXCEPTION 'no such member' USING ERRCODE = 'AVA08'; END IF;
    RETURN current;
  END $$;

  CREATE FUNCTION ava.refuse_last_owner(person uuid) RETURNS void LANGUAGE plpgsql ${DEFINER} AS $$
  BEGIN
    IF NOT EXISTS (
      SELECT 1 FROM public.memberships m
       WHERE m.tenant_id = ava.tenant_id() AND m.role = 'owner' AND m.user_id <> person)
    THEN
      RAISE EXCEPTION 'a tenant keeps at least one owner' USING ERRCODE = 'AVA07';
    END IF;
  END $$`;

/** Each returns the role that the person had before. */
const CHANGING = `
  CREATE FUNCTION ava.set_member_role(person uuid, new_role text) RETURNS text LANGUAGE plpgsql ${DEFINER} AS $$
  DECLARE
    own CONSTANT text := ava.own_role_locked();
    current text;
  BEGIN
    IF own = 'member' THEN RAISE EXCEPTION 'role too low' USING ERRCODE = 'AVA05'; END IF;
    current := ava.role_of_member(person);
    IF own <> 'owner' AND 'owner' IN (current, new_role) THEN
      RAISE EXCEPTION 'only an owner may' USING ERRCODE = 'AVA06';
    END IF;
    IF current = 'owner' AND new_role <> 'owner' THEN PERFORM ava.refuse_last_owner(person); END IF;
    UPDATE public.memberships SET role = new_role WHERE tenant_id = ava.tenant_id() AND user_id = person;
    RETURN current;
  END $$;

  CREATE FUNCTION ava.remove_member(person uuid) RETURNS text LANGUAGE plpgsql ${DEFINER} AS $$
  DECLARE
    own CONSTANT text := ava.own_role_locked();
    tenant CONSTANT uuid := ava.tenant_id();
    leaves CONSTANT boolean := person = ava.user_id();
    current text;
  BEGIN
    IF own = 'member' AND NOT leaves THEN RAISE EXCEPTION 'role too low' USING ERRCODE = 'AVA05'; END IF;
    current := ava.role_of_member(person);
    IF own <> 'owner' AND current = 'owner' THEN
      RAISE EXCEPTION 'only an owner may' USING ERRCODE = 'AVA06';
    END IF;
    IF current = 'owner' THEN PERFORM ava.refuse_last_owner(person); END IF;
    UPDATE public.phone_numbers SET org_id = (
      SELECT m.user_id FROM public.memberships m
       WHERE m.tenant_id = tenant AND m.role = 'owner' AND m.user_id <> person
       ORDER BY m.created_at, m.user_id LIMIT 1)
     WHERE tenant_id = tenant AND org_id = person;
    DELETE FROM public.memberships WHERE tenant_id = tenant AND user_id = person;
    RETURN current;
  END $$;

  CREATE FUNCTION ava.transfer_tenant(person uuid) RETURNS text LANGUAGE plpgsql ${DEFINER} AS $$
  DECLARE
    own CONSTANT text := ava.own_role_locked();
    current text;
  BEGIN
    IF own <> 'owner' THEN RAISE EXCEPTION 'role too low' USING ERRCODE = 'AVA05'; END IF;
    current := ava.role_of_member(person);
    UPDATE public.memberships SET role = CASE user_id WHEN person THEN 'owner' ELSE 'admin' END
     WHERE tenant_id = ava.tenant_id() AND user_id IN (person, ava.user_id());
    RETURN current;
  END $$`;

export const MEMBER_FUNCTIONS = [
  LOOKING,
  RULES,
  CHANGING,
  'REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ava FROM PUBLIC',
].join(';\n');
