import { catalogueOf, rowsOf } from '../support/catalogue';
import { createDatabase, query, type TestDatabase } from '../support/database';
import { earlierDatabase, newVault, up } from '../support/earlier-database';

const vault = newVault();
const databases: TestDatabase[] = [];

async function use(database: Promise<TestDatabase>): Promise<TestDatabase> {
  databases.push(await database);
  return database;
}

afterAll(async () => {
  for (const database of databases) await database.drop();
});

describe('Migrations that fail', () => {
  it.each([
    [
      'at the first step',
      'ALTER TABLE tenants DROP COLUMN name',
      'is not the one of the earlier Ava system. It lacks: name (text)',
    ],
    ['while sealing', `CREATE VIEW keys AS SELECT vapi_api_key FROM users`, 'used by a view'],
    ['at the accounts', `CREATE VIEW addresses AS SELECT email FROM users`, 'used by a view'],
    [
      'at the last step',
      'CREATE INDEX calls_phone_number_idx ON calls (customer)',
      'calls_phone_number_idx',
    ],
    [
      'because a row went missing at the last step',
      `CREATE FUNCTION eat() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
       CREATE TRIGGER eat BEFORE INSERT ON ava_profiles FOR EACH ROW EXECUTE FUNCTION eat()`,
      'ava_profiles: 6 rows were expected, there are 2. Nothing was changed.',
    ],
  ])('%s leave the earlier database as it was', async (_, change, message) => {
    const database = await use(earlierDatabase(change));
    const before = [
      await catalogueOf(database.adminUrl),
      await rowsOf(database.adminUrl),
      await files(database),
    ];

    const migrating = up(database, vault);

    await expect(migrating).rejects.toThrow(message);
    await expect(migrating).rejects.not.toThrow(/sk_|gAAAA/);
    expect([
      await catalogueOf(database.adminUrl),
      await rowsOf(database.adminUrl),
      await files(database),
    ]).toEqual(before);
  });

  it('refuse tables that only have the same names', async () => {
    const database = await use(createDatabase('template0'));
    await query(database.adminUrl, 'CREATE TABLE users (id serial PRIMARY KEY, email text)');

    await expect(up(database, vault)).rejects.toThrow(
      'There is a table "users" that is not the one of the earlier Ava system',
    );
    expect(await rowsOf(database.adminUrl)).toEqual({ users: [] });
  });
});

describe('An earlier database that is half way', () => {
  it('may have the foreign key of the brief already', async () => {
    const database = await use(
      earlierDatabase(
        `DELETE FROM phone_numbers WHERE label = 'orphelin';
         ALTER TABLE phone_numbers ADD CONSTRAINT fk_phone_numbers_org
         FOREIGN KEY (org_id) REFERENCES users(id) ON DELETE CASCADE`,
      ),
    );

    await up(database, vault);

    const keys = await query(
      database.adminUrl,
      `SELECT conname AS name FROM pg_constraint WHERE conrelid = 'phone_numbers'::regclass AND contype = 'f' ORDER BY 1`,
    );
    expect(keys.map((key) => key.name as string)).toEqual([
      'fk_phone_numbers_org',
      'phone_numbers_membership_fkey',
      'phone_numbers_tenant_id_fkey',
    ]);
  });

  it('may lack tables', async () => {
    const database = await use(earlierDatabase('DROP TABLE phone_numbers, ava_profiles'));

    const said = (await up(database, vault)).join('\n');

    expect(said).toContain('Tables adopted from the earlier system (3): tenants, users, calls.');
    expect(said).toContain('Tables made (2): ava_profiles, phone_numbers.');
  });

  it('may have other columns, lengths and kinds of text', async () => {
    const database = await use(
      earlierDatabase(
        `ALTER TABLE users ALTER COLUMN vapi_api_key TYPE text, ALTER COLUMN onboarding_flags TYPE jsonb USING onboarding_flags::jsonb;
         ALTER TABLE calls ADD COLUMN note text DEFAULT 'x'`,
      ),
    );

    await up(database, vault);

    expect(await query(database.adminUrl, `SELECT 1 FROM calls WHERE note = 'x'`)).toHaveLength(44);
  });
});

/** Which file holds which table: shows whether a table was written anew. */
function files(database: TestDatabase) {
  return query(
    database.adminUrl,
    `SELECT relname, pg_relation_filenode(oid) FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1`,
  );
}
