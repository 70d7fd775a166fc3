import { UnreadableCredential, Vault, type Unreadable } from '../security/vault';
import {
  CREDENTIAL_COLUMNS,
  credentialBatches,
  credentialsIn,
  type CredentialColumn,
  type StoredCredential,
} from './credential-rows';
import { ids, type Queryable } from './migration-tools';

/** A value that no configured key opens where it is. */
export interface Unopened {
  readonly userId: string;
  readonly column: CredentialColumn;
  readonly reason: Unreadable;
  /** The key that it says it was sealed with. */
  readonly keyId: string | null;
}

export type PerColumn = Record<CredentialColumn, number>;

/** The values that carry one key id. */
export interface OfKey {
  readonly columns: PerColumn;
  total: number;
  unreadable: number;
}

export type Survey = ReadonlyMap<string, OfKey>;

const NO_KEY = 'none';

/** @throws Error when there are no sealed columns yet */
export async function refuseUnmigrated(db: Queryable): Promise<void> {
  const columns = await ids(
    db,
    `SELECT attname AS id FROM pg_attribute
      WHERE attrelid = to_regclass('users') AND atttypid = to_regtype('sealed_credential') AND attname = ANY ($1)
        AND to_regclass('ava.server_proofs') IS NOT NULL AND to_regclass('audit_events') IS NOT NULL`,
    [CREDENTIAL_COLUMNS],
  );
  if (columns.length === CREDENTIAL_COLUMNS.length) return;
  throw new Error(
    'This database is not migrated: run `npm run migrate` first, which seals the plain-text credentials. Nothing was changed.',
  );
}

/** Opens everything that is stored, a batch at a time; tells of what does not open as it finds it. */
export async function surveyCredentials(
  db: Queryable,
  vault: Vault,
  tell: (unopened: Unopened) => void,
): Promise<Survey> {
  const byKey = new Map<string, OfKey>();
  for await (const rows of credentialBatches(db)) {
    for (const stored of rows.flatMap(credentialsIn)) {
      const keyId = Vault.keyIdOf(stored.value) ?? NO_KEY;
      const ofKey = byKey.get(keyId) ?? { columns: perColumn(), total: 0, unreadable: 0 };
      byKey.set(keyId, ofKey);
      ofKey.columns[stored.column] += 1;
      ofKey.total += 1;
      const opened = openStored(vault, stored);
      if ('text' in opened) continue;
      ofKey.unreadable += 1;
      tell(unopened(stored, opened.reason));
    }
  }
  return byKey;
}

export function sumOf(survey: Survey, count: (ofKey: OfKey, keyId: string) => number): number {
  return [...survey].reduce((sum, [keyId, ofKey]) => sum + count(ofKey, keyId), 0);
}

export function unopened({ userId, column, value }: StoredCredential, reason: Unreadable) {
  return { userId, column, reason, keyId: Vault.keyIdOf(value) ?? null } satisfies Unopened;
}

export function openStored(
  vault: Vault,
  { userId, column, value }: StoredCredential,
): { text: string } | { reason: Unreadable } {
  try {
    return { text: vault.open(`users.${column}`, userId, value) };
  } catch (error) {
    if (error instanceof UnreadableCredential) return { reason: error.reason };
    throw error;
  }
}

export function perColumn(): PerColumn {
  return { vapi_api_key: 0, twilio_account_sid: 0, twilio_auth_token: 0 };
}
