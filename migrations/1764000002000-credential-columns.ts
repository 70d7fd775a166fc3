import type { MigrationInterface, QueryRunner } from 'typeorm';
import { expectCount, keepReport, lock, vaultOf } from '../src/kernel/database/migration-tools';
import { UnreadableCredential, Vault } from '../src/kernel/security/vault';
import {
  countCredentials,
  type Credential,
  CREDENTIALS,
  type PerCredential,
  rewriteCredentials,
} from './support/credential-batches';

interface Report {
  readonly credentials: PerCredential<number>;
  readonly sealed: number;
  /** Were sealed for their row and column before: kept as they are. */
  readonly already_sealed: Place[];
  /** Have the form of a sealed value and do not open: sealed as the text they are. */
  readonly sealed_looking: Place[];
}

interface Place {
  readonly id: string;
  readonly column: Credential;
}

const changeType = (type: string) =>
  // The expression makes PostgreSQL write the whole table anew, so that no page keeps an old value.
  `ALTER TABLE users ${CREDENTIALS.map((c) => `ALTER COLUMN ${c} TYPE ${type} USING (${c} || '')::${type}`).join(', ')}`;

const ALTER_TO_TEXT = `ALTER TABLE users ${CREDENTIALS.map((c) => `ALTER COLUMN ${c} TYPE text`).join(', ')}`;

/** From here on the credential columns hold sealed values and nothing else; the type refuses the rest. */
export class CredentialColumns1764000002000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await lock(q, 'users');
    // A domain and not a CHECK on the table: the error of that one would print the row.
    await q.query(`
      CREATE DOMAIN sealed_credential AS text CONSTRAINT sealed_credential_form CHECK (
        VALUE ~ '^v1\\.[0-9a-f]{8}\\.gAAAA[A-Za-z0-9_-]+={0,2}$' AND length(VALUE) >= 112 AND length(VALUE) % 4 = 0)`);
    const before = await countCredentials(q);
    await q.query(ALTER_TO_TEXT);
    const report = await sealAll(q);
    await q.query(changeType('sealed_credential'));
    const after = await countCredentials(q);
    for (const column of CREDENTIALS) expectCount(`users.${column}`, after[column], before[column]);
    await q.query(`
      ALTER TABLE users
        ADD COLUMN vapi_updated_at timestamptz,
        ADD COLUMN vapi_verified_at timestamptz,
        ADD COLUMN vapi_status text NOT NULL DEFAULT 'unverified'
          CONSTRAINT users_vapi_status_check CHECK (vapi_status IN ('unverified', 'valid', 'invalid')),
        ADD COLUMN twilio_updated_at timestamptz,
        ADD COLUMN twilio_verified_at timestamptz,
        ADD COLUMN twilio_status text NOT NULL DEFAULT 'unverified'
          CONSTRAINT users_twilio_status_check CHECK (twilio_status IN ('unverified', 'valid', 'invalid'))`);
    await keepReport(q, 'credential-columns', { credentials: before, ...report } satisfies Report);
  }

  /**
   * Writes the credentials in plain text again, for the earlier system reads nothing else. Needs the ENCRYPTION_KEY
   * they were sealed with: one that does not open, or that is too long for the earlier column, undoes the whole step.
   */
  async down(q: QueryRunner): Promise<void> {
    await lock(q, 'users');
    const vault = vaultOf(q.dataSource);
    const before = await countCredentials(q);
    await q.query(`
      ALTER TABLE users
        DROP COLUMN vapi_updated_at, DROP COLUMN vapi_verified_at, DROP COLUMN vapi_status,
        DROP COLUMN twilio_updated_at, DROP COLUMN twilio_verified_at, DROP COLUMN twilio_status`);
    await q.query(ALTER_TO_TEXT);
    await rewriteCredentials(q, (column, id, value) => openOrExplain(vault, { column, id }, value));
    await q.query(
      `ALTER TABLE users ${CREDENTIALS.map((c) => `ALTER COLUMN ${c} TYPE varchar(255)`).join(', ')}`,
    );
    await q.query('DROP DOMAIN sealed_credential');
    const after = await countCredentials(q);
    for (const column of CREDENTIALS) expectCount(`users.${column}`, after[column], before[column]);
  }
}

async function sealAll(q: QueryRunner): Promise<Omit<Report, 'credentials'>> {
  const vault = vaultOf(q.dataSource);
  const report = { sealed: 0, already_sealed: [] as Place[], sealed_looking: [] as Place[] };
  await rewriteCredentials(q, (column, id, value) => {
    if (Vault.looksSealed(value)) {
      const opens = opened(vault, { column, id }, value) !== undefined;
      (opens ? report.already_sealed : report.sealed_looking).push({ id, column });
      if (opens) return value;
    }
    const sealed = vault.seal(`users.${column}`, id, value);
    if (opened(vault, { column, id }, sealed) !== value) {
      throw new Error(`The ${column} of user ${id} would not open again. Nothing was changed.`);
    }
    report.sealed += 1;
    return sealed;
  });
  return report;
}

function opened(vault: Vault, { column, id }: Place, value: string): string | undefined {
  try {
    return vault.open(`users.${column}`, id, value);
  } catch (error) {
    if (error instanceof UnreadableCredential) return undefined;
    throw error;
  }
}

function openOrExplain(vault: Vault, place: Place, value: string): string {
  const text = opened(vault, place, value);
  if (text !== undefined) return text;
  throw new Error(
    `The ${place.column} of user ${place.id} does not open with ENCRYPTION_KEY. Nothing was changed.`,
  );
}
