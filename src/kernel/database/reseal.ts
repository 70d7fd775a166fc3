import { setTimeout as sleep } from 'node:timers/promises';
import { Vault } from '../security/vault';
import type { AdminSession } from './admin-session';
import {
  CREDENTIAL_COLUMNS,
  credentialBatches,
  credentialsIn,
  replaceCredentials,
  type CredentialRow,
  type StoredCredential,
} from './credential-rows';
import { openStored } from './credential-survey';

/** The text that a value is to be sealed with anew; undefined leaves it as it is. */
export type Decide = (stored: StoredCredential) => string | undefined;

interface Resealed {
  /** The values that were replaced, as they were before. */
  readonly done: readonly StoredCredential[];
  /** How many users were left out: somebody was changing the row, or had changed it since it was read. */
  readonly missed: number;
}

export interface Task {
  /** Users whose values all carry this key need not be looked at. */
  readonly exceptKey?: string;
  readonly decide: Decide;
  /** After each batch: the values replaced, as they were before, and how many users were dealt with. */
  readonly told: (done: readonly StoredCredential[], users: number) => void;
  readonly patience?: Patience | undefined;
}

/** How often to come back, without getting any further, to rows that other transactions hold. */
export interface Patience {
  readonly times: number;
  readonly everyMs: number;
}

const PATIENCE: Patience = { times: 40, everyMs: 250 };

/** Everybody's values, in short transactions; rows that somebody was changing are tried again. */
export async function resealAll(session: AdminSession, vault: Vault, task: Task): Promise<void> {
  const { times, everyMs } = task.patience ?? PATIENCE;
  for (let idle = 0; idle < times;) {
    let [missed, replaced] = [0, 0];
    for await (const rows of credentialBatches(session, task.exceptKey)) {
      const batch = await reseal(session, vault, rows, task.decide);
      missed += batch.missed;
      replaced += batch.done.length;
      task.told(batch.done, rows.length - batch.missed);
    }
    if (missed === 0) return;
    idle = replaced > 0 ? 0 : idle + 1;
    await sleep(everyMs);
  }
}

/**
 * Seals values anew with the first key: nothing is locked while it encrypts, and what a user saved meanwhile stays. Reads
 * back each value before the transaction ends and opens it. @throws Error when one would not open to the same text
 */
export async function reseal(
  session: AdminSession,
  vault: Vault,
  rows: readonly CredentialRow[],
  decide: Decide,
): Promise<Resealed> {
  const plans = rows
    .map((row) => planFor(row, vault, decide))
    .filter(({ done }) => done.length > 0);
  if (plans.length === 0) return { done: [], missed: 0 };
  const written = await session.transaction(async () => {
    const stored = await replaceCredentials(session, plans);
    const byId = new Map(stored.map((row) => [row.id, row]));
    const kept = plans.filter(({ before }) => byId.has(before.id));
    for (const { before, texts } of kept) prove(byId.get(before.id) ?? before, texts, vault);
    return kept;
  });
  return { done: written.flatMap(({ done }) => done), missed: plans.length - written.length };
}

type Texts = Partial<Record<StoredCredential['column'], string>>;

function planFor(before: CredentialRow, vault: Vault, decide: Decide) {
  const after: CredentialRow = { ...before };
  const texts: Texts = {};
  const done: StoredCredential[] = [];
  for (const stored of credentialsIn(before)) {
    const text = decide(stored);
    if (text === undefined) continue;
    after[stored.column] = vault.seal(`users.${stored.column}`, before.id, text);
    texts[stored.column] = text;
    done.push(stored);
  }
  return { before, after, texts, done };
}

function prove(row: CredentialRow, texts: Texts, vault: Vault): void {
  for (const column of CREDENTIAL_COLUMNS) {
    const text = texts[column];
    if (text === undefined) continue;
    const stored = { userId: row.id, column, value: row[column] ?? '' };
    const opened = openStored(vault, stored);
    const same = 'text' in opened && opened.text === text;
    if (same && Vault.keyIdOf(stored.value) === vault.currentKeyId) continue;
    throw new Error(`The ${column} of user ${row.id} would not open again: it stays as it was.`);
  }
}
