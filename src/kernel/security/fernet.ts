import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';

const VERSION = 0x80;
const HEADER_BYTES = 1 + 8 + 16;
const HMAC_BYTES = 32;
const BLOCK_BYTES = 16;

/** The token does not decrypt with this key. Says nothing about why: that would help who forges tokens. */
export class InvalidToken extends Error {
  override readonly name = 'InvalidToken';
  constructor() {
    super('This is not a Fernet token of this key.');
  }
}

/** For the test vectors only: a fixed IV gives away which values are equal. */
export interface VectorOptions {
  readonly iv?: Buffer;
  /** Seconds since 1970. */
  readonly time?: number;
}

/** Encrypts as https://github.com/fernet/spec says; `key` has 32 bytes. */
export function encryptFernet(key: Buffer, plain: Buffer, options: VectorOptions = {}): string {
  const { signing, encryption } = split(key);
  const iv = options.iv ?? randomBytes(BLOCK_BYTES);
  const header = Buffer.alloc(HEADER_BYTES);
  header[0] = VERSION;
  header.writeBigUInt64BE(BigInt(options.time ?? Math.floor(Date.now() / 1000)), 1);
  iv.copy(header, 9);
  const cipher = createCipheriv('aes-128-cbc', encryption, iv);
  const signed = Buffer.concat([header, cipher.update(plain), cipher.final()]);
  return toBase64Url(Buffer.concat([signed, hmac(signing, signed)]));
}

/** @throws InvalidToken */
export function decryptFernet(key: Buffer, token: string): Buffer {
  const { signing, encryption } = split(key);
  const bytes = fromBase64Url(token);
  const signed = bytes.subarray(0, -HMAC_BYTES);
  const sealedBytes = signed.length - HEADER_BYTES;
  if (sealedBytes < BLOCK_BYTES || sealedBytes % BLOCK_BYTES !== 0) throw new InvalidToken();
  if (!timingSafeEqual(hmac(signing, signed), bytes.subarray(-HMAC_BYTES)))
    throw new InvalidToken();
  if (signed[0] !== VERSION) throw new InvalidToken();
  const decipher = createDecipheriv('aes-128-cbc', encryption, signed.subarray(9, HEADER_BYTES));
  try {
    return Buffer.concat([decipher.update(signed.subarray(HEADER_BYTES)), decipher.final()]);
  } catch {
    throw new InvalidToken();
  }
}

function split(key: Buffer): { signing: Buffer; encryption: Buffer } {
  if (key.length !== 32) throw new Error('A Fernet key has 32 bytes.');
  return { signing: key.subarray(0, 16), encryption: key.subarray(16) };
}

function hmac(key: Buffer, signed: Buffer): Buffer {
  return createHmac('sha256', key).update(signed).digest();
}

/** With padding, as Python writes it. */
export function toBase64Url(bytes: Buffer): string {
  const text = bytes.toString('base64url');
  return text.padEnd(Math.ceil(text.length / 4) * 4, '=');
}

/** Only the one spelling that encoding would give: Node skips what it does not know, so two texts could be one token. */
function fromBase64Url(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64url');
  if (toBase64Url(bytes) !== text) throw new InvalidToken();
  return bytes;
}
