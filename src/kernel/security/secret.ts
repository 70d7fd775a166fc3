import { inspect } from 'node:util';

/** Where a sealed value belongs: it opens in this column of this row and nowhere else. */
export interface Binding {
  /** Table and column, such as `users.vapi_api_key`. */
  readonly column: string;
  readonly id: string;
}

/** What seals and opens; in the program, the vault. */
export interface Sealer {
  seal(column: string, id: string, text: string): string;
  open(column: string, id: string, sealed: string): string;
}

const placeOf = ({ column, id }: Binding) => `${column}/${id}`;

/** Stored in place of a value that nobody sealed. The column's domain refuses it, so a forgotten seal cannot leak. */
const NEVER_SEALED = 'never-sealed';

/**
 * A provider credential in memory. It opens only when `reveal()` is called, and prints `[secret]` in logs, JSON,
 * errors and template strings.
 */
export class Secret {
  #text: string | undefined;
  #sealed: string | undefined;
  #reveal: (() => string) | undefined;
  #place: string | undefined;

  private constructor(text: string | undefined, sealed: string | undefined) {
    this.#text = text;
    this.#sealed = sealed;
  }

  static of(text: string): Secret {
    return new Secret(text, undefined);
  }

  /** As it came from the database; `bind` tells it where it belongs. */
  static fromStored(sealed: string): Secret {
    return new Secret(undefined, sealed);
  }

  bind(binding: Binding, sealer: Sealer): void {
    const sealed = this.#sealed;
    if (sealed === undefined) return;
    this.#place = placeOf(binding);
    this.#reveal = () => sealer.open(binding.column, binding.id, sealed);
  }

  /** This secret, sealed for its row and column; when it belongs to another place already, a copy, so that both open. */
  sealedFor(binding: Binding, sealer: Sealer): Secret {
    if (this.#sealed === undefined) {
      this.#sealed = sealer.seal(binding.column, binding.id, this.reveal());
      this.bind(binding, sealer);
    }
    if (this.#place === placeOf(binding)) return this;
    return Secret.of(this.reveal()).sealedFor(binding, sealer);
  }

  /** The sealed form for the database. */
  get stored(): string {
    return this.#sealed ?? NEVER_SEALED;
  }

  /** @throws UnreadableCredential when no configured key opens it */
  reveal(): string {
    if (this.#text !== undefined) return this.#text;
    if (this.#reveal === undefined)
      throw new Error('A secret was read before it was bound to its row.');
    return this.#reveal();
  }

  toString(): string {
    return '[secret]';
  }

  toJSON(): string {
    return '[secret]';
  }

  [inspect.custom](): string {
    return '[secret]';
  }
}
