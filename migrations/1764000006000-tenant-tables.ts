import type { MigrationInterface, QueryRunner } from 'typeorm';
import {
  count,
  expectCount,
  ids,
  keepReport,
  lastReport,
  lock,
} from '../src/kernel/database/migration-tools';
import {
  CALLS_DOWN,
  CALLS_UP,
  PHONE_NUMBERS_DOWN,
  PHONE_NUMBERS_UP,
  PROFILES_DOWN,
  PROFILES_UP,
} from './support/tenant-table-statements';

interface Report {
  /** Numbers that a tenant had twice: the oldest stays, these are in quarantine. */
  readonly duplicates: string[];
  /** Tenants that got the default profile. */
  readonly profiles_made: string[];
  readonly rows: Record<
    'calls' | 'phone_numbers' | 'ava_profiles',
    { before: number; after: number }
  >;
}

const NAME = 'tenant-tables';
const TABLES = ['calls', 'phone_numbers', 'ava_profiles'] as const;
const QUARANTINED = `phone_numbers_quarantine WHERE reason = 'duplicate'`;

/** Tenant first in every key: what belongs to two tenants cannot be stored, and what is not scoped is slow. */
export class TenantTables1764000006000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await lock(q, 'tenants', 'memberships', ...TABLES, 'phone_numbers_quarantine');
    const before = await countAll(q);
    await giveNumbersTheirTenant(q);
    const duplicates = await quarantineDuplicates(q);
    await q.query(PHONE_NUMBERS_UP);
    await q.query(CALLS_UP);
    await q.query(PROFILES_UP);
    const made = await ids(
      q,
      `INSERT INTO ava_profiles (tenant_id, name, voice, tone, created_at, updated_at)
       SELECT id, 'Ava', 'alloy', 'calm', created_at, created_at FROM tenants t
        WHERE NOT EXISTS (SELECT 1 FROM ava_profiles p WHERE p.tenant_id = t.id)
       RETURNING tenant_id AS id`,
    );
    const after = await countAll(q);
    expectCount('calls', after.calls, before.calls);
    expectCount('phone_numbers', after.phone_numbers, before.phone_numbers - duplicates.length);
    expectCount('ava_profiles', after.ava_profiles, await count(q, 'tenants'));
    expectCount('ava_profiles', after.ava_profiles, before.ava_profiles + made.length);
    const rows = Object.fromEntries(
      TABLES.map((table) => [table, { before: before[table], after: after[table] }]),
    ) as Report['rows'];
    await keepReport(q, NAME, {
      duplicates,
      profiles_made: made.toSorted(),
      rows,
    } satisfies Report);
  }

  /** What the earlier tables have no column for is lost. The earlier system gives profiles an id: they get new ones. */
  async down(q: QueryRunner): Promise<void> {
    await lock(q, 'tenants', 'memberships', ...TABLES, 'phone_numbers_quarantine');
    await refuseAmbiguousNumbers(q);
    const before = await countAll(q);
    const quarantined = await count(q, QUARANTINED);
    const removed = await removeUntouchedProfiles(q);
    await q.query(CALLS_DOWN);
    await q.query(PHONE_NUMBERS_DOWN);
    await q.query(PROFILES_DOWN);
    await q.query(`
      INSERT INTO phone_numbers (id, org_id, number, label, created_at)
      SELECT id, org_id, number, label, created_at FROM ${QUARANTINED};
      DELETE FROM ${QUARANTINED}`);
    const after = await countAll(q);
    expectCount('calls', after.calls, before.calls);
    expectCount('phone_numbers', after.phone_numbers, before.phone_numbers + quarantined);
    expectCount('ava_profiles', after.ava_profiles, before.ava_profiles - removed);
  }
}

async function countAll(q: QueryRunner): Promise<Record<(typeof TABLES)[number], number>> {
  const counts = { calls: 0, phone_numbers: 0, ava_profiles: 0 };
  for (const table of TABLES) counts[table] = await count(q, table);
  return counts;
}

async function giveNumbersTheirTenant(q: QueryRunner): Promise<void> {
  await q.query(`
    ALTER TABLE phone_numbers ADD COLUMN tenant_id uuid, ADD COLUMN updated_at timestamptz;
    UPDATE phone_numbers n
       SET updated_at = created_at,
           tenant_id = (SELECT m.tenant_id FROM memberships m WHERE m.user_id = n.org_id
                         ORDER BY m.created_at, m.tenant_id LIMIT 1)`);
  expectCount(
    'phone_numbers without a tenant',
    await count(q, 'phone_numbers WHERE tenant_id IS NULL'),
    0,
  );
}

async function quarantineDuplicates(q: QueryRunner): Promise<string[]> {
  const duplicates = await ids(
    q,
    `SELECT id FROM (
       SELECT id, row_number() OVER (PARTITION BY tenant_id, number ORDER BY created_at, id) AS place
       FROM phone_numbers) ranked
     WHERE place > 1 ORDER BY id`,
  );
  const before = await count(q, QUARANTINED);
  await q.query(
    `INSERT INTO phone_numbers_quarantine (id, org_id, number, label, created_at, tenant_id, reason)
     SELECT id, org_id, number, label, created_at, tenant_id, 'duplicate'
       FROM phone_numbers WHERE id = ANY ($1::uuid[])`,
    [duplicates],
  );
  await q.query('DELETE FROM phone_numbers WHERE id = ANY ($1::uuid[])', [duplicates]);
  expectCount('phone_numbers_quarantine', await count(q, QUARANTINED), before + duplicates.length);
  return duplicates;
}

/** Without its tenant, a number is found again through its user, who must then belong to one tenant only. */
async function refuseAmbiguousNumbers(q: QueryRunner): Promise<void> {
  const ambiguous = await count(
    q,
    `phone_numbers n WHERE (SELECT count(*) FROM memberships m WHERE m.user_id = n.org_id) > 1`,
  );
  if (ambiguous === 0) return;
  throw new Error(
    `${ambiguous} phone numbers belong to users of several tenants, and the earlier table cannot tell which one. ` +
      'Nothing was changed.',
  );
}

async function removeUntouchedProfiles(q: QueryRunner): Promise<number> {
  const { profiles_made: made } = await lastReport<Report>(q, NAME);
  const removed = await ids(
    q,
    `WITH gone AS (
       DELETE FROM ava_profiles
        WHERE tenant_id = ANY ($1::uuid[]) AND version = 1 AND updated_at = created_at
          AND (name, voice, tone, language, first_message, instructions) = ('Ava', 'alloy', 'calm', 'en', '', '')
       RETURNING tenant_id)
     SELECT tenant_id AS id FROM gone`,
    [made],
  );
  return removed.length;
}
