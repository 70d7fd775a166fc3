import { migrationNames } from '../../src/kernel/database/data-source';
import { pendingMigrations } from '../../src/kernel/database/migrate';
import { parseKeyring, Vault } from '../../src/kernel/security/vault';
import { catalogueOf, rowsOf } from '../support/catalogue';
import { createDatabase, nameOf, query, type TestDatabase } from '../support/database';
import { credentialsOf, down, earlierDatabase, newVault, up } from '../support/earlier-database';

const vault = newVault();
const databases: TestDatabase[] = [];

async function use(database: Promise<TestDatabase>): Promise<TestDatabase> {
  databases.push(await database);
  return database;
}

afterAll(async () => {
  for (const database of databases) await database.drop();
});

/** Differ with every run: reports are added, and each sealing has its own IV. */
const VOLATILE = [
  'migration_reports',
  'typeorm_migrations',
  'phone_numbers_quarantine.quarantined_at',
  'users.vapi_api_key',
  'users.twilio_account_sid',
  'users.twilio_auth_token',
];

describe('Migrations of an empty database', () => {
  it('go up, down and up again to the same schema', async () => {
    const database = await use(createDatabase('template0'));
    await up(database, vault);
    const first = await catalogueOf(database.adminUrl);

    await down(database, vault);
    const reverted = await catalogueOf(database.adminUrl);
    await up(database, vault);

    expect(first.length).toBeGreaterThan(150);
    expect(reverted.filter((line) => !/typeorm_migrations|"?PK_/.test(line))).toEqual([]);
    expect(await catalogueOf(database.adminUrl)).toEqual(first);
  });

  it('name every constraint and index by hand', async () => {
    const database = await use(createDatabase('template0'));
    await up(database, vault);

    const names = await query<{ name: string }>(
      database.adminUrl,
      `SELECT conname AS name FROM pg_constraint WHERE connamespace = 'public'::regnamespace
       UNION SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'typeorm_migrations'`,
    );

    expect(
      names.filter(
        ({ name }) => /[0-9a-f]{12}|_fkey1|_check1|_idx1/.test(name) && !name.startsWith('PK_'),
      ),
    ).toEqual([]);
  });

  it('put the tenant first in every key of a tenant table', async () => {
    const database = await use(createDatabase('template0'));
    await up(database, vault);

    const keys = await query<{ name: string; first: string }>(
      database.adminUrl,
      `SELECT c.conname AS name, a.attname AS first
         FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        WHERE c.conrelid IN ('calls'::regclass, 'ava_profiles'::regclass, 'phone_numbers'::regclass, 'memberships'::regclass)
          AND c.contype IN ('p', 'u', 'f')`,
    );

    expect(keys.length).toBeGreaterThanOrEqual(10);
    expect(
      keys
        .filter((key) => key.first !== 'tenant_id')
        .map((key) => key.name)
        .toSorted(),
    ).toEqual(['fk_phone_numbers_org', 'memberships_user_id_fkey']);
  });

  it('are safe to start twice at the same moment, and find nothing to do later', async () => {
    const database = await use(createDatabase('template0'));

    const said = await Promise.all([up(database, vault), up(database, vault), up(database, vault)]);
    const after = await rowsOf(database.adminUrl);
    const later = await up(database, vault);

    expect(
      said.filter((lines) => lines.some((line) => line.startsWith('Migrations run'))),
    ).toHaveLength(1);
    expect(said.flat()).toContain('Another process is migrating this database: waiting for it.');
    expect(later).toEqual(['The database is up to date.']);
    expect(await rowsOf(database.adminUrl)).toEqual(after);
  });

  it('tell the server what is pending', async () => {
    const database = await use(createDatabase('template0'));
    const pendingFor = (url: string) =>
      pendingMigrations({ query: (sql, parameters) => query(url, sql, parameters ?? []) });

    const before = await pendingFor(database.adminUrl);
    await up(database, vault);
    const after = await pendingFor(database.serverUrl);
    await down(database, vault, 2);

    expect(before).toEqual(migrationNames);
    expect(after).toEqual([]);
    expect(await pendingFor(database.serverUrl)).toEqual(migrationNames.slice(-2));
  });
});

describe('Migrations of the earlier database', () => {
  it('make the same schema as in an empty one', async () => {
    const empty = await use(createDatabase('template0'));
    const earlier = await use(earlierDatabase());
    await up(empty, vault);
    await up(earlier, vault);

    const [made, migrated] = [
      await catalogueOf(empty.adminUrl),
      await catalogueOf(earlier.adminUrl),
    ];

    expect(migrated.filter((line) => !line.includes('alembic_version'))).toEqual(made);
  });

  it('give back what was there when they go down', async () => {
    const database = await use(earlierDatabase());
    const catalogue = await catalogueOf(database.adminUrl);
    const rows = await earlierRows(database);

    await up(database, vault);
    await down(database, vault);

    expect(await earlierRows(database)).toEqual(rows);
    const unordered = (lines: string[]) =>
      lines
        .filter((line) => !/typeorm_migrations|"?PK_/.test(line))
        .map((line) => line.replace(/#\d+/, ''))
        .toSorted();
    expect(unordered(await catalogueOf(database.adminUrl))).toEqual(unordered(catalogue));
  });

  describe('step by step', () => {
    let goingDown: TestDatabase;
    let gone = 0;
    let before: unknown[];
    beforeAll(async () => {
      goingDown = await use(earlierDatabase());
      await up(goingDown, vault);
      before = await all(goingDown);
    });

    it.each(migrationNames.toReversed().map((name, i) => [i + 1, name] as const))(
      'are the same after %i steps down (to before %s) and up again',
      async (steps) => {
        await down(goingDown, vault, steps - gone);
        gone = steps;
        const database = await use(createDatabase(nameOf(goingDown)));

        await up(database, vault);

        expect(await all(database)).toEqual(before);
      },
    );
  });

  it('do not go down with another key, and name the row but no value', async () => {
    const database = await use(earlierDatabase());
    await up(database, vault);
    await down(database, vault, migrationNames.length - 3);
    const before = await rowsOf(database.adminUrl);
    const other = new Vault(parseKeyring(Vault.generateKey()));

    const going = down(database, other, 1);

    await expect(going).rejects.toThrow(
      /The \w+ of user [0-9a-f-]{36} does not open with ENCRYPTION_KEY/,
    );
    await expect(going).rejects.not.toThrow(/sk_|gAAAA/);
    expect(await rowsOf(database.adminUrl)).toEqual(before);
  });

  it('do not go down while somebody belongs to two tenants', async () => {
    const database = await use(earlierDatabase());
    await up(database, vault);
    await query(
      database.adminUrl,
      `INSERT INTO memberships (tenant_id, user_id, role)
       SELECT t.id, u.id, 'member' FROM tenants t, users u WHERE t.name = 'Bob & Fils' AND u.email = 'alice@x.com'`,
    );
    const newer = migrationNames.length - 1 - migrationNames.indexOf('TenantTables1764000006000');
    await down(database, vault, newer);
    const before = await rowsOf(database.adminUrl);

    await expect(down(database, vault, 1)).rejects.toThrow(
      'phone numbers belong to users of several tenants',
    );
    expect(await rowsOf(database.adminUrl)).toEqual(before);
  });
});

/** Schema, rows and what their credentials open to. */
async function all(database: TestDatabase): Promise<unknown[]> {
  return [
    await catalogueOf(database.adminUrl),
    await rowsOf(database.adminUrl, VOLATILE),
    await credentialsOf(database, vault),
  ];
}

/** Without what going down cannot keep: the id of a profile and the order of keys in the flags. */
async function earlierRows(database: TestDatabase): Promise<Record<string, string[]>> {
  await query(
    database.adminUrl,
    'CREATE TABLE flags AS SELECT id, onboarding_flags::jsonb FROM users',
  );
  const rows = await rowsOf(database.adminUrl, [
    'ava_profiles.id',
    'users.onboarding_flags',
    'typeorm_migrations',
  ]);
  await query(database.adminUrl, 'DROP TABLE flags');
  return rows;
}
