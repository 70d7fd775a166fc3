import { hkdfSync, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { decryptFernet, encryptFernet } from './fernet';
import { Keyring, parseKeyring, UnreadableCredential, Vault } from './vault';

interface Place {
  master: string;
  column: string;
  id: string;
  value: string;
}
interface Legacy {
  key: string;
  plaintext: string;
  token: string;
}
interface Bound extends Place {
  kid: string;
  plaintext: string;
  iv_hex: string;
  unix_time: number;
  derived_key_hex: string;
}

const file = join(__dirname, '../../../test/fixtures/fernet-vectors.json');
const vectors = JSON.parse(readFileSync(file, 'utf8')) as {
  bound: Bound[];
  legacy: Legacy[];
  invalid: (Place & { why: string })[];
};
const column = 'users.vapi_api_key';
const row = '8d7a1c0e-6f0b-4c55-9a3e-2b7f3f1f0a01';
const oldKey = Vault.generateKey();
const newKey = Vault.generateKey();
const vaultOf = (keys: string) => new Vault(parseKeyring(keys));

function reasonOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof UnreadableCredential) return error.reason;
    throw error;
  }
  return 'it opened';
}

describe('Vault, against what Python made', () => {
  it.each(vectors.bound)('opens "$plaintext" in $column', (vector) => {
    const vault = vaultOf(vector.master);

    expect(vault.currentKeyId).toBe(vector.kid);
    expect(vault.open(vector.column, vector.id, vector.value)).toBe(vector.plaintext);
    expect(vault.open(vector.column, vector.id.toUpperCase(), vector.value)).toBe(vector.plaintext);
  });

  it.each(vectors.bound)('seals "$plaintext" to the same bytes', (vector) => {
    const options = { iv: Buffer.from(vector.iv_hex, 'hex'), time: vector.unix_time };

    const sealed = vaultOf(vector.master).sealWith(
      vector.column,
      vector.id,
      vector.plaintext,
      options,
    );

    expect(sealed).toBe(vector.value);
  });

  it.each(vectors.bound)('uses the derived key of $column for $id', (vector) => {
    const token = vector.value.slice('v1.00000000.'.length);

    const plain = decryptFernet(Buffer.from(vector.derived_key_hex, 'hex'), token);

    expect(plain.toString('utf8')).toBe(vector.plaintext);
  });

  it('derives keys as HKDF of Node does', () => {
    for (const id of [row, randomUUID()]) {
      const master = Buffer.from(oldKey, 'base64url');
      const info = `ava/v1/${column}/${id}`;
      const derived = hkdfSync('sha256', master, 'ava/credentials/fernet/v1', info, 32);

      const token = vaultOf(oldKey).seal(column, id, 'sk').slice('v1.00000000.'.length);

      expect(decryptFernet(Buffer.from(derived), token).toString()).toBe('sk');
    }
  });

  it.each(vectors.invalid)('refuses a value: $why', (vector) => {
    const opening = () => vaultOf(vector.master).open(vector.column, vector.id, vector.value);

    expect(reasonOf(opening)).toMatch(/^(format|unknown_key|damaged)$/);
  });

  it('tells what is wrong', () => {
    const sealed = vaultOf(oldKey).seal(column, row, 'sk');

    expect(reasonOf(() => vaultOf(oldKey).open(column, row, 'sk'))).toBe('format');
    expect(reasonOf(() => vaultOf(oldKey).open(column, row, ` ${sealed}`))).toBe('format');
    expect(reasonOf(() => vaultOf(oldKey).open(column, row, `${sealed}\n`))).toBe('format');
    expect(reasonOf(() => vaultOf(newKey).open(column, row, sealed))).toBe('unknown_key');
    expect(reasonOf(() => vaultOf(oldKey).open('users.twilio_auth_token', row, sealed))).toBe(
      'damaged',
    );
  });
});

describe('Vault', () => {
  it.each(['', 'x', '\uFEFFkey', 'clé 😀', '\0', 'y'.repeat(10_000)])(
    'gives back %j as it was',
    (text) => {
      const vault = vaultOf(oldKey);

      expect(vault.open(column, row, vault.seal(column, row, text))).toBe(text);
    },
  );

  it('seals with the first key and opens with all', () => {
    const before = vaultOf(oldKey).seal(column, row, 'sk');
    const both = vaultOf(`${newKey}, ${oldKey}`);

    expect(both.open(column, row, before)).toBe('sk');
    expect(both.seal(column, row, 'sk').startsWith(`v1.${vaultOf(newKey).currentKeyId}.`)).toBe(
      true,
    );
  });

  it('refuses to bind a value to something other than a row and a column', () => {
    expect(() => vaultOf(oldKey).seal(column, 'x/../y', 'sk')).toThrow('UUID');
    expect(() => vaultOf(oldKey).seal('vapi_api_key', row, 'sk')).toThrow('table.column');
  });

  it('refuses text that UTF-8 cannot hold, rather than store another', () => {
    expect(() => vaultOf(oldKey).seal(column, row, 'sk\ud800')).toThrow('surrogate');
  });

  it('shows no key, however it is printed', () => {
    const keyring = parseKeyring(`${newKey},${oldKey}`);
    const shown = [keyring, new Vault(keyring)]
      .flatMap((it) => [inspect(it, { showHidden: true, depth: 9 }), JSON.stringify(it)])
      .join();

    expect(shown).toContain(keyring.current.id);
    for (const key of [newKey, oldKey]) {
      const bytes = Buffer.from(key, 'base64url');
      expect(shown).not.toContain(key.slice(0, 12));
      expect(shown).not.toContain(bytes.toString('hex').slice(0, 12));
      expect(shown).not.toContain(
        [...bytes.subarray(0, 4)].map((b) => b.toString(16).padStart(2, '0')).join(' '),
      );
    }
  });
});

describe('A plain Fernet token of the earlier system', () => {
  it.each(vectors.legacy)('opens with the key that Python used ($plaintext)', (vector) => {
    expect(vaultOf(`${newKey},${vector.key}`).openToken(vector.token)).toBe(vector.plaintext);
  });

  it('opens with no other key, nor when it holds no text', () => {
    const [vector] = vectors.legacy;
    const key = Buffer.from(newKey, 'base64url');

    expect(vaultOf(newKey).openToken(vector?.token ?? '')).toBeUndefined();
    expect(vaultOf(newKey).openToken(encryptFernet(key, Buffer.from([0xff])))).toBeUndefined();
    expect(vaultOf(newKey).openToken('sk_plain')).toBeUndefined();
  });
});

describe('A generated key', () => {
  it('has the form of those that Python generates, character for character', () => {
    const pythons = [...vectors.bound.map(({ master }) => master), vectors.legacy[0]?.key ?? ''];

    for (const key of [...pythons, ...Array.from({ length: 100 }, () => Vault.generateKey())]) {
      // What Python's urlsafe_b64encode gives for the 32 bytes: 44 characters, "=" at the end, no bit left over.
      expect(key).toMatch(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]=$/);
      expect(Buffer.from(key, 'base64url')).toHaveLength(32);
    }
  });

  it('serves as the key of a plain Fernet token', () => {
    const token = encryptFernet(Buffer.from(oldKey, 'base64url'), Buffer.from('sk'));

    expect(vaultOf(oldKey).openToken(token)).toBe('sk');
  });
});

describe('parseKeyring', () => {
  it('takes a key that it generated and keys of Python', () => {
    expect(parseKeyring(Vault.generateKey())).toBeInstanceOf(Keyring);
    expect(
      parseKeyring(
        vectors.bound
          .slice(0, 2)
          .map((v) => v.master)
          .join(','),
      ).ids,
    ).toEqual(['f4d006b8', '61980d3e']);
  });

  it('takes the key of an earlier system in whatever spelling Python accepts', () => {
    const python = vectors.bound[0]?.master ?? '';

    expect(parseKeyring(python.replaceAll('-', '+')).ids).toEqual(['f4d006b8']);
    expect(parseKeyring(python.replace('M=', 'N=')).ids).toEqual(['f4d006b8']);
  });

  it.each([
    ['', 'entry 1 is empty'],
    [`${oldKey},`, 'entry 2 is empty'],
    [oldKey.slice(0, 43), 'entry 1 has 43 characters'],
    [`${oldKey},${newKey}=`, 'entry 2 has 45 characters'],
    [`${newKey},%${oldKey.slice(1)}`, 'entry 2 has a character that does not belong there'],
    [`${oldKey.slice(0, 42)}==`, 'entry 1 has a character that does not belong there'],
    ['A'.repeat(44), 'entry 1 has a character that does not belong there'],
    [`${oldKey},${newKey},${oldKey}`, 'entry 3 repeats entry 1'],
  ])('names the problem and the position, not the value (%#)', (text, problem) => {
    const parsing = () => parseKeyring(text);

    expect(parsing).toThrow(problem);
    expect(parsing).not.toThrow(oldKey.slice(0, 20));
  });
});
