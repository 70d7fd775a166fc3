// What the life of an account asks beyond the rows that its plane shows. All of it is about the person of the verified
// context; only whose a token is can be asked before it is known who asks.

const DEFINER = 'SECURITY DEFINER SET search_path = pg_catalog, pg_temp';

/** Each token that is made clears two that are long over: the table cannot grow for ever. Two weeks is the longest a mail waits. */
const TOKENS = `
  CREATE FUNCTION ava.token_owner(hash bytea, made_for text) RETURNS uuid LANGUAGE plpgsql STABLE ${DEFINER} AS $$
  BEGIN
    IF NOT ava.is_server() THEN RETURN NULL; END IF;
    RETURN (SELECT t.user_id FROM public.account_tokens t
             WHERE t.token_hash = hash AND t.purpose = made_for AND t.used_at IS NULL AND t.expires_at > now());
  END $$;

  CREATE FUNCTION ava.sweep_account_tokens() RETURNS void LANGUAGE plpgsql ${DEFINER} AS $$
  BEGIN
    IF NOT ava.is_server() THEN RAISE insufficient_privilege; END IF;
    DELETE FROM public.account_tokens WHERE id IN (
      SELECT t.id FROM public.account_tokens t WHERE t.expires_at < now() - interval '14 days'
       ORDER BY t.expires_at LIMIT 2 FOR UPDATE SKIP LOCKED);
  END $$`;

/** Of what others did to the person, no address and no request: those are theirs. */
const HELD = `
  CREATE FUNCTION ava.my_events(before_at timestamptz, before_id uuid, most integer)
  RETURNS TABLE (id uuid, at timestamptz, tenant_id uuid, action text, target text, own boolean, about_me boolean,
                 request_id text, ip inet, details jsonb)
  LANGUAGE plpgsql STABLE ${DEFINER} AS $$
  DECLARE
    person CONSTANT uuid := ava.identity_user();
  BEGIN
    RETURN QUERY
      (SELECT e.id, e.at, e.tenant_id, e.action, e.target, true, e.subject_id = person, e.request_id, e.ip, e.details
         FROM public.audit_events e
        WHERE e.actor_id = person AND (before_at IS NULL OR (e.at, e.id) < (before_at, before_id))
        ORDER BY e.at DESC, e.id DESC LIMIT most)
      UNION ALL
      (SELECT e.id, e.at, e.tenant_id, e.action, e.target, false, true, NULL::text, NULL::inet, e.details
         FROM public.audit_events e
        WHERE e.subject_id = person AND e.actor_id IS DISTINCT FROM person
          AND (before_at IS NULL OR (e.at, e.id) < (before_at, before_id))
        ORDER BY e.at DESC, e.id DESC LIMIT most)
      ORDER BY 2 DESC, 1 DESC LIMIT most;
  END $$;

  CREATE FUNCTION ava.my_numbers(most integer)
  RETURNS TABLE (id uuid, tenant_id uuid, number text, label text, provider text, provider_sid text, created_at timestamptz)
  LANGUAGE plpgsql STABLE ${DEFINER} AS $$
  DECLARE
    person CONSTANT uuid := ava.identity_user();
  BEGIN
    RETURN QUERY SELECT n.id, n.tenant_id, n.number::text, n.label, n.provider, n.provider_sid, n.created_at
      FROM public.phone_numbers n WHERE n.org_id = person ORDER BY n.created_at, n.id LIMIT most;
  END $$`;

/** What becomes of each tenant when the person goes, by the same rules as the going itself. */
const DEPARTURE = `
  CREATE FUNCTION ava.departure()
  RETURNS TABLE (id uuid, name text, role text, calls bigint, numbers bigint, heir jsonb, others jsonb)
  LANGUAGE plpgsql STABLE ${DEFINER} AS $$
  DECLARE
    person CONSTANT uuid := ava.identity_user();
  BEGIN
    RETURN QUERY
      SELECT t.id, t.name, mine.role,
             CASE WHEN shared.others = '[]' THEN (SELECT count(*) FROM public.calls c WHERE c.tenant_id = t.id) END,
             (SELECT count(*) FROM public.phone_numbers n
               WHERE n.tenant_id = t.id AND (shared.others = '[]' OR n.org_id = person)),
             (SELECT jsonb_build_object('id', u.id, 'name', u.name, 'email', u.email)
                FROM public.memberships m JOIN public.users u ON u.id = m.user_id
               WHERE m.tenant_id = t.id AND m.role = 'owner' AND m.user_id <> person
               ORDER BY m.created_at, m.user_id LIMIT 1),
             shared.others
        FROM public.memberships mine JOIN public.tenants t ON t.id = mine.tenant_id,
             LATERAL (SELECT coalesce(jsonb_agg(jsonb_build_object('id', o.id, 'name', o.name, 'email', o.email)
                                                ORDER BY o.created_at, o.id), '[]') AS others
                        FROM (SELECT u.id, u.name, u.email, m.created_at
                                FROM public.memberships m JOIN public.users u ON u.id = m.user_id
                               WHERE m.tenant_id = t.id AND m.user_id <> person
                               ORDER BY m.created_at, u.id LIMIT 100) o) shared
       WHERE mine.user_id = person ORDER BY mine.created_at, t.id;
  END $$`;

const names = ['token_owner', 'sweep_account_tokens', 'my_events', 'my_numbers', 'departure'];
const NEW = names.map((name) => `ava.${name}`).join(', ');

export const ACCOUNT_FUNCTIONS_UP = [
  TOKENS,
  HELD,
  DEPARTURE,
  `REVOKE ALL ON FUNCTION ${NEW} FROM PUBLIC`,
].join(';\n');

export const ACCOUNT_FUNCTIONS_DOWN = `DROP FUNCTION ${NEW}`;
