import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EmbeddedPostgres } from '../src/kernel/database/embedded-postgres';
import { migrate } from '../src/kernel/database/migrate';
import { parseKeyring, Vault } from '../src/kernel/security/vault';
import { copyCalls } from './copy-calls';
import { register } from './people';
import { onDatabase, query } from './postgres';
import { ava, type Launcher } from './programs';
import { Random } from './random';
import { averageRank, tenantSizes } from './sizes';

interface Keys {
  readonly encryptionKey: string;
  readonly jwtSecret: string;
}

/** A migrated database and the keys that go with it. */
export interface Database {
  readonly adminUrl: string;
  readonly serverUrl: string;
  readonly keys: Keys;
}

export interface Person {
  readonly email: string;
  readonly userId: string;
  readonly tenantId: string;
}

/** Who logs in: the owners of an average tenant, of the largest, and of some that save settings. */
interface People {
  readonly average: Person;
  readonly largest: Person;
  readonly savers: readonly Person[];
}

/** A database full of calls. */
export interface DataSet extends Database {
  readonly calls: number;
  readonly people: People;
}

interface Manifest {
  readonly keys: Keys;
  readonly people: People;
}

/** As many as there are connections: nobody saves his settings twice at once. */
const SAVERS = 16;
const SEED = 20_260_101;

interface Place {
  readonly postgres: EmbeddedPostgres;
  /** Holds what is known about each data set beside its database. */
  readonly folder: string;
  /** The checkout whose server registers people. */
  readonly root: string;
  readonly launcher: Launcher;
  readonly say: (line: string) => void;
}

/** The data set of that size: the one kept from an earlier run, or a new one. */
export async function dataSet(calls: number, place: Place): Promise<DataSet> {
  const { postgres, folder, say } = place;
  const name = `bench_${calls}`;
  const file = join(folder, `${name}.json`);
  const urls = {
    adminUrl: onDatabase(postgres.adminUrl, name),
    serverUrl: onDatabase(postgres.serverUrl, name),
  };
  if (existsSync(file)) {
    const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
    await bringUpToDate({ ...urls, keys: manifest.keys });
    say(`Using the ${calls.toLocaleString('en')} calls kept in ${folder}.`);
    return { calls, ...urls, ...manifest };
  }
  await query(postgres.adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  await query(postgres.adminUrl, `CREATE DATABASE ${name}`);
  const database = { ...urls, keys: newKeys() };
  await bringUpToDate(database);
  const begun = performance.now();
  const people = await fill(database, calls, place);
  say(
    `Made ${calls.toLocaleString('en')} calls in ${Math.round((performance.now() - begun) / 1000)} s.`,
  );
  writeWhole(file, { keys: database.keys, people });
  return { calls, people, ...database };
}

function newKeys(): Keys {
  return { encryptionKey: Vault.generateKey(), jwtSecret: randomBytes(48).toString('base64url') };
}

async function bringUpToDate({ adminUrl, serverUrl, keys }: Database): Promise<void> {
  await migrate({ adminUrl, serverUrl, vault: new Vault(parseKeyring(keys.encryptionKey)) });
}

async function fill(database: Database, calls: number, { launcher, root }: Place): Promise<People> {
  const sizes = tenantSizes(calls);
  const people = await registerPeople(database, launcher, root);
  const random = new Random(SEED);
  const tenants = sizes.map(() => random.uuid());
  const middle = Math.floor(sizes.length / 2);
  tenants[0] = people.largest.tenantId;
  tenants[averageRank(sizes)] = people.average.tenantId;
  people.savers.forEach(({ tenantId }, i) => (tenants[middle + i] = tenantId));
  await makeOtherTenants(database, tenants);
  await copyCalls(database.adminUrl, { tenants, sizes, random });
  return people;
}

async function registerPeople(
  database: Database,
  launcher: Launcher,
  root: string,
): Promise<People> {
  const server = await launcher.start(ava(root), database);
  const savers: Person[] = [];
  for (let i = 1; i <= SAVERS; i++) savers.push(await register(server.url, `saver.${i}`));
  const people = {
    average: await register(server.url, 'average'),
    largest: await register(server.url, 'largest'),
    savers,
  };
  await server.stop();
  return people;
}

/** Of everybody who never logs in there need only be the rows. */
async function makeOtherTenants({ adminUrl }: Database, tenants: readonly string[]): Promise<void> {
  await query(
    adminUrl,
    `WITH made AS (
       INSERT INTO tenants (id, name) SELECT id, 'Tenant ' || id FROM unnest($1::uuid[]) AS t(id)
       ON CONFLICT (id) DO NOTHING RETURNING id),
     people AS (
       INSERT INTO users (id, email, password_hash)
       SELECT id, id || '@example.com', 'nobody logs in' FROM made RETURNING id)
     INSERT INTO memberships (tenant_id, user_id, role)
     SELECT made.id, people.id, 'owner' FROM made JOIN people ON people.id = made.id`,
    [tenants],
  );
}

/** Only once the data is whole: without this file the next run starts anew. */
function writeWhole(file: string, manifest: Manifest): void {
  const draft = `${file}.new`;
  writeFileSync(draft, JSON.stringify(manifest, null, 2), { mode: 0o600 });
  renameSync(draft, file);
}
