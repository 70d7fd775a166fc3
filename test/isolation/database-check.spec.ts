import { randomBytes } from 'node:crypto';
import { migrate } from '../../src/kernel/database/migrate';
import { tables } from '../../src/kernel/database/planes';
import { parseKeyring, Vault } from '../../src/kernel/security/vault';
import { encryptionKey, startApp } from '../support/app';
import { Client } from '../support/client';
import { createDatabase, query, type TestDatabase } from '../support/database';

/** A migrated database and the login of its server: both of this one test, as a login belongs to the whole server. */
let database: TestDatabase;
let login: string;
let serverUrl: string;

const SUPERUSER = 'postgres';
const vault = new Vault(parseKeyring(encryptionKey));

async function newLogin(): Promise<void> {
  login = `t_login_${randomBytes(6).toString('hex')}`;
  const url = new URL(database.serverUrl);
  url.username = login;
  url.password = 'of-this-test-only';
  serverUrl = url.href;
  await migrate({ adminUrl: database.adminUrl, serverUrl, vault });
}

async function dropLogin(): Promise<void> {
  const onMain = new URL(database.adminUrl);
  onMain.pathname = '/postgres';
  await query(onMain.href, `DROP ROLE IF EXISTS ${login}`);
}

/** @param change SQL in which `$login` stands for the login and `$database` for its database */
async function change(text: string): Promise<void> {
  const name = new URL(database.adminUrl).pathname.slice(1);
  await query(
    database.adminUrl,
    text.replaceAll('$login', login).replaceAll('$database', name).replaceAll('$super', SUPERUSER),
  );
}

/** @returns why the server does not start; fails when it does */
async function refusal(): Promise<string> {
  const starting = startApp({ DATABASE_URL: serverUrl }, database);
  const outcome = await starting.then(
    () => 'it started',
    (error: unknown) => (error as Error).message,
  );
  // A failed start leaves its pool to the end of the process, which is why the database goes with FORCE.
  return outcome;
}

describe('a server whose login could get past the policies', () => {
  beforeEach(async () => {
    database = await createDatabase();
    await newLogin();
  });
  afterEach(async () => {
    await database.drop();
    await dropLogin();
  });

  it.each([
    ['is a superuser', 'ALTER ROLE $login SUPERUSER', 'is a superuser'],
    ['has BYPASSRLS', 'ALTER ROLE $login BYPASSRLS', 'may bypass row-level security'],
    ['has CREATEROLE', 'ALTER ROLE $login CREATEROLE', 'may make logins and join any role'],
    [
      'has REPLICATION',
      'ALTER ROLE $login REPLICATION',
      'may read the whole database by replication',
    ],
    ['owns a table of ours', 'ALTER TABLE calls OWNER TO $login', 'owns tables'],
    [
      'owns a table that is not ours',
      'CREATE TABLE mine (); ALTER TABLE mine OWNER TO $login',
      'owns tables',
    ],
    ['is a member of ava_owner', 'GRANT ava_owner TO $login', 'is a member of a role'],
    ['is a member of a superuser', 'GRANT $super TO $login', 'is a member of a role'],
    [
      'is a member of pg_read_all_data',
      'GRANT pg_read_all_data TO $login',
      'is a member of a role',
    ],
    [
      'is a member of pg_write_all_data',
      'GRANT pg_write_all_data TO $login',
      'is a member of a role',
    ],
    [
      'may read files of the database server',
      'GRANT pg_read_server_files TO $login',
      'is a member of a role',
    ],
    [
      'may run programs on the database server',
      'GRANT pg_execute_server_program TO $login',
      'is a member of a role',
    ],
    [
      'may create in schema public',
      'GRANT CREATE ON SCHEMA public TO $login',
      'may make tables in schema public',
    ],
    [
      'may create in schema public, as everybody may',
      'GRANT CREATE ON SCHEMA public TO PUBLIC',
      'may make tables in schema public',
    ],
    [
      'may create schemas in the database',
      'GRANT CREATE ON DATABASE $database TO $login',
      'may make schemas',
    ],
    ['owns the database', 'ALTER DATABASE $database OWNER TO $login', 'may make schemas'],
  ])('does not start when it %s, and says what to do', async (_, power, says) => {
    await change(power);

    const why = await refusal();

    expect(why).toContain('The login of DATABASE_URL ');
    expect(why).toContain(says);
    expect(why).toContain('put the present URL into DATABASE_ADMIN_URL');
    expect(why).toContain('npm run migrate');
    expect(why).not.toContain('of-this-test-only');
  });

  it('names every power of a login at once', async () => {
    await change('ALTER ROLE $login BYPASSRLS REPLICATION; ALTER TABLE calls OWNER TO $login');

    const why = await refusal();

    expect(why).toContain(
      'may bypass row-level security, may read the whole database by replication, owns tables',
    );
  });
});

describe('a server whose database is not as it should be', () => {
  beforeEach(async () => {
    database = await createDatabase();
    await newLogin();
  });
  afterEach(async () => {
    await database.drop();
    await dropLogin();
  });

  it.each(Object.entries(tables))(
    'neither starts nor migrates when row-level security of %s is off or not forced, or without its policies',
    async (table, { operator }) => {
      const open = `This database is not whole: ${table} has row-level security off or not forced.`;

      await change(`ALTER TABLE ${table} NO FORCE ROW LEVEL SECURITY`);
      expect(await refusal()).toContain(open);
      await change(`ALTER TABLE ${table} FORCE ROW LEVEL SECURITY, DISABLE ROW LEVEL SECURITY`);
      expect(await refusal()).toContain(open);
      await change(`ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`);
      await change(
        `DROP POLICY ${table}_owner ON ${table}; DROP POLICY ${table}_operator ON ${table}`,
      );
      // A plane without rights to a table needs no policy there.
      const missing = operator ? 'ava_operator, ava_owner' : 'ava_owner';
      const why = `not whole: ${table} has no policy for ${missing}.`;
      expect(await refusal()).toContain(why);
      await expect(migrate({ adminUrl: database.adminUrl, serverUrl, vault })).rejects.toThrow(why);
    },
  );

  it.each([
    ['the tenant plane', 'REVOKE ava_tenant FROM $login'],
    ['the identity plane', 'REVOKE ava_identity FROM $login'],
    ['the operator plane', 'REVOKE ava_operator FROM $login'],
    [
      'the tenant plane by its function',
      'REVOKE EXECUTE ON FUNCTION ava.enter_tenant(uuid, uuid, uuid, text) FROM $login',
    ],
    [
      'the identity plane by its function',
      'REVOKE EXECUTE ON FUNCTION ava.enter_identity(text, uuid, text) FROM $login',
    ],
    ['the schema of its functions', 'REVOKE USAGE ON SCHEMA ava FROM $login'],
  ])('does not start when it may not enter %s, and says what to do', async (_, revoke) => {
    await change(revoke);

    const why = await refusal();

    expect(why).toContain('may not enter the planes of this database');
    expect(why).toContain('Run `npm run migrate` with DATABASE_ADMIN_URL set.');
  });

  it('starts again once the migrations have put back what was taken', async () => {
    await change('REVOKE ava_identity FROM $login');
    expect(await refusal()).toContain('may not enter');

    await migrate({ adminUrl: database.adminUrl, serverUrl, vault });
    const app = await startApp({ DATABASE_URL: serverUrl }, database);
    const ready = await new Client(app.app).get('/health/ready');
    await app.app.close();

    expect(ready.status).toBe(200);
  });
});

describe('a server whose login and database are as they should be', () => {
  it('starts, and is ready', async () => {
    database = await createDatabase();
    await newLogin();

    const app = await startApp({ DATABASE_URL: serverUrl }, database);
    const ready = await new Client(app.app).get('/health/ready');
    await app.close();
    await dropLogin();

    expect(ready).toMatchObject({
      status: 200,
      body: { status: 'ready', database: true, pendingMigrations: [] },
    });
  });

  it('starts on a database without migrations, and is not ready until they have run', async () => {
    database = await createDatabase('template0');
    const app = await startApp({}, database);
    const client = new Client(app.app);

    const before = await client.get('/health/ready');
    await migrate({ ...database, vault });
    const after = await client.get('/health/ready');
    await app.close();

    expect(before).toMatchObject({ status: 503, body: { status: 'not_ready', database: true } });
    expect(before.body.pendingMigrations.length).toBeGreaterThan(0);
    expect(after).toMatchObject({ status: 200, body: { pendingMigrations: [] } });
  });
});
