import { randomBytes } from 'node:crypto';
import { migrate } from '../../src/kernel/database/migrate';
import { tables } from '../../src/kernel/database/planes';
import { createDatabase, onDatabase, query, type TestDatabase } from '../support/database';
import { earlierDatabase, newVault, up } from '../support/earlier-database';

const vault = newVault();
const roles: string[] = [];
const databases: TestDatabase[] = [];
const refused = { code: '42501' };

async function use(database: Promise<TestDatabase>): Promise<TestDatabase> {
  databases.push(await database);
  return database;
}

/** A URL of a login that is not used by other tests. */
function loginFor(
  url: string,
  password = `p'"@/${randomBytes(6).toString('hex')}é`,
): { name: string; url: string } {
  const name = `Odd "role' ${randomBytes(4).toString('hex')}`;
  const changed = new URL(url);
  changed.username = encodeURIComponent(name);
  changed.password = encodeURIComponent(password);
  roles.push(name);
  return { name, url: changed.href };
}

const inIdentityPlane = (url: string) =>
  query(url, `SELECT ava.enter_identity($1, NULL, '1000')`, [vault.serverProofs.join()]);

afterAll(async () => {
  const [first] = databases;
  for (const database of databases.slice(1)) await database.drop();
  for (const role of roles) {
    const quoted = `"${role.replaceAll('"', '""')}"`;
    await query(first?.adminUrl ?? '', `DROP OWNED BY ${quoted}`).catch(() => undefined);
    await query(first?.adminUrl ?? '', `DROP ROLE IF EXISTS ${quoted}`);
  }
  await first?.drop();
});

describe("The server's login", () => {
  it('is made from DATABASE_URL, whatever characters are in it', async () => {
    const database = await use(createDatabase('template0'));
    const { name, url } = loginFor(database.serverUrl);

    await migrate({ adminUrl: database.adminUrl, serverUrl: url, vault });

    const [role] = await query(
      url,
      `SELECT current_user AS name, rolsuper, rolcreatedb, rolcreaterole, rolbypassrls, rolreplication
         FROM pg_roles WHERE rolname = current_user`,
    );
    expect(role).toEqual({
      name,
      rolsuper: false,
      rolcreatedb: false,
      rolcreaterole: false,
      rolbypassrls: false,
      rolreplication: false,
    });
  });

  it('sees which migrations are pending, and by itself nothing else', async () => {
    const database = await use(createDatabase('template0'));
    await up(database, vault);
    const as = (sql: string) => query(database.serverUrl, sql);

    for (const table of Object.keys(tables)) {
      for (const statement of [
        `SELECT * FROM ${table}`,
        `DELETE FROM ${table}`,
        `TRUNCATE ${table} CASCADE`,
        `ALTER TABLE ${table} ADD COLUMN x text`,
        `DROP TABLE ${table} CASCADE`,
      ]) {
        await expect(as(statement)).rejects.toMatchObject(refused);
      }
    }
    await as('SELECT * FROM typeorm_migrations');
    for (const forbidden of [
      'DELETE FROM typeorm_migrations',
      'SELECT * FROM phone_numbers_quarantine',
      'SELECT * FROM migration_reports',
      'CREATE TABLE mine (id int)',
      'CREATE SCHEMA mine',
      'CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS $$ SELECT 1 $$',
      'CREATE ROLE mine',
      'ALTER TABLE memberships DISABLE TRIGGER ALL',
      `SET session_replication_role = 'replica'`,
      'ALTER DOMAIN sealed_credential DROP CONSTRAINT sealed_credential_form',
      'DROP DOMAIN sealed_credential CASCADE',
      'ALTER FUNCTION memberships_keep_an_owner() SECURITY INVOKER',
    ]) {
      await expect(as(forbidden)).rejects.toMatchObject(refused);
    }
    expect(await as(`SELECT 1 FROM pg_class WHERE relowner = current_user::regrole`)).toEqual([]);
  });

  it('loses the tables that it owned in the earlier system, and rights that it should not have', async () => {
    const database = await use(earlierDatabase());
    const { name, url } = loginFor(database.serverUrl, 'plain');
    const role = `"${name.replaceAll('"', '""')}"`;
    await query(
      database.adminUrl,
      `CREATE ROLE ${role} LOGIN PASSWORD 'plain' BYPASSRLS; ALTER TABLE users OWNER TO ${role};
       ALTER TABLE alembic_version OWNER TO ${role}; GRANT ALL ON SCHEMA public TO ${role}`,
    );
    const said: string[] = [];

    await migrate({
      adminUrl: database.adminUrl,
      serverUrl: url,
      vault,
      say: (line) => said.push(line),
    });

    expect(said).toContain(`Taken from ${name}, who must not own tables: alembic_version.`);
    expect(
      await query(
        database.adminUrl,
        `SELECT relowner::regrole::text AS owner FROM pg_class WHERE oid = 'users'::regclass`,
      ),
    ).toEqual([{ owner: 'ava_owner' }]);
    expect(said).toContain(`Warning: ${name} may bypass row-level security.`);
    await expect(query(url, 'SELECT * FROM alembic_version')).rejects.toMatchObject(refused);
    await expect(query(url, 'CREATE TABLE mine (id int)')).rejects.toMatchObject(refused);
  });

  it('keeps its password when it is there already', async () => {
    const database = await use(createDatabase('template0'));
    const { url } = loginFor(database.serverUrl, 'first');
    await migrate({ adminUrl: database.adminUrl, serverUrl: url, vault });

    await migrate({ adminUrl: database.adminUrl, serverUrl: url.replace('first', 'other'), vault });

    expect(await query(url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('may be the admin itself, which is said', async () => {
    const database = await use(createDatabase('template0'));
    const said: string[] = [];

    await migrate({
      adminUrl: database.adminUrl,
      serverUrl: database.adminUrl,
      vault,
      say: (line) => said.push(line),
    });

    expect(said.join()).toContain('Give it a login of its own');
  });

  it('is not made without a password, and then nothing is', async () => {
    const database = await use(createDatabase('template0'));
    const { url } = loginFor(database.serverUrl, '');

    await expect(migrate({ adminUrl: database.adminUrl, serverUrl: url, vault })).rejects.toThrow(
      'has no password',
    );
    expect(
      await query(
        database.adminUrl,
        `SELECT 1 FROM pg_class WHERE relnamespace = 'public'::regnamespace`,
      ),
    ).toEqual([]);
  });
});

describe('An admin without superuser rights (managed PostgreSQL)', () => {
  it('migrates the earlier database, makes the login and says what it could not clean', async () => {
    const database = await use(earlierDatabase());
    const admin = loginFor(database.adminUrl, 'admin');
    const server = loginFor(database.serverUrl, 'server');
    const [role, name] = [
      `"${admin.name.replaceAll('"', '""')}"`,
      new URL(database.adminUrl).pathname.slice(1),
    ];
    await query(
      database.adminUrl,
      `CREATE ROLE ${role} LOGIN PASSWORD 'admin' CREATEROLE CREATEDB; ALTER DATABASE ${name} OWNER TO ${role};
       ALTER TABLE alembic_version OWNER TO ${role}; ALTER TABLE tenants OWNER TO ${role};
       ALTER TABLE users OWNER TO ${role}; ALTER TABLE calls OWNER TO ${role};
       ALTER TABLE ava_profiles OWNER TO ${role}; ALTER TABLE phone_numbers OWNER TO ${role};
       GRANT ava_owner, ava_tenant, ava_identity, ava_operator, ava_queue TO ${role} WITH ADMIN OPTION`,
    );
    const said: string[] = [];

    await migrate({
      adminUrl: admin.url,
      serverUrl: server.url,
      vault,
      say: (line) => said.push(line),
    });

    expect(said.join('\n')).toContain('Sealed: 12');
    expect(said.join('\n')).toContain(
      'removes at its next checkpoint. When no other transaction is open, run as a superuser',
    );
    expect(await query(admin.url, 'SELECT id FROM users')).toHaveLength(7);
    expect(await inIdentityPlane(server.url)).toHaveLength(1);
    await expect(query(server.url, 'CREATE TABLE mine (id int)')).rejects.toMatchObject(refused);
    await query(
      database.adminUrl,
      `ALTER DATABASE ${name} OWNER TO postgres; REASSIGN OWNED BY ${role} TO postgres`,
    );
  });
});

it('two databases of one server make the same login at the same moment', async () => {
  const [one, two] = [
    await use(createDatabase('template0')),
    await use(createDatabase('template0')),
  ];
  const { url } = loginFor(one.serverUrl, 'shared');
  const other = onDatabase(url, new URL(two.serverUrl).pathname.slice(1));

  await Promise.all([
    migrate({ adminUrl: one.adminUrl, serverUrl: url, vault }),
    migrate({ adminUrl: two.adminUrl, serverUrl: other, vault }),
  ]);

  expect(await inIdentityPlane(url)).toHaveLength(1);
  expect(await inIdentityPlane(other)).toHaveLength(1);
});
