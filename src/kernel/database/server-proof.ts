import type { QueryRunner } from 'typeorm';
import type { Vault } from '../security/vault';
import { ids } from './migration-tools';

const WRONG_KEY =
  'This database knows another ENCRYPTION_KEY: with the one given, no stored credential would open. Nothing was changed.';

/**
 * The database keeps hashes of proofs that are derived from ENCRYPTION_KEY; only the server's process can show one.
 * Registers those of the configured keys and forgets all others.
 * @throws Error when none of the keys is known yet: the key was lost or mistaken
 */
export async function registerServer(q: QueryRunner, vault: Vault): Promise<void> {
  const shown = vault.serverProofs;
  const known = await ids(q, "SELECT encode(hash, 'hex') AS id FROM ava.server_proofs");
  const given = await ids(
    q,
    `SELECT encode(sha256(convert_to(proof, 'UTF8')), 'hex') AS id FROM unnest($1::text[]) AS proof`,
    [shown],
  );
  if (known.length > 0 && !given.some((hash) => known.includes(hash))) throw new Error(WRONG_KEY);
  await q.query(`DELETE FROM ava.server_proofs WHERE encode(hash, 'hex') <> ALL ($1::text[])`, [
    given,
  ]);
  await q.query(
    `INSERT INTO ava.server_proofs (hash) SELECT decode(hash, 'hex') FROM unnest($1::text[]) AS hash
     ON CONFLICT DO NOTHING`,
    [given],
  );
}
