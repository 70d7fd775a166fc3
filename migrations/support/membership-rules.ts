// A tenant is locked before its members are counted: without that, two who leave at once each see the other stay.
// FOR UPDATE also waits for somebody who is joining, whose foreign key holds the tenant.
const REMOVE_EMPTY_TENANT = `
  CREATE FUNCTION memberships_remove_empty_tenant() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    PERFORM 1 FROM public.tenants WHERE id = OLD.tenant_id FOR UPDATE;
    IF FOUND AND NOT EXISTS (SELECT 1 FROM public.memberships WHERE tenant_id = OLD.tenant_id) THEN
      DELETE FROM public.tenants WHERE id = OLD.tenant_id;
    END IF;
    RETURN NULL;
  END $$;
  REVOKE ALL ON FUNCTION memberships_remove_empty_tenant() FROM PUBLIC;
  CREATE TRIGGER memberships_remove_empty_tenant AFTER DELETE ON memberships
    FOR EACH ROW EXECUTE FUNCTION memberships_remove_empty_tenant()`;

// Two triggers, so that only what can break the rule costs a look: an owner who goes, and a member who comes.
const KEEP_AN_OWNER = `
  CREATE FUNCTION memberships_keep_an_owner() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DECLARE
    tenant uuid := CASE TG_ARGV[0] WHEN 'left' THEN OLD.tenant_id ELSE NEW.tenant_id END;
  BEGIN
    PERFORM 1 FROM public.tenants WHERE id = tenant FOR UPDATE;
    IF FOUND
      AND EXISTS (SELECT 1 FROM public.memberships WHERE tenant_id = tenant)
      AND NOT EXISTS (SELECT 1 FROM public.memberships WHERE tenant_id = tenant AND role = 'owner')
    THEN
      RAISE EXCEPTION 'a tenant keeps at least one owner' USING
        ERRCODE = 'check_violation', CONSTRAINT = 'tenants_keep_an_owner', SCHEMA = 'public', TABLE = 'memberships';
    END IF;
    RETURN NULL;
  END $$;
  REVOKE ALL ON FUNCTION memberships_keep_an_owner() FROM PUBLIC;
  CREATE CONSTRAINT TRIGGER memberships_last_owner AFTER UPDATE OR DELETE ON memberships
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (OLD.role = 'owner') EXECUTE FUNCTION memberships_keep_an_owner('left');
  CREATE CONSTRAINT TRIGGER memberships_first_owner AFTER INSERT OR UPDATE ON memberships
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW WHEN (NEW.role <> 'owner') EXECUTE FUNCTION memberships_keep_an_owner('came')`;

export const MEMBERSHIP_RULES = `${REMOVE_EMPTY_TENANT}; ${KEEP_AN_OWNER}`;

/** After the table, and its triggers with it, is gone. */
export const DROP_MEMBERSHIP_RULES = `
  DROP FUNCTION memberships_remove_empty_tenant();
  DROP FUNCTION memberships_keep_an_owner()`;
