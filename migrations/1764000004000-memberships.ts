import type { MigrationInterface, QueryRunner } from 'typeorm';
import {
  count,
  expectCount,
  ids,
  keepReport,
  lastReport,
  lock,
  select,
} from '../src/kernel/database/migration-tools';
import { ACCOUNTS, type AccountsReport } from './1764000003000-accounts';
import { DROP_MEMBERSHIP_RULES, MEMBERSHIP_RULES } from './support/membership-rules';

interface Report {
  readonly tenants: { before: number; after: number };
  readonly memberships: number;
  readonly owners: number;
  /** Tenants made for users who had none. */
  readonly solo_tenants: { id: string; user: string }[];
  /** Tenants in which there is nobody. */
  readonly ownerless_tenants: string[];
}

const NAME = 'memberships';

// The same id each time, so that going back and forth ends where it began. Marked as a name-based UUID.
const SOLO_ID = `overlay(overlay(left(encode(sha256(convert_to('ava/solo-tenant/' || u.id, 'UTF8')), 'hex'), 32)
  placing '5' from 13) placing '8' from 17)::uuid`;

/** One rule for everybody: who works in a tenant is its member, and somebody owns it. */
export class Memberships1764000004000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await lock(q, 'tenants', 'users');
    const [before, users] = [await count(q, 'tenants'), await count(q, 'users')];
    await q.query(`
      ALTER TABLE tenants ALTER COLUMN name TYPE text, ADD COLUMN suspended_at timestamptz;
      CREATE TABLE memberships (
        tenant_id uuid NOT NULL,
        user_id uuid NOT NULL,
        role text NOT NULL CONSTRAINT memberships_role_check CHECK (role IN ('owner', 'admin', 'member')),
        created_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT memberships_pkey PRIMARY KEY (tenant_id, user_id))`);
    const solo = await makeSoloTenants(q);
    await q.query(`
      INSERT INTO memberships (tenant_id, user_id, role, created_at)
      SELECT tenant, id, CASE row_number() OVER (PARTITION BY tenant ORDER BY created_at, id)
                           WHEN 1 THEN 'owner' ELSE 'member' END, created_at
        FROM (SELECT u.id, u.created_at, coalesce(u.tenant_id, ${SOLO_ID}) AS tenant FROM users u) placed;
      CREATE INDEX memberships_user_id_idx ON memberships (user_id);
      ALTER TABLE memberships
        ADD CONSTRAINT memberships_tenant_id_fkey FOREIGN KEY (tenant_id)
          REFERENCES tenants(id) ON DELETE CASCADE,
        ADD CONSTRAINT memberships_user_id_fkey FOREIGN KEY (user_id)
          REFERENCES users(id) ON DELETE CASCADE`);
    const after = await count(q, 'tenants');
    const ownerless = await ids(
      q,
      `SELECT id FROM tenants t WHERE NOT EXISTS (SELECT 1 FROM memberships m WHERE m.tenant_id = t.id) ORDER BY id`,
    );
    const owners = await count(q, `memberships WHERE role = 'owner'`);
    expectCount('tenants', after, before + solo.length);
    expectCount('memberships', await count(q, 'memberships'), users);
    expectCount('owners', owners, after - ownerless.length);
    await q.query('ALTER TABLE users DROP COLUMN tenant_id');
    await q.query(MEMBERSHIP_RULES);
    await keepReport(q, NAME, {
      tenants: { before, after },
      memberships: users,
      owners,
      solo_tenants: solo,
      ownerless_tenants: ownerless,
    } satisfies Report);
  }

  /** Roles are lost, and the earlier system knows no suspended tenant. It has room for one tenant a user only. */
  async down(q: QueryRunner): Promise<void> {
    await lock(q, 'tenants', 'users', 'memberships');
    const users = await count(q, 'users');
    const torn = await count(
      q,
      '(SELECT 1 FROM memberships GROUP BY user_id HAVING count(*) > 1) AS torn',
    );
    if (torn > 0) {
      throw new Error(
        `${torn} users belong to several tenants, for which the earlier system has no room. Nothing was changed.`,
      );
    }
    await q.query(`
      ALTER TABLE users ADD COLUMN tenant_id uuid
        CONSTRAINT users_tenant_id_fkey REFERENCES tenants(id);
      UPDATE users u SET tenant_id = m.tenant_id FROM memberships m WHERE m.user_id = u.id;
      DROP TABLE memberships`);
    await q.query(DROP_MEMBERSHIP_RULES);
    await removeUnusedSoloTenants(q);
    await q.query(
      'ALTER TABLE tenants DROP COLUMN suspended_at, ALTER COLUMN name TYPE varchar(255)',
    );
    expectCount('users', await count(q, 'users'), users);
  }
}

async function makeSoloTenants(q: QueryRunner): Promise<Report['solo_tenants']> {
  const { duplicates } = await lastReport<AccountsReport>(q, ACCOUNTS);
  const solo = await select<{ id: string; user: string }>(
    q,
    `SELECT ${SOLO_ID} AS id, u.id AS user FROM users u WHERE u.tenant_id IS NULL ORDER BY u.id`,
  );
  // Who lost his address to a namesake still finds his tenant under the name he knows.
  await q.query(
    `INSERT INTO tenants (id, name, created_at)
     SELECT ${SOLO_ID}, coalesce(nullif(btrim(regexp_replace(coalesce(d.email, u.email), '@[^@]*$', '')), ''), 'Ava'),
            u.created_at
       FROM users u LEFT JOIN jsonb_to_recordset($1::jsonb) AS d(id uuid, email text) ON d.id = u.id
      WHERE u.tenant_id IS NULL`,
    [JSON.stringify(duplicates)],
  );
  return solo;
}

/** A tenant that came with `up` goes again, unless it has become more than the place of its one user. */
async function removeUnusedSoloTenants(q: QueryRunner): Promise<void> {
  const { solo_tenants: solo } = await lastReport<Report>(q, NAME);
  const unused = await ids(
    q,
    `SELECT t.id FROM tenants t
      WHERE t.id = ANY ($1::uuid[])
        AND NOT EXISTS (SELECT 1 FROM calls c WHERE c.tenant_id = t.id)
        AND NOT EXISTS (SELECT 1 FROM ava_profiles p WHERE p.tenant_id = t.id)
        AND (SELECT count(*) FROM users u WHERE u.tenant_id = t.id) <= 1`,
    [solo.map((tenant) => tenant.id)],
  );
  await q.query('UPDATE users SET tenant_id = NULL WHERE tenant_id = ANY ($1::uuid[])', [unused]);
  await q.query('DELETE FROM tenants WHERE id = ANY ($1::uuid[])', [unused]);
}
