import { createHmac, randomBytes } from 'node:crypto';
import { Vault } from '../security/vault';
import { credentialBatches, credentialsIn, type StoredCredential } from './credential-rows';
import { openStored, type Unopened } from './credential-survey';
import type { Queryable } from './migration-tools';

/**
 * `unopened_token`: looks like a Fernet token and no configured key opens it. `token_in_token`: what is inside is a token
 * again. `sealed_text`: has the form of a sealed value, as text. `duplicate`: somebody else has the same secret.
 */
export type Ambiguity = 'unopened_token' | 'token_in_token' | 'sealed_text' | 'duplicate';

/** What a stored credential turns out to be. `text`: what is inside the token, or inside the last of several. */
export type Verdict =
  | { readonly kind: 'plain' }
  | { readonly kind: 'token'; readonly text: string; readonly ambiguity?: Ambiguity }
  | { readonly kind: 'odd'; readonly ambiguity: Ambiguity }
  | { readonly kind: 'unreadable'; readonly reason: Unopened['reason'] };

/** Tells values that were tokens of the earlier system when they were sealed, so that a token was sealed as if it were text. */
export class EarlierTokens {
  // Secrets are compared by fingerprints that nobody can make outside of this process.
  readonly #key = randomBytes(32);
  readonly #seen = new Set<string>();
  readonly #shared = new Set<string>();

  private constructor(private readonly vault: Vault) {}

  /** Looks at everything once, as only that tells which secrets are shared; keeps 16 bytes for each. */
  static async of(db: Queryable, vault: Vault): Promise<EarlierTokens> {
    const tokens = new EarlierTokens(vault);
    for await (const rows of credentialBatches(db)) {
      for (const stored of rows.flatMap(credentialsIn)) tokens.notice(stored);
    }
    return tokens;
  }

  judge(stored: StoredCredential): Verdict {
    const opened = openStored(this.vault, stored);
    if ('reason' in opened) return { kind: 'unreadable', reason: opened.reason };
    const { text, layers } = this.unwrap(opened.text);
    if (layers === 0) {
      if (looksLikeToken(text)) return { kind: 'odd', ambiguity: 'unopened_token' };
      return Vault.looksSealed(text)
        ? { kind: 'odd', ambiguity: 'sealed_text' }
        : { kind: 'plain' };
    }
    if (layers > 1 || looksLikeToken(text) || Vault.looksSealed(text)) {
      return { kind: 'token', text, ambiguity: 'token_in_token' };
    }
    const shared = this.#shared.has(this.fingerprint(stored, text));
    return { kind: 'token', text, ...(shared ? { ambiguity: 'duplicate' } : {}) };
  }

  private notice(stored: StoredCredential): void {
    const opened = openStored(this.vault, stored);
    if ('reason' in opened) return;
    const { text } = this.unwrap(opened.text);
    // The earlier system stored an empty text for "none".
    if (text === '') return;
    const fingerprint = this.fingerprint(stored, text);
    (this.#seen.has(fingerprint) ? this.#shared : this.#seen).add(fingerprint);
  }

  /** Each layer is longer than what is in it, so this ends. */
  private unwrap(text: string): { text: string; layers: number } {
    let layers = 0;
    for (; looksLikeToken(text); layers++) {
      const inner = this.vault.openToken(text);
      if (inner === undefined) break;
      text = inner;
    }
    return { text, layers };
  }

  private fingerprint({ column }: StoredCredential, text: string): string {
    const mac = createHmac('sha256', this.#key).update(`${column}\0${text}`).digest();
    return mac.toString('latin1', 0, 16);
  }
}

/** No provider's key begins like this; Fernet tokens all do. */
function looksLikeToken(text: string): boolean {
  return text.trimStart().startsWith('gAAAA');
}
