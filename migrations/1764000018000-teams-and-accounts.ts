import type { MigrationInterface, QueryRunner } from 'typeorm';
import { INVITATION_ENDINGS_DOWN, INVITATION_ENDINGS_UP } from './support/invitation-endings';

/** Invitations end with whoever sent them and tell what became of their mail; what an account holds is told without its tenant. */
export class TeamsAndAccounts1764000018000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      ALTER TABLE invitations ADD COLUMN delivery text NOT NULL DEFAULT 'pending'
        CONSTRAINT invitations_delivery_check CHECK (delivery IN ('pending', 'sent', 'failed'));
      ${OUTCOMES_SO_FAR};
      ${INVITERS_SO_FAR};
      ${INVITATION_ENDINGS_UP};
      ${othersIn("(m.role = 'owner') DESC, m.created_at, u.id")};
      ${MY_CREDENTIALS};
      REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ava FROM PUBLIC`);
  }

  /** What became of mails is lost; what was revoked stays so. */
  async down(q: QueryRunner): Promise<void> {
    await q.query(`
      DROP FUNCTION ava.my_credentials();
      ${othersIn('m.created_at, u.id')};
      ${INVITATION_ENDINGS_DOWN};
      ALTER TABLE invitations DROP COLUMN delivery`);
  }
}

/** A job that has ended well is gone after an hour. */
const OUTCOMES_SO_FAR = `
  UPDATE invitations i SET delivery = coalesce((
    SELECT CASE WHEN j.state = 'failed' THEN 'failed' WHEN j.state < 'completed' THEN 'pending' ELSE 'sent' END
      FROM pgboss.job j
     WHERE j.name = 'mail' AND j.data->'payload'->>'id' = i.id::text ORDER BY j.created_on DESC LIMIT 1), 'sent')`;

const INVITERS_SO_FAR = `
  UPDATE invitations i SET revoked_at = now()
   WHERE i.expires_at > now() AND num_nonnulls(i.accepted_at, i.declined_at, i.revoked_at, i.replaced_at) = 0
     AND ava.invitation_state(i) = 'expired'`;

/** A hundred at most, of whom it is told who stays an owner: owners come first. */
function othersIn(order: string): string {
  return `
  CREATE OR REPLACE FUNCTION ava.others_in(tenant uuid)
  RETURNS TABLE (id uuid, name text, email text, role text) LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  BEGIN
    IF NOT ava.is_mine(tenant) THEN RETURN; END IF;
    PERFORM 1 FROM public.tenants t WHERE t.id = tenant FOR UPDATE;
    RETURN QUERY SELECT u.id, u.name, u.email, m.role
      FROM public.memberships m JOIN public.users u ON u.id = m.user_id
     WHERE m.tenant_id = tenant AND m.user_id <> ava.identity_user()
     ORDER BY ${order} LIMIT 100;
  END $$`;
}

/** That there are credentials, and nothing of them: for who is in a suspended tenant, whose door opens none. */
const MY_CREDENTIALS = `
  CREATE FUNCTION ava.my_credentials()
  RETURNS TABLE (provider text, configured boolean, updated_at timestamptz, verified_at timestamptz, status text)
  LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DECLARE
    person CONSTANT uuid := ava.identity_user();
  BEGIN
    RETURN QUERY
      SELECT 'vapi', u.vapi_api_key IS NOT NULL, u.vapi_updated_at, u.vapi_verified_at, u.vapi_status::text
        FROM public.users u WHERE u.id = person
      UNION ALL
      SELECT 'twilio', u.twilio_account_sid IS NOT NULL AND u.twilio_auth_token IS NOT NULL,
             u.twilio_updated_at, u.twilio_verified_at, u.twilio_status::text
        FROM public.users u WHERE u.id = person;
  END $$`;
