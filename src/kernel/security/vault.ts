import { createHash, createHmac, hkdfSync, randomBytes } from 'node:crypto';
import { decryptFernet, encryptFernet, toBase64Url, type VectorOptions } from './fernet';

const KEY_ID_LABEL = 'ava/credentials/kid/v1';
const SALT = 'ava/credentials/fernet/v1';
const SEALED = /^v1\.([0-9a-f]{8})\.(gAAAA[A-Za-z0-9_-]+={0,2})$/;
const PROOF_SALT = 'ava/server-proof/v1';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const COLUMN = /^[a-z_]+\.[a-z_]+$/;
// Python's Fernet takes either alphabet and whatever the unused bits of the last character are.
const MASTER_KEY = /^[A-Za-z0-9_+/-]{43}=$/;

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export type Unreadable = 'format' | 'unknown_key' | 'damaged';

/** A stored credential that no configured key opens in this place. Holds neither the value nor a part of it. */
export class UnreadableCredential extends Error {
  override readonly name = 'UnreadableCredential';
  constructor(readonly reason: Unreadable) {
    super(`A stored credential cannot be opened (${reason}).`);
  }
}

class MasterKey {
  readonly #bytes: Buffer;
  readonly #extracted: Buffer;
  readonly id: string;
  /** By which the database knows a server that has this key; tells nothing of the key (HKDF). */
  readonly serverProof: string;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#extracted = createHmac('sha256', SALT).update(bytes).digest();
    this.id = createHash('sha256').update(KEY_ID_LABEL).update(bytes).digest('hex').slice(0, 8);
    this.serverProof = Buffer.from(hkdfSync('sha256', bytes, PROOF_SALT, '', 32)).toString(
      'base64url',
    );
  }

  /** Each value has its own key, so what is copied to another row or column does not open there. */
  derive(column: string, id: string): Buffer {
    const uuid = id.toLowerCase();
    if (!COLUMN.test(column)) throw new Error('A credential is bound to a table.column.');
    if (!UUID.test(uuid)) throw new Error('A credential is bound to the UUID of its row.');
    const info = `ava/v1/${column}/${uuid}`;
    // HKDF by hand (RFC 5869): its first half is the same for every value, and one block of output is the whole key.
    return createHmac('sha256', this.#extracted).update(`${info}\x01`).digest();
  }

  /** As Python's `Fernet(ENCRYPTION_KEY)` does it: the key itself, bound to no place. @throws InvalidToken */
  decrypt(token: string): Buffer {
    return decryptFernet(this.#bytes, token);
  }
}

/** The configured master keys: the first seals, all open. Shows their ids only. */
export class Keyring {
  readonly #keys: ReadonlyMap<string, MasterKey>;
  readonly current: MasterKey;

  constructor(keys: readonly [MasterKey, ...MasterKey[]]) {
    this.current = keys[0];
    this.#keys = new Map(keys.map((key) => [key.id, key]));
  }

  get(keyId: string): MasterKey | undefined {
    return this.#keys.get(keyId);
  }

  get all(): MasterKey[] {
    return [...this.#keys.values()];
  }

  get ids(): string[] {
    return [...this.#keys.keys()];
  }

  get serverProofs(): string[] {
    return this.all.map((key) => key.serverProof);
  }
}

/** @throws Error that names the entry and what is wrong with it, never the entry itself */
export function parseKeyring(text: string): Keyring {
  const [first, ...rest] = text.split(',').map((entry, i) => parseKey(entry.trim(), i + 1));
  if (first === undefined) throw new Error('it is empty');
  [first, ...rest].forEach((key, i, all) => {
    const same = all.findIndex((other) => other.id === key.id);
    if (same < i) throw new Error(`entry ${i + 1} repeats entry ${same + 1}`);
  });
  return new Keyring([first, ...rest]);
}

function parseKey(entry: string, position: number): MasterKey {
  const expected =
    'a key is 44 characters: the urlsafe base64 of 32 bytes, with its "=" at the end';
  if (entry === '') throw new Error(`entry ${position} is empty`);
  if (entry.length !== 44) {
    throw new Error(`entry ${position} has ${entry.length} characters; ${expected}`);
  }
  if (!MASTER_KEY.test(entry)) {
    throw new Error(`entry ${position} has a character that does not belong there; ${expected}`);
  }
  return new MasterKey(Buffer.from(entry, 'base64url'));
}

/** Seals and opens provider credentials as `v1.<key id>.<Fernet token>`; design and test vectors: ARCHITECTURE.md. */
export class Vault {
  readonly #keyring: Keyring;

  constructor(keyring: Keyring) {
    this.#keyring = keyring;
  }

  static generateKey(): string {
    return toBase64Url(randomBytes(32));
  }

  /** Whether the text has the form of a sealed value; it may still not open. */
  static looksSealed(text: string): boolean {
    return SEALED.test(text);
  }

  /** Which key a sealed value says it was sealed with. */
  static keyIdOf(value: string): string | undefined {
    return SEALED.exec(value)?.[1];
  }

  get currentKeyId(): string {
    return this.#keyring.current.id;
  }

  get keyIds(): string[] {
    return this.#keyring.ids;
  }

  /** One for each configured key. */
  get serverProofs(): string[] {
    return this.#keyring.serverProofs;
  }

  seal(column: string, id: string, text: string): string {
    return this.sealWith(column, id, text, {});
  }

  /** For the test vectors only. */
  sealWith(column: string, id: string, text: string, options: VectorOptions): string {
    if (!text.isWellFormed())
      throw new Error('A credential with half a surrogate pair cannot be stored.');
    const { id: keyId } = this.#keyring.current;
    const key = this.#keyring.current.derive(column, id);
    return `v1.${keyId}.${encryptFernet(key, Buffer.from(text, 'utf8'), options)}`;
  }

  /** @throws UnreadableCredential */
  open(column: string, id: string, value: string): string {
    const [, keyId, token] = SEALED.exec(value) ?? [];
    if (keyId === undefined || token === undefined) throw new UnreadableCredential('format');
    const key = this.#keyring.get(keyId)?.derive(column, id);
    if (key === undefined) throw new UnreadableCredential('unknown_key');
    try {
      return UTF8.decode(decryptFernet(key, token));
    } catch {
      throw new UnreadableCredential('damaged');
    }
  }
  /** The text in a plain Fernet token of the earlier system; undefined when no configured key opens it to text. */
  openToken(token: string): string | undefined {
    for (const key of this.#keyring.all) {
      try {
        return UTF8.decode(key.decrypt(token));
      } catch {
        continue;
      }
    }
    return undefined;
  }
}
