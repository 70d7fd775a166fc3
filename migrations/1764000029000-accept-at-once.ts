import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Who accepts an invitation twice at the same moment waits for the first time and not for a deadlock to be found: both held a
 * share of their own row, which each had to have alone afterwards, as the address is proven by it.
 */
export class AcceptAtOnce1764000029000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(lockingPerson('FOR SHARE', 'FOR NO KEY UPDATE'));
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(lockingPerson('FOR NO KEY UPDATE', 'FOR SHARE'));
  }
}

const lockingPerson = (before: string, after: string) => `
  DO $$ BEGIN
    EXECUTE replace(pg_get_functiondef('ava.accept_invitation(bytea, text, inet)'::regprocedure), '${before}', '${after}');
  END $$`;
