import type { MigrationInterface, QueryRunner } from 'typeorm';
import { SECURITY_COUNTS } from './support/security-counts';

/** The way into the operator plane, and the one thing beyond its columns that it may ask: numbers for the security report. */
export class OperatorPlane1764000010000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      CREATE FUNCTION ava.enter_operator(session uuid, person uuid, tenant uuid, timeout text) RETURNS text
      LANGUAGE plpgsql AS $$
      DECLARE
        current CONSTANT text := ava.enter_tenant(session, person, tenant, timeout);
      BEGIN
        PERFORM pg_catalog.set_config('role', 'ava_operator', true);
        IF ava.operator_id() IS NULL THEN
          RAISE EXCEPTION 'not an operator' USING ERRCODE = 'AVA04';
        END IF;
        RETURN current;
      END $$;
      ${SECURITY_COUNTS};
      REVOKE ALL ON FUNCTION ava.enter_operator, ava.security_counts FROM PUBLIC`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query('DROP FUNCTION ava.enter_operator, ava.security_counts');
  }
}
