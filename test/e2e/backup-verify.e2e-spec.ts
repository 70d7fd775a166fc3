import { verifyBackup } from '../../src/commands/backup-verify';
import { AdminSession } from '../../src/kernel/database/admin-session';
import { tables } from '../../src/kernel/database/planes';
import { Vault } from '../../src/kernel/security/vault';
import { createDatabase, onDatabase, query, type TestDatabase } from '../support/database';
import { encryptionKey } from '../support/keys';
import { audit, findings } from '../support/security-audit';
import { build } from '../support/server-process';
import { auditOf, ava, MARKER, store, vaultOf } from '../support/stored-credentials';
import { tenantWith } from '../support/tenants-in-sql';

/** The live database with somebody in it, and a copy as a restore of today's dump would give it. */
let live: TestDatabase;
let copy: TestDatabase;
let owner: string;

beforeAll(build, 120_000);
beforeEach(async () => {
  live = await createDatabase();
  const { tenant, people } = await tenantWith(live.adminUrl, 'owner');
  owner = people[0] ?? '';
  const sealed = vaultOf(encryptionKey).seal('users.vapi_api_key', owner, MARKER);
  await store(live, owner, 'vapi_api_key', sealed);
  await query(
    live.adminUrl,
    'INSERT INTO calls (tenant_id, id, created_at) VALUES ($1, gen_random_uuid(), now())',
    [tenant],
  );
  copy = await copyOf(live);
});
afterEach(async () => {
  await copy.drop();
  await live.drop();
});

async function copyOf({ adminUrl, serverUrl }: TestDatabase): Promise<TestDatabase> {
  const name = new URL(adminUrl).pathname.slice(1);
  const onMain = onDatabase(adminUrl, 'postgres');
  await query(onMain, `CREATE DATABASE ${name}_copy TEMPLATE ${name}`);
  return {
    adminUrl: onDatabase(adminUrl, `${name}_copy`),
    serverUrl: onDatabase(serverUrl, `${name}_copy`),
    drop: async () => {
      await query(onMain, `DROP DATABASE IF EXISTS ${name}_copy WITH (FORCE)`);
    },
  };
}

interface Outcome {
  readonly works: boolean;
  readonly said: string;
}

async function verify(url = copy.adminUrl, keys = encryptionKey): Promise<Outcome> {
  const session = await AdminSession.open(live.adminUrl);
  const lines: string[] = [];
  const say = (line: string) => lines.push(line);
  try {
    const command = { session, vault: vaultOf(keys), serverUrl: live.serverUrl, say };
    return { works: await verifyBackup(command, url), said: lines.join('\n') };
  } finally {
    await session.close();
  }
}

const change = (sql: string) => query(copy.adminUrl, sql);
const recorded = () => auditOf(live, 'backup.verify');

describe('backup:verify', () => {
  it('ends with 0 for a copy that would work, and writes that down where the audit looks', async () => {
    expect(findings(await audit(live)).backups).toContain('no restored backup is known');

    const { status, stdout, said } = ava(
      live,
      encryptionKey,
      'backup:verify',
      '--restored',
      copy.adminUrl,
    );

    expect(stdout).toContain('This copy would work.');
    expect(stdout).toMatch(/Rows: .*\busers 1 \(live 1\)/);
    expect(stdout).toMatch(/Newest row of the copy: 20\d\d-/);
    expect(status).toBe(0);
    expect(said).not.toContain(MARKER);
    expect(findings(await audit(live)).backups).toBeUndefined();
    expect(await recorded()).toMatchObject([
      { actor_id: null, details: { rows: { users: 1, calls: 1 }, keys: [expect.any(String)] } },
    ]);
    expect(await auditOf(copy, 'backup.verify')).toEqual([]);
  });

  it('may be asked twice of one copy', async () => {
    await verify();

    expect((await verify()).works).toBe(true);

    expect(await recorded()).toHaveLength(2);
  });

  it('ends with 1 for a copy that lacks something, names all of it, and records nothing', async () => {
    await change(`
      ALTER TABLE calls DROP CONSTRAINT calls_tenant_id_fkey, DROP COLUMN transcript CASCADE;
      ALTER DOMAIN sealed_credential DROP CONSTRAINT sealed_credential_form;
      DROP INDEX audit_events_tenant_idx;
      DROP TRIGGER audit_events_append_only ON audit_events;
      ALTER TABLE memberships DISABLE TRIGGER memberships_last_owner;
      DROP FUNCTION ava.my_credential_usage();
      REVOKE SELECT ON users FROM ava_tenant;
      DELETE FROM ava.server_proofs;
      SET session_replication_role = replica;
      DELETE FROM tenants`);

    const { works, said } = await verify();

    for (const problem of [
      'it lacks constraint calls.calls_tenant_id_fkey',
      'it lacks column calls.transcript text',
      'it lacks constraint sealed_credential.sealed_credential_form',
      'it lacks index audit_events_tenant_idx',
      'it lacks trigger audit_events.audit_events_append_only',
      'it lacks trigger memberships.memberships_last_owner',
      'it lacks function ava.my_credential_usage()',
      'ava_tenant lacks',
      'it does not know this ENCRYPTION_KEY',
      'tenants is empty, and is not in the live database',
      'calls.tenant_id: 1 rows whose parent does not exist',
    ])
      expect(said).toContain(`problem: ${problem}`);
    expect(works).toBe(false);
    expect(await recorded()).toEqual([]);
  });

  it('names the first twenty things that are gone, and how many more there are', async () => {
    await change(
      'DROP TABLE phone_numbers_quarantine, migration_reports; DROP FUNCTION memberships_keep_an_owner() CASCADE',
    );

    const { works, said } = await verify();

    expect(said).toContain('problem: it lacks column phone_numbers_quarantine.');
    expect(said.match(/^problem: /gm)).toHaveLength(20);
    expect(said).toMatch(/^and \d+ more$/m);
    expect(works).toBe(false);
  });

  it('ends with 1 when the keys given do not open what is stored', async () => {
    const { works, said } = await verify(copy.adminUrl, Vault.generateKey());

    expect(said).toContain(`unreadable: user ${owner} vapi_api_key unknown_key`);
    expect(said).toContain('problem: it does not know this ENCRYPTION_KEY');
    expect(said).toContain('problem: stored credentials do not open');
    expect(works).toBe(false);
    expect(await recorded()).toEqual([]);
  });

  it('ends with 1 when one credential of the copy is damaged, whatever the live one holds', async () => {
    const other = vaultOf(encryptionKey).seal('users.twilio_auth_token', owner, MARKER);
    await store(copy, owner, 'vapi_api_key', other);

    const { works, said } = await verify();

    expect(said).toContain(`unreadable: user ${owner} vapi_api_key damaged`);
    expect(works).toBe(false);
  });

  it('stops at a copy without a policy, a table, a migration, or anything at all', async () => {
    await change('DROP POLICY users_owner ON users');
    await expect(verify()).rejects.toThrow('users has no policy for ava_owner');
    await change('DROP TABLE calls CASCADE');
    await expect(verify()).rejects.toThrow('not whole: calls is missing');
    await change(`DELETE FROM typeorm_migrations WHERE name LIKE 'OperatorPlane%'`);
    await expect(verify()).rejects.toThrow(/lacks migrations: OperatorPlane\d+\. Run `npm run mig/);
    await change('DROP SCHEMA ava, public CASCADE; CREATE SCHEMA public');
    await expect(verify()).rejects.toThrow('The copy lacks migrations: Baseline');

    expect(await recorded()).toEqual([]);
  });

  it('is not taken in by the live database itself', async () => {
    await expect(verify(live.adminUrl)).rejects.toThrow('This is the live database itself');

    expect(await recorded()).toEqual([]);
  });

  it('only reads the copy', async () => {
    const rows = () =>
      Promise.all(Object.keys(tables).map((name) => change(`SELECT * FROM ${name} ORDER BY 1, 2`)));
    const before = await rows();

    await verify();

    expect(await rows()).toEqual(before);
  });
});
