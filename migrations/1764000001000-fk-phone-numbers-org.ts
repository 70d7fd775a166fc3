import type { MigrationInterface, QueryRunner } from 'typeorm';
import {
  count,
  expectCount,
  ids,
  keepReport,
  lastReport,
  lock,
} from '../src/kernel/database/migration-tools';

interface Report {
  readonly constraint: 'added' | 'found';
  readonly orphans: string[];
  readonly rows: { before: number; after: number };
}

const NAME = 'fk-phone-numbers-org';
const DEFINITION = 'FOREIGN KEY (org_id) REFERENCES users(id) ON DELETE CASCADE';
const IS_ORPHAN = 'NOT EXISTS (SELECT 1 FROM users u WHERE u.id = n.org_id)';

/** A phone number goes with its user. Numbers whose user is already gone are kept aside, never dropped. */
export class FkPhoneNumbersOrg1764000001000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await lock(q, 'users', 'phone_numbers');
    await q.query(`
      CREATE TABLE phone_numbers_quarantine (
        id uuid CONSTRAINT phone_numbers_quarantine_pkey PRIMARY KEY,
        org_id uuid NOT NULL,
        number text NOT NULL,
        label text,
        created_at timestamptz NOT NULL,
        tenant_id uuid,
        reason text NOT NULL
          CONSTRAINT phone_numbers_quarantine_reason_check CHECK (reason IN ('orphan', 'duplicate')),
        quarantined_at timestamptz NOT NULL DEFAULT now())`);
    const before = await count(q, 'phone_numbers');
    const orphans = await ids(q, `SELECT id FROM phone_numbers n WHERE ${IS_ORPHAN} ORDER BY id`);
    await q.query(`
      INSERT INTO phone_numbers_quarantine (id, org_id, number, label, created_at, reason)
      SELECT id, org_id, number, label, created_at, 'orphan' FROM phone_numbers n WHERE ${IS_ORPHAN}`);
    await q.query(`DELETE FROM phone_numbers n WHERE ${IS_ORPHAN}`);
    const after = await count(q, 'phone_numbers');
    expectCount(
      'phone_numbers_quarantine',
      await count(q, 'phone_numbers_quarantine'),
      orphans.length,
    );
    expectCount('phone_numbers', after, before - orphans.length);
    const constraint = await addConstraint(q);
    await keepReport(q, NAME, { constraint, orphans, rows: { before, after } } satisfies Report);
  }

  async down(q: QueryRunner): Promise<void> {
    await lock(q, 'users', 'phone_numbers', 'phone_numbers_quarantine');
    const { constraint } = await lastReport<Report>(q, NAME);
    if (constraint === 'added') {
      await q.query('ALTER TABLE phone_numbers DROP CONSTRAINT fk_phone_numbers_org');
    }
    const before = await count(q, 'phone_numbers');
    const orphans = await count(q, 'phone_numbers_quarantine');
    await q.query(`
      INSERT INTO phone_numbers (id, org_id, number, label, created_at)
      SELECT id, org_id, number, label, created_at FROM phone_numbers_quarantine WHERE reason = 'orphan'`);
    expectCount('phone_numbers', await count(q, 'phone_numbers'), before + orphans);
    await q.query('DROP TABLE phone_numbers_quarantine');
  }
}

/** Who followed the brief's own five-minute fix has the constraint already. */
async function addConstraint(q: QueryRunner): Promise<Report['constraint']> {
  const [found] = await ids(
    q,
    `SELECT pg_get_constraintdef(oid) AS id FROM pg_constraint
      WHERE conrelid = 'phone_numbers'::regclass AND conname = 'fk_phone_numbers_org'`,
  );
  if (found === DEFINITION) return 'found';
  await q.query(`
    ALTER TABLE phone_numbers
    ADD CONSTRAINT fk_phone_numbers_org
    FOREIGN KEY (org_id) REFERENCES users(id) ON DELETE CASCADE`);
  return 'added';
}
