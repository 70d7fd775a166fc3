// Invitations are written by these functions alone, as memberships are: who invites is looked up in the verified context, so SQL
// injected into a member's query invites nobody. Whoever holds a token has no tenant yet: those functions take the hash of
// the token, which is in no mail, and answer to the server's proof only.

const DEFINER = 'SECURITY DEFINER SET search_path = pg_catalog, pg_temp';

const DAYS = 7;
const MOST_OPEN = 200;

/** As whoever calls: a plane sees the members of its own tenant only, so a made-up row tells nothing of others. */
const STATE = `
  CREATE FUNCTION ava.invitation_state(i public.invitations) RETURNS text LANGUAGE plpgsql STABLE AS $$
  BEGIN
    IF i.accepted_at IS NOT NULL THEN RETURN 'accepted'; END IF;
    IF i.declined_at IS NOT NULL THEN RETURN 'declined'; END IF;
    IF i.revoked_at IS NOT NULL THEN RETURN 'revoked'; END IF;
    IF i.replaced_at IS NULL AND i.expires_at > now() AND EXISTS (
      SELECT 1 FROM public.memberships m
       WHERE m.tenant_id = i.tenant_id AND m.user_id = i.invited_by
         AND (m.role = 'owner' OR m.role = 'admin' AND i.role <> 'owner')) THEN RETURN 'open'; END IF;
    -- Also when whoever invited may no longer: who was removed does not come back through an invitation of his own.
    RETURN 'expired';
  END $$;

  CREATE FUNCTION ava.invitation_refused(i public.invitations) RETURNS text LANGUAGE plpgsql STABLE AS $$
  DECLARE
    state CONSTANT text := ava.invitation_state(i);
  BEGIN
    IF state = 'accepted' THEN RETURN 'invitation.used'; END IF;
    IF state <> 'open' THEN RETURN 'invitation.' || state; END IF;
    IF EXISTS (SELECT 1 FROM public.tenants t WHERE t.id = i.tenant_id AND t.suspended_at IS NOT NULL) THEN
      RETURN 'tenant.suspended';
    END IF;
    RETURN NULL;
  END $$`;

/** Each returns the code of what is in the way, or nothing. The tenant is locked, so invitations are made one after another. */
const INVITING = `
  CREATE FUNCTION ava.inviting_refused(own text, wanted text, address text) RETURNS text LANGUAGE plpgsql ${DEFINER} AS $$
  DECLARE
    tenant CONSTANT uuid := ava.tenant_id();
  BEGIN
    IF own = 'member' THEN RETURN 'auth.role_too_low'; END IF;
    IF own <> 'owner' AND wanted = 'owner' THEN RETURN 'member.owner_required'; END IF;
    IF EXISTS (
      SELECT 1 FROM public.memberships m JOIN public.users u ON u.id = m.user_id
       WHERE m.tenant_id = tenant AND lower(u.email) = lower(address)) THEN RETURN 'invitation.already_member'; END IF;
    IF ${MOST_OPEN} <= (SELECT count(*) FROM (
         SELECT 1 FROM public.invitations i
          WHERE i.tenant_id = tenant AND lower(i.email) <> lower(address) AND i.expires_at > now()
            AND i.accepted_at IS NULL AND i.declined_at IS NULL AND i.revoked_at IS NULL AND i.replaced_at IS NULL
          LIMIT ${MOST_OPEN}) waiting) THEN RETURN 'invitation.too_many'; END IF;
    RETURN NULL;
  END $$;

  CREATE FUNCTION ava.invite(
    invitation uuid, address text, wanted text, hash bytea, nonce bytea, OUT refused text, OUT open_id uuid)
  LANGUAGE plpgsql ${DEFINER} AS $$
  DECLARE
    own CONSTANT text := ava.own_role_locked();
    tenant CONSTANT uuid := ava.tenant_id();
  BEGIN
    refused := ava.inviting_refused(own, wanted, address);
    IF refused IS NOT NULL THEN RETURN; END IF;
    SELECT i.id INTO open_id FROM public.invitations i
     WHERE i.tenant_id = tenant AND lower(i.email) = lower(address) AND ava.invitation_state(i) = 'open';
    IF open_id IS NOT NULL THEN
      refused := 'invitation.exists';
      RETURN;
    END IF;
    UPDATE public.invitations i SET replaced_at = now()
     WHERE i.tenant_id = tenant AND lower(i.email) = lower(address)
       AND i.accepted_at IS NULL AND i.declined_at IS NULL AND i.revoked_at IS NULL AND i.replaced_at IS NULL;
    INSERT INTO public.invitations (tenant_id, id, email, role, token_hash, token_nonce, invited_by, expires_at)
    VALUES (tenant, invitation, address, wanted, hash, nonce, ava.user_id(), now() + interval '${DAYS} days');
  END $$;

  CREATE FUNCTION ava.own_invitation(invitation uuid) RETURNS public.invitations LANGUAGE plpgsql ${DEFINER} AS $$
  DECLARE
    mine public.invitations;
  BEGIN
    SELECT i.* INTO mine FROM public.invitations i
     WHERE i.tenant_id = ava.tenant_id() AND i.id = invitation FOR UPDATE;
    RETURN mine;
  END $$;

  CREATE FUNCTION ava.invitation_closed(i public.invitations) RETURNS text LANGUAGE plpgsql STABLE AS $$
  BEGIN
    IF i.id IS NULL THEN RETURN 'invitation.not_found'; END IF;
    IF num_nonnulls(i.accepted_at, i.declined_at, i.revoked_at, i.replaced_at) > 0 THEN RETURN 'invitation.closed'; END IF;
    RETURN NULL;
  END $$;

  CREATE FUNCTION ava.resend_invitation(invitation uuid, hash bytea, nonce bytea) RETURNS text
  LANGUAGE plpgsql ${DEFINER} AS $$
  DECLARE
    own CONSTANT text := ava.own_role_locked();
    mine CONSTANT public.invitations := ava.own_invitation(invitation);
    refused CONSTANT text := coalesce(ava.invitation_closed(mine), ava.inviting_refused(own, mine.role, mine.email));
  BEGIN
    IF refused IS NOT NULL THEN RETURN refused; END IF;
    UPDATE public.invitations i
       SET token_hash = hash, token_nonce = nonce, invited_by = ava.user_id(), sent_at = now(),
           expires_at = now() + interval '${DAYS} days'
     WHERE i.tenant_id = mine.tenant_id AND i.id = mine.id;
    RETURN NULL;
  END $$;

  CREATE FUNCTION ava.revoke_invitation(invitation uuid) RETURNS text LANGUAGE plpgsql ${DEFINER} AS $$
  DECLARE
    own CONSTANT text := ava.own_role_locked();
    mine CONSTANT public.invitations := ava.own_invitation(invitation);
  BEGIN
    IF own = 'member' THEN RETURN 'auth.role_too_low'; END IF;
    IF own <> 'owner' AND mine.role = 'owner' THEN RETURN 'member.owner_required'; END IF;
    IF ava.invitation_closed(mine) IS NOT NULL THEN RETURN ava.invitation_closed(mine); END IF;
    UPDATE public.invitations i SET revoked_at = now() WHERE i.tenant_id = mine.tenant_id AND i.id = mine.id;
    RETURN NULL;
  END $$`;

/** For whoever holds a token. What they do is written into the trail here, as no plane may write for a tenant it is not in. */
const ANSWERING = `
  CREATE FUNCTION ava.find_invitation(hash bytea)
  RETURNS TABLE (id uuid, nonce bytea, email text, role text, expires_at timestamptz, tenant text, inviter text,
                 has_account boolean, refused text)
  LANGUAGE plpgsql STABLE ${DEFINER} AS $$
  BEGIN
    IF NOT ava.is_server() THEN RETURN; END IF;
    RETURN QUERY SELECT i.id, i.token_nonce, i.email, i.role, i.expires_at, t.name, coalesce(u.name, u.email),
                        EXISTS (SELECT 1 FROM public.users a WHERE lower(a.email) = lower(i.email)),
                        ava.invitation_refused(i)
      FROM public.invitations i JOIN public.tenants t ON t.id = i.tenant_id
      LEFT JOIN public.users u ON u.id = i.invited_by
     WHERE i.token_hash = hash;
  END $$;

  CREATE FUNCTION ava.record_answer(i public.invitations, what text, request text, network inet) RETURNS void
  LANGUAGE plpgsql ${DEFINER} AS $$
  BEGIN
    INSERT INTO public.audit_events (id, tenant_id, subject_id, action, target, request_id, ip, details)
    VALUES (gen_random_uuid(), i.tenant_id, ava.identity_user(), what, i.id::text, request, network,
            jsonb_build_object('role', i.role));
  END $$;

  CREATE FUNCTION ava.accept_invitation(
    hash bytea, request text, network inet, OUT refused text, OUT id uuid, OUT name text, OUT role text)
  LANGUAGE plpgsql ${DEFINER} AS $$
  DECLARE
    person CONSTANT uuid := ava.identity_user();
    address text;
    invitation public.invitations;
  BEGIN
    -- The person before the tenant, the order in which the deletion of an account locks them.
    SELECT u.email INTO address FROM public.users u WHERE u.id = person FOR SHARE;
    IF address IS NULL THEN RAISE insufficient_privilege; END IF;
    SELECT t.id, t.name INTO id, name FROM public.tenants t
     WHERE t.id = (SELECT i.tenant_id FROM public.invitations i WHERE i.token_hash = hash) FOR UPDATE;
    SELECT i.* INTO invitation FROM public.invitations i WHERE i.token_hash = hash FOR UPDATE;
    IF id IS NULL OR invitation.id IS NULL THEN
      refused := 'invitation.invalid';
      RETURN;
    END IF;
    refused := ava.invitation_refused(invitation);
    IF refused IS NULL AND lower(address) <> lower(invitation.email) THEN refused := 'invitation.other_address'; END IF;
    IF refused IS NOT NULL THEN RETURN; END IF;
    INSERT INTO public.memberships (tenant_id, user_id, role) VALUES (invitation.tenant_id, person, invitation.role)
    ON CONFLICT DO NOTHING RETURNING memberships.role INTO role;
    UPDATE public.invitations i SET accepted_at = now(), accepted_by = person WHERE i.token_hash = hash;
    IF role IS NOT NULL THEN
      PERFORM ava.record_answer(invitation, 'member.joined', request, network);
      RETURN;
    END IF;
    -- A member already, by another way: the role stays as it is.
    SELECT m.role INTO role FROM public.memberships m WHERE m.tenant_id = invitation.tenant_id AND m.user_id = person;
  END $$;

  CREATE FUNCTION ava.decline_invitation(hash bytea, request text, network inet) RETURNS text
  LANGUAGE plpgsql ${DEFINER} AS $$
  DECLARE
    invitation public.invitations;
    refused text;
  BEGIN
    IF NOT ava.is_server() THEN RAISE insufficient_privilege; END IF;
    SELECT i.* INTO invitation FROM public.invitations i WHERE i.token_hash = hash FOR UPDATE;
    IF invitation.id IS NULL THEN RETURN 'invitation.invalid'; END IF;
    refused := ava.invitation_refused(invitation);
    IF refused IS NOT NULL THEN RETURN refused; END IF;
    UPDATE public.invitations i SET declined_at = now() WHERE i.token_hash = hash;
    PERFORM ava.record_answer(invitation, 'invitation.declined', request, network);
    RETURN NULL;
  END $$`;

const NEW = [
  'invitation_state',
  'invitation_refused',
  'inviting_refused',
  'invite',
  'own_invitation',
  'invitation_closed',
  'resend_invitation',
  'revoke_invitation',
  'find_invitation',
  'record_answer',
  'accept_invitation',
  'decline_invitation',
].map((name) => `ava.${name}`);

export const INVITATION_FUNCTIONS_UP = [
  STATE,
  INVITING,
  ANSWERING,
  `REVOKE ALL ON FUNCTION ${NEW.join(', ')} FROM PUBLIC`,
].join(';\n');

export const INVITATION_FUNCTIONS_DOWN = `DROP FUNCTION ${NEW.toReversed().join(', ')}`;
