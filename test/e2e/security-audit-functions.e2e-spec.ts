import { FUNCTIONS } from '../../src/security-audit/catalogue';
import { functionHashes } from '../../src/security-audit/function-hashes';
import { createDatabase, query, type TestDatabase } from '../support/database';
import { audit, findings } from '../support/security-audit';

let database: TestDatabase;
beforeEach(async () => {
  database = await createDatabase();
});
afterEach(() => database.drop());

const found = async () => findings(await audit(database))['function-bodies'];
const SEEN = 'is not the one that the migrations make';

describe('the functions that policies ask', () => {
  it('are as function-hashes.ts has them: a new one is to be written there', async () => {
    const rows = await query<{ name: string; hash: string }>(database.adminUrl, FUNCTIONS);

    const made = Object.fromEntries(rows.map(({ name, hash }) => [name, hash]));

    expect(made).toEqual(functionHashes);
    expect(Object.keys(made)).toContain('ava.tenant_id()');
    expect(await found()).toBeUndefined();
  });

  it.each([
    [
      'the body of ava.tenant_id() is replaced',
      `CREATE OR REPLACE FUNCTION ava.tenant_id() RETURNS uuid LANGUAGE plpgsql STABLE PARALLEL SAFE
         SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
         $$ BEGIN RETURN ava.claimed('tenant_id'); END $$`,
      `ava.tenant_id() ${SEEN}`,
    ],
    [
      'a function written in the standard’s own form is replaced',
      `CREATE OR REPLACE FUNCTION ava.claimed(name text) RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
         RETURN gen_random_uuid()`,
      `ava.claimed(text) ${SEEN}`,
    ],
    [
      'one loses the rights of its owner',
      'ALTER FUNCTION ava.is_server() SECURITY INVOKER',
      `ava.is_server() ${SEEN}`,
    ],
    [
      'one is given to somebody else',
      'ALTER FUNCTION ava.user_id() OWNER TO postgres',
      `ava.user_id() ${SEEN}`,
    ],
    [
      'one is removed',
      'DROP FUNCTION ava.take_turns(text[], integer[], integer[])',
      'ava.take_turns(text[],integer[],integer[]) does not exist',
    ],
    [
      'one is added',
      'CREATE FUNCTION ava.all_calls() RETURNS SETOF calls LANGUAGE sql RETURN NULL::calls',
      'ava.all_calls() is none of ours',
    ],
    [
      'a trigger copies what is written',
      `CREATE FUNCTION copy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
       CREATE TRIGGER copy BEFORE INSERT ON calls FOR EACH ROW EXECUTE FUNCTION copy()`,
      'copy() is none of ours',
    ],
  ])('are named when %s', async (_, change, said) => {
    await query(database.adminUrl, change);

    expect(await found()).toBe(said);
  });
});
