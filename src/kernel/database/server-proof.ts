import type { Vault } from '../security/vault';
import { ids, type Queryable } from './migration-tools';

const WRONG_KEY =
  'This database knows another ENCRYPTION_KEY: with the one given, no stored credential would open. Nothing was changed.';

/** What to do when the key is gone for good; part of every message that says it is another one. */
export const LOST_KEY =
  'If that key is lost for good, `npm run ava -- key:replace-lost` says what remains and puts this one in its place.';

/**
 * The database keeps hashes of proofs that are derived from ENCRYPTION_KEY; only the server's process can show one.
 * Registers those of the configured keys and forgets all others.
 * @throws Error when none of the keys is known yet: the key was lost or mistaken
 */
export async function registerServer(q: Queryable, vault: Vault): Promise<void> {
  await refuseUnknownKey(q, vault);
  await replaceServer(q, vault);
}

/** @throws Error when the database knows keys, and none of the configured ones */
export async function refuseUnknownKey(q: Queryable, vault: Vault): Promise<void> {
  if (!(await knowsServer(q, vault))) throw new Error(`${WRONG_KEY} ${LOST_KEY}`);
}

/** Whether one of the configured keys is known, or none at all is yet. */
export async function knowsServer(q: Queryable, vault: Vault): Promise<boolean> {
  const known = await ids(q, "SELECT encode(hash, 'hex') AS id FROM ava.server_proofs");
  const given = await hashesOf(q, vault);
  return known.length === 0 || given.some((hash) => known.includes(hash));
}

/** Registers the configured keys and forgets all others, also when none of them is known. */
export async function replaceServer(q: Queryable, vault: Vault): Promise<void> {
  const given = await hashesOf(q, vault);
  await q.query(`DELETE FROM ava.server_proofs WHERE encode(hash, 'hex') <> ALL ($1::text[])`, [
    given,
  ]);
  await q.query(
    `INSERT INTO ava.server_proofs (hash) SELECT decode(hash, 'hex') FROM unnest($1::text[]) AS hash
     ON CONFLICT DO NOTHING`,
    [given],
  );
}

function hashesOf(q: Queryable, vault: Vault): Promise<string[]> {
  return ids(
    q,
    `SELECT encode(sha256(convert_to(proof, 'UTF8')), 'hex') AS id FROM unnest($1::text[]) AS proof`,
    [vault.serverProofs],
  );
}
