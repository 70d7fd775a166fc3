import { AdminSession } from '../../src/kernel/database/admin-session';
import { credentialBatches, type CredentialRow } from '../../src/kernel/database/credential-rows';
import { openStored } from '../../src/kernel/database/credential-survey';
import { reseal, type Decide } from '../../src/kernel/database/reseal';
import { Vault } from '../../src/kernel/security/vault';
import { createDatabase, query, type TestDatabase } from '../support/database';
import { encryptionKey as OLD } from '../support/keys';
import { addUsers, holding, store, storedIn, vaultOf } from '../support/stored-credentials';

const NEW = Vault.generateKey();
const BOTH = `${NEW},${OLD}`;
const newId = vaultOf(NEW).currentKeyId;

let database: TestDatabase;

beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

describe('sealing a batch anew', () => {
  const both = vaultOf(BOTH);
  const decide: Decide = (stored) => {
    const opened = openStored(both, stored);
    return 'text' in opened ? opened.text : undefined;
  };
  let admin: AdminSession;

  beforeEach(async () => {
    admin = await AdminSession.open(database.adminUrl);
  });
  afterEach(() => admin.close());

  async function readBatch(): Promise<CredentialRow[]> {
    for await (const rows of credentialBatches(admin)) return rows;
    return [];
  }

  it('does not overwrite what was changed between reading and writing', async () => {
    const [alice = '', bob = ''] = await addUsers(database, vaultOf(OLD), 2);
    const read = await readBatch();
    const saved = vaultOf(OLD).seal('users.vapi_api_key', alice, 'sk_saved_meanwhile');
    await store(database, alice, 'vapi_api_key', saved);

    const { done, missed } = await reseal(admin, both, read, decide);

    const [ofAlice, ofBob] = await storedIn(database);
    expect(missed).toBe(1);
    expect(new Set(done.map(({ userId }) => userId))).toEqual(new Set([bob]));
    expect(ofAlice?.vapi_api_key).toBe(saved);
    expect(ofBob?.vapi_api_key).toContain(newId);
  });

  it('does not bring back a value that was removed meanwhile, nor a user', async () => {
    const [alice = '', bob = ''] = await addUsers(database, vaultOf(OLD), 2);
    const read = await readBatch();
    await query(database.adminUrl, 'UPDATE users SET vapi_api_key = NULL WHERE id = $1', [alice]);
    await query(database.adminUrl, 'DELETE FROM users WHERE id = $1', [bob]);

    const { done, missed } = await reseal(admin, both, read, decide);

    expect({ done, missed }).toEqual({ done: [], missed: 2 });
    expect(await storedIn(database)).toMatchObject([{ id: alice, vapi_api_key: null }]);
  });

  it('does not wait for a row that somebody holds', async () => {
    const [alice = ''] = await addUsers(database, vaultOf(OLD), 2);
    const held = await holding(database, alice);

    const { missed } = await reseal(admin, both, await readBatch(), decide);
    await held.end();

    expect(missed).toBe(1);
  });

  it('takes the whole batch back when what is stored would not open to the same text', async () => {
    const [, bob = ''] = await addUsers(database, vaultOf(OLD), 2);
    const before = await storedIn(database);
    const other = vaultOf(NEW).seal('users.vapi_api_key', bob, 'sk_something_else');
    await query(
      database.adminUrl,
      `CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN NEW.vapi_api_key := '${other}'; RETURN NEW; END $$;
       CREATE TRIGGER spoil BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION spoil()`,
    );

    const sealing = reseal(admin, both, await readBatch(), decide);

    await expect(sealing).rejects.toThrow('would not open again: it stays as it was');
    expect(await storedIn(database)).toEqual(before);
  });
});
