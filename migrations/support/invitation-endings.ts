import { INVITATION_FUNCTIONS_UP } from './invitation-functions';

// How an invitation ends with whoever sent it, what became of its mail, and what its reader is told where the tenant is suspended.

const DEFINER = 'SECURITY DEFINER SET search_path = pg_catalog, pg_temp';

/**
 * Before the row goes, as the foreign key forgets the inviter after it. A tenant that goes takes its invitations along; nothing
 * is told of them then.
 */
const ENDS_WITH_INVITER = `
  CREATE FUNCTION ava.revoke_with_inviter() RETURNS trigger LANGUAGE plpgsql ${DEFINER} AS $$
  DECLARE
    leaves CONSTANT boolean := TG_OP = 'DELETE';
    every_role boolean := leaves;
  BEGIN
    IF NOT leaves THEN every_role := NEW.role = 'member'; END IF;
    IF NOT leaves OR EXISTS (
      SELECT 1 FROM public.tenants t JOIN public.memberships m ON m.tenant_id = t.id
       WHERE t.id = OLD.tenant_id AND m.user_id <> OLD.user_id)
    THEN
      WITH revoked AS (
        UPDATE public.invitations i SET revoked_at = now()
         WHERE i.tenant_id = OLD.tenant_id AND i.invited_by = OLD.user_id AND i.expires_at > now()
           AND num_nonnulls(i.accepted_at, i.declined_at, i.revoked_at, i.replaced_at) = 0
           AND (every_role OR i.role = 'owner')
        RETURNING i.id, i.role)
      INSERT INTO public.audit_events (id, tenant_id, subject_id, action, target, details)
        SELECT gen_random_uuid(), OLD.tenant_id, OLD.user_id, 'invitation.revoked', r.id::text,
               jsonb_build_object('role', r.role, 'reason', CASE WHEN leaves THEN 'inviter_left' ELSE 'inviter_role' END)
          FROM revoked r;
    END IF;
    IF leaves THEN RETURN OLD; END IF;
    RETURN NEW;
  END $$;
  CREATE TRIGGER memberships_end_invitations_role BEFORE UPDATE OF role ON memberships
    FOR EACH ROW WHEN (OLD.role <> NEW.role AND NEW.role <> 'owner') EXECUTE FUNCTION ava.revoke_with_inviter();
  CREATE TRIGGER memberships_end_invitations_gone BEFORE DELETE ON memberships
    FOR EACH ROW EXECUTE FUNCTION ava.revoke_with_inviter()`;

/** Which invitation it is about is what the job says that is being run: a statement injected into it can name no other. */
const DELIVERY = `
  CREATE FUNCTION ava.note_delivery(outcome text) RETURNS void LANGUAGE plpgsql ${DEFINER} AS $$
  DECLARE
    tenant CONSTANT uuid := ava.tenant_id();
    job CONSTANT uuid := ava.claimed('job_id');
  BEGIN
    IF tenant IS NULL OR job IS NULL OR ava.claimed('session_id') IS NOT NULL THEN RAISE insufficient_privilege; END IF;
    -- Not of a mail that was sent before: the newest one counts.
    UPDATE public.invitations i SET delivery = outcome
      FROM pgboss.job j
     WHERE j.id = job AND j.name = 'mail' AND j.data->'payload'->>'template' = 'invitation'
       AND i.tenant_id = tenant AND i.id = (j.data->'payload'->>'id')::uuid AND i.sent_at <= j.created_on;
  END $$;

  CREATE FUNCTION ava.delivery_pending() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    NEW.delivery := 'pending';
    RETURN NEW;
  END $$;
  CREATE TRIGGER invitations_delivery_pending BEFORE UPDATE OF sent_at ON invitations
    FOR EACH ROW EXECUTE FUNCTION ava.delivery_pending()`;

/** A word of its own: that for members tells what members can do. Whoever is invited can still say no. */
const SUSPENDED = `
  CREATE OR REPLACE FUNCTION ava.invitation_refused(i public.invitations) RETURNS text LANGUAGE plpgsql STABLE AS $$
  DECLARE
    state CONSTANT text := ava.invitation_state(i);
  BEGIN
    IF state = 'accepted' THEN RETURN 'invitation.used'; END IF;
    IF state <> 'open' THEN RETURN 'invitation.' || state; END IF;
    IF EXISTS (SELECT 1 FROM public.tenants t WHERE t.id = i.tenant_id AND t.suspended_at IS NOT NULL) THEN
      RETURN 'invitation.tenant_suspended';
    END IF;
    RETURN NULL;
  END $$;

  CREATE OR REPLACE FUNCTION ava.decline_invitation(hash bytea, request text, network inet) RETURNS text
  LANGUAGE plpgsql ${DEFINER} AS $$
  DECLARE
    invitation public.invitations;
    refused text;
  BEGIN
    IF NOT ava.is_server() THEN RAISE insufficient_privilege; END IF;
    SELECT i.* INTO invitation FROM public.invitations i WHERE i.token_hash = hash FOR UPDATE;
    IF invitation.id IS NULL THEN RETURN 'invitation.invalid'; END IF;
    refused := ava.invitation_refused(invitation);
    IF refused IS NOT NULL AND refused <> 'invitation.tenant_suspended' THEN RETURN refused; END IF;
    UPDATE public.invitations i SET declined_at = now() WHERE i.token_hash = hash;
    PERFORM ava.record_answer(invitation, 'invitation.declined', request, network);
    RETURN NULL;
  END $$`;

export const INVITATION_ENDINGS_UP = [ENDS_WITH_INVITER, DELIVERY, SUSPENDED].join(';\n');

export const INVITATION_ENDINGS_DOWN = `
  DROP TRIGGER memberships_end_invitations_role ON memberships;
  DROP TRIGGER memberships_end_invitations_gone ON memberships;
  DROP TRIGGER invitations_delivery_pending ON invitations;
  DROP FUNCTION ava.revoke_with_inviter, ava.note_delivery, ava.delivery_pending;
  ${INVITATION_FUNCTIONS_UP.replaceAll('CREATE FUNCTION', 'CREATE OR REPLACE FUNCTION')}`;
