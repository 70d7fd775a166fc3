import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encryptFernet } from '../../src/kernel/security/fernet';
import { Vault } from '../../src/kernel/security/vault';
import { createDatabase, query, type TestDatabase } from '../support/database';
import { earlierDatabase, up, userSql } from '../support/earlier-database';
import { build } from '../support/server-process';
import {
  addUsers,
  auditOf,
  ava,
  holding,
  MARKER,
  startAva,
  store,
  storedIn,
  vaultOf,
} from '../support/stored-credentials';

const file = join(__dirname, '../fixtures/fernet-vectors.json');
const python = JSON.parse(readFileSync(file, 'utf8')) as {
  legacy: { key: string; plaintext: string; token: string }[];
};

// The key with which Python made the tokens, after a new one that seals.
const PYTHON = python.legacy[0]?.key ?? '';
const NEW = Vault.generateKey();
const BOTH = `${NEW},${PYTHON}`;
const vault = vaultOf(BOTH);

let database: TestDatabase;

beforeAll(build, 120_000);
afterEach(() => database.drop());

const adopt = (...options: string[]) => ava(database, BOTH, 'credentials:adopt', ...options);

/** As Python's Fernet(ENCRYPTION_KEY) encrypts. */
const tokenOf = (text: string, key = PYTHON) =>
  encryptFernet(Buffer.from(key, 'base64url'), Buffer.from(text));

/** Stores the texts as the Vapi keys of as many users, sealed as the migrations seal what they find. */
async function stored(...texts: string[]): Promise<string[]> {
  const users = await addUsers(database, vault, texts.length);
  const sealed = users.map((id, i) => vault.seal('users.vapi_api_key', id, texts[i] ?? ''));
  await query(
    database.adminUrl,
    `UPDATE users u SET vapi_api_key = v.value FROM unnest($1::uuid[], $2::text[]) AS v(id, value) WHERE u.id = v.id`,
    [users, sealed],
  );
  return users;
}

async function vapiKeys(): Promise<string[]> {
  const rows = await storedIn(database);
  return rows.map((row) => vault.open('users.vapi_api_key', row.id, row.vapi_api_key));
}

describe('credentials:adopt after the earlier database was migrated', () => {
  const [id, sid, token, none] = python.legacy.map(
    (_, i) => `8d7a1c0e-6f0b-4c55-9a3e-2b7f3f1f0b0${i}`,
  );

  beforeEach(async () => {
    const users = [id, sid, token, none].map((user, i) =>
      userSql(user ?? '', { key: python.legacy[i]?.token ?? '' }),
    );
    database = await earlierDatabase(users.join('\n'));
    await up(database, vault);
  });

  it('opens the tokens that Python made, and leaves plain text as it was sealed', async () => {
    const before = await storedIn(database);

    const { status, stdout } = adopt();

    expect(status).toBe(0);
    expect(stdout).toBe('Adopted: vapi_api_key 4.\n');
    const after = await storedIn(database);
    const changed = after.filter((row, i) => row.vapi_api_key !== before[i]?.vapi_api_key);
    expect(
      changed.map((row) => vault.open('users.vapi_api_key', row.id, row.vapi_api_key)),
    ).toEqual(python.legacy.map(({ plaintext }) => plaintext));
    expect(ava(database, BOTH, 'credentials:check').status).toBe(0);
  });

  it('leaves an event with counts only, and changes nothing when it is run again', async () => {
    adopt();
    const before = await storedIn(database);

    const again = adopt();

    expect(again).toMatchObject({ status: 0, stdout: 'Adopted: nothing.\n' });
    expect(await storedIn(database)).toEqual(before);
    const [first] = await auditOf(database, 'credential.adopt');
    expect(first).toMatchObject({
      tenant_id: null,
      actor_id: null,
      details: { adopted: { vapi_api_key: 4, twilio_auth_token: 0 }, refused: {}, unreadable: 0 },
    });
  });

  it('says in a dry run what it would do, and does none of it', async () => {
    const before = await storedIn(database);

    const { status, stdout } = adopt('--dry-run');

    expect({ status, stdout }).toEqual({ status: 0, stdout: 'Would adopt: vapi_api_key 4.\n' });
    expect(await storedIn(database)).toEqual(before);
    expect(await auditOf(database, 'credential.adopt')).toEqual([]);
  });
});

describe('credentials:adopt on the earlier database', () => {
  it('says to migrate first, which seals what it finds', async () => {
    database = await earlierDatabase();
    const before = await storedIn(database);

    const { status, stderr } = adopt();

    expect(status).toBe(1);
    expect(stderr).toContain('run `npm run migrate` first');
    expect(await storedIn(database)).toEqual(before);
  });
});

describe('credentials:adopt, where it is not clear what a value is', () => {
  const unknown = tokenOf(`${MARKER}_unknown`, Vault.generateKey());
  const nested = tokenOf(tokenOf(`${MARKER}_nested`));

  beforeEach(async () => {
    database = await createDatabase();
  });

  it.each([
    ['a token that no key opens', unknown, 'unopened_token'],
    ['what only begins like a token', `gAAAA_${MARKER}`, 'unopened_token'],
    ['a token with a line end', `${tokenOf(MARKER)}\n`, 'unopened_token'],
    ['a token in a token', nested, 'token_in_token'],
    ['a token that no key opens in a token', tokenOf(unknown), 'token_in_token'],
    ['a sealed value in a token', tokenOf(`v1.00000000.gAAAA${'A'.repeat(95)}`), 'token_in_token'],
    ['a sealed value as text', `v1.00000000.gAAAA${'A'.repeat(95)}`, 'sealed_text'],
  ])('refuses %s, names it, and adopts the others', async (_, text, reason) => {
    const [odd = ''] = await stored(text, tokenOf('sk_clear_case'));

    const { status, stdout, said } = adopt();

    expect(status).toBe(1);
    expect(stdout).toContain(`refused: user ${odd} vapi_api_key ${reason}\n`);
    expect(stdout).toContain('Adopted: vapi_api_key 1.');
    expect(said).not.toMatch(new RegExp(`${MARKER}|gAAAA|sk_clear`));
    expect(await vapiKeys()).toEqual([text, 'sk_clear_case']);
  });

  it('refuses the same secret of several users, whoever of them has it in a token', async () => {
    const texts = [
      tokenOf('sk_shared'),
      tokenOf('sk_shared'),
      tokenOf('sk_two'),
      'sk_two',
      'sk_one',
    ];
    const [alice, bob, carol, dora] = await stored(...texts);

    const { status, stdout } = adopt();

    expect(status).toBe(1);
    for (const user of [alice, bob, carol]) {
      expect(stdout).toContain(`refused: user ${user} vapi_api_key duplicate\n`);
    }
    expect(stdout).not.toContain(`${dora}`);
    expect(await vapiKeys()).toEqual(texts);
  });

  it('is content with secrets that several users share where there is nothing to adopt', async () => {
    await stored('sk_shared', 'sk_shared', '', '', tokenOf(''), tokenOf(''));

    expect(adopt()).toMatchObject({ status: 0, stdout: 'Adopted: vapi_api_key 2.\n' });
  });

  it('names and leaves what does not open at all', async () => {
    const [alice = ''] = await stored('sk_alice');
    const foreign = vaultOf(Vault.generateKey()).seal('users.vapi_api_key', alice, MARKER);
    await store(database, alice, 'vapi_api_key', foreign);

    const { status, stdout } = adopt();

    expect(status).toBe(1);
    expect(stdout).toContain(`unreadable: user ${alice} vapi_api_key unknown_key`);
    expect((await storedIn(database))[0]?.vapi_api_key).toBe(foreign);
  });

  it('takes what opens with --take-ambiguous, keeps the rest as text, and then has nothing left to do', async () => {
    await stored(unknown, nested, tokenOf('sk_shared'), tokenOf('sk_shared'), tokenOf(unknown));

    const taken = adopt('--take-ambiguous');

    const texts = [unknown, `${MARKER}_nested`, 'sk_shared', 'sk_shared', unknown];
    expect(taken).toMatchObject({
      status: 0,
      stdout: 'Adopted: vapi_api_key 4.\nKept as the text they are: 2.\n',
    });
    expect(await vapiKeys()).toEqual(texts);
    const before = await storedIn(database);
    expect(adopt('--take-ambiguous').stdout).toContain('Adopted: nothing.');
    expect(await storedIn(database)).toEqual(before);
  });

  it('ends with 1 in a dry run that would refuse something', async () => {
    await stored(unknown);

    expect(adopt('--dry-run').status).toBe(1);
  });
});

describe('credentials:adopt that is killed with kill -9', () => {
  it('is finished by the next run', async () => {
    database = await createDatabase();
    const texts = Array.from({ length: 1203 }, (_, i) => `sk_adopted_${i}`);
    const users = await stored(...texts.map((text) => tokenOf(text)));
    const held = await holding(database, users.at(-1) ?? '');
    const running = startAva(database, BOTH, 'credentials:adopt');
    await running.progress;
    await running.kill();
    await held.end();
    const between = (await vapiKeys()).filter((text) => text.startsWith('sk_')).length;

    const { status } = adopt();

    expect(between).toBeGreaterThanOrEqual(500);
    expect(between).toBeLessThan(1203);
    expect(status).toBe(0);
    expect(await vapiKeys()).toEqual(texts);
    const events = await query(database.adminUrl, 'SELECT 1 FROM audit_events');
    expect(events).toHaveLength(1);
  });
});
