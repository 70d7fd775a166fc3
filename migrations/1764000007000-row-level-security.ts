import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ensurePlanes, giveToOwner, takeFromOwner } from '../src/kernel/database/plane-roles';
import { PLANE_FUNCTIONS } from './support/plane-functions';
import { POLICIES_DOWN, POLICIES_UP } from './support/plane-policies';

/** The database itself shows each plane its own rows and no others. */
export class RowLevelSecurity1764000007000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await ensurePlanes(q);
    await q.query(PLANE_FUNCTIONS);
    await q.query(POLICIES_UP);
    // Every login asks whether a hash of the earlier system is left.
    await q.query(`CREATE INDEX users_bcrypt_idx ON users ((true)) WHERE password_hash LIKE '$2%'`);
    await giveToOwner(q);
  }

  /** The roles stay: they belong to the whole server, and other databases may use them. */
  async down(q: QueryRunner): Promise<void> {
    await takeFromOwner(q);
    await q.query('DROP INDEX users_bcrypt_idx');
    await q.query(POLICIES_DOWN);
    await q.query('DROP SCHEMA ava CASCADE');
  }
}
