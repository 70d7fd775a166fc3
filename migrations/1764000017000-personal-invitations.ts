import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What is held about a person has invitations in it: those that were sent to the address, and those sent by the person. */
export class PersonalInvitations1764000017000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      CREATE INDEX invitations_email_idx ON invitations (lower(email));
      CREATE INDEX invitations_invited_by_idx ON invitations (tenant_id, invited_by);

      CREATE FUNCTION ava.my_invitations(most integer)
      RETURNS TABLE (tenant_id uuid, tenant_name text, email text, role text, sent boolean, created_at timestamptz,
                     expires_at timestamptz, accepted_at timestamptz, declined_at timestamptz, revoked_at timestamptz)
      LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      DECLARE
        person CONSTANT uuid := ava.identity_user();
        address CONSTANT text := (SELECT lower(u.email) FROM public.users u WHERE u.id = person);
      BEGIN
        RETURN QUERY
          SELECT i.tenant_id, t.name, i.email, i.role, i.invited_by IS NOT DISTINCT FROM person, i.created_at,
                 i.expires_at, i.accepted_at, i.declined_at, i.revoked_at
            FROM (SELECT * FROM public.invitations WHERE lower(invitations.email) = address
                  UNION
                  SELECT s.* FROM public.memberships m
                    JOIN public.invitations s ON s.tenant_id = m.tenant_id AND s.invited_by = person
                   WHERE m.user_id = person) i
            JOIN public.tenants t ON t.id = i.tenant_id
           ORDER BY i.created_at DESC, i.id LIMIT most;
      END $$`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`
      DROP FUNCTION ava.my_invitations(integer);
      DROP INDEX invitations_invited_by_idx, invitations_email_idx`);
  }
}
