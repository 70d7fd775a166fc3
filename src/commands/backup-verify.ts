import { randomInt } from 'node:crypto';
import { AdminSession } from '../kernel/database/admin-session';
import { pendingMigrations } from '../kernel/database/migrate';
import { ids, select, type Queryable } from '../kernel/database/migration-tools';
import { tables } from '../kernel/database/planes';
import { knowsServer } from '../kernel/database/server-proof';
import { refuseInPart } from '../kernel/database/wholeness';
import type { Vault } from '../kernel/security/vault';
import { assess } from '../security-audit/assess';
import type { FindingId } from '../security-audit/check.types';
import { readFacts } from '../security-audit/facts';
import { fill, texts } from '../security-audit/report';
import { checkCredentials } from './credentials-check';
import { schemaParts } from './schema-parts';
import { recordRun, type VaultCommand } from './vault-command';

type Rows = Readonly<Record<string, number>>;

/** Findings of the security audit that only a database can be the cause of, and not who serves it. */
const OF_A_DATABASE: readonly FindingId[] = [
  'policies',
  'grants',
  'functions',
  'column-type',
  'orphans',
];
const EVENT = 'backup.verify';
const SHOWN = 20;

/**
 * Holds a restored copy, which it only reads, against the live database and the configured keys. Written down in the live
 * one, where the security audit looks for it. @returns whether the copy would work
 */
export async function verifyBackup(command: VaultCommand, url: string): Promise<boolean> {
  const copy = await AdminSession.open(url);
  try {
    await copy.query('SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY');
    await refuseSame(command.session, copy);
    const pending = await pendingMigrations(copy);
    if (pending.length > 0) {
      throw new Error(
        `The copy lacks migrations: ${pending.join(', ')}. Run \`npm run migrate\` with DATABASE_ADMIN_URL set to it first.`,
      );
    }
    await refuseInPart(copy);
    return await judge(command, copy);
  } finally {
    await copy.close();
  }
}

/** The live database always "works", and says nothing about a backup. A lock is seen in its own database only. */
async function refuseSame(live: AdminSession, copy: AdminSession): Promise<void> {
  const lock = [randomInt(2 ** 31), randomInt(2 ** 31)];
  await live.query('SELECT pg_advisory_lock($1, $2)', lock);
  const [other] = await copy.query<{ free: boolean }>(
    'SELECT pg_try_advisory_lock($1, $2) AS free',
    lock,
  );
  await live.query('SELECT pg_advisory_unlock($1, $2)', lock);
  if (other?.free) return;
  throw new Error('This is the live database itself: restore the backup elsewhere and name that.');
}

async function judge(command: VaultCommand, copy: AdminSession): Promise<boolean> {
  const { session: live, vault, say } = command;
  const [rows, liveRows] = [await countRows(copy), await countRows(live)];
  const counts = Object.entries(rows).map(([name, n]) => `${name} ${n} (live ${liveRows[name]})`);
  const newest = await newestRow(copy);
  say(`Rows: ${counts.join(', ')}.`);
  say(`Newest row of the copy: ${newest ?? 'none'}.`);
  const opens = await checkCredentials({ ...command, session: copy });
  const problems = [
    ...(await absentParts(live, copy)),
    ...emptied(rows, liveRows),
    ...(await findings(copy)),
    ...(await unknownKey(copy, vault)),
    ...(opens ? [] : ['stored credentials do not open with this ENCRYPTION_KEY']),
  ];
  for (const problem of problems.slice(0, SHOWN)) say(`problem: ${problem}`);
  if (problems.length > SHOWN) say(`and ${problems.length - SHOWN} more`);
  if (problems.length > 0) {
    say('This copy would not work. Nothing was recorded.');
    return false;
  }
  await recordRun(command, EVENT, { rows, newest, keys: vault.keyIds });
  say(`This copy would work. Recorded in the live database as ${EVENT}.`);
  return true;
}

async function absentParts(live: Queryable, copy: Queryable): Promise<string[]> {
  const there = new Set(await schemaParts(copy));
  return (await schemaParts(live))
    .filter((part) => !there.has(part))
    .map((part) => `it lacks ${part}`);
}

/** Fewer rows are the age of the backup; none at all where there are some is a table that was left out. */
function emptied(rows: Rows, liveRows: Rows): string[] {
  return Object.keys(rows)
    .filter((name) => rows[name] === 0 && liveRows[name] !== 0)
    .map((name) => `${name} is empty, and is not in the live database`);
}

/** Without what this command has written itself, which came after the backup. */
async function countRows(db: Queryable): Promise<Rows> {
  const counts = Object.keys(tables).map((name) => {
    const counted = name === 'audit_events' ? `${name} WHERE action <> '${EVENT}'` : name;
    return `'${name}', (SELECT count(*) FROM ${counted})`;
  });
  const [row] = await select<{ rows: Rows }>(
    db,
    `SELECT jsonb_build_object(${counts.join(', ')}) AS rows`,
  );
  return row?.rows ?? {};
}

/** A database that knows no key at all would take any: in a copy it has lost the table that tells. */
async function unknownKey(copy: Queryable, vault: Vault): Promise<string[]> {
  const proofs = await ids(copy, 'SELECT 1 AS id FROM ava.server_proofs LIMIT 1');
  if (proofs.length > 0 && (await knowsServer(copy, vault))) return [];
  return ['it does not know this ENCRYPTION_KEY: the server would not start on it'];
}

/** How old the backup is, as far as its rows tell. */
async function newestRow(db: Queryable): Promise<string | null> {
  const [row] = await select<{ at: Date | null }>(
    db,
    `SELECT greatest((SELECT max(created_at) FROM users), (SELECT max(last_seen_at) FROM sessions),
                     (SELECT max(created_at) FROM calls), (SELECT max(at) FROM audit_events)) AS at`,
  );
  return row?.at?.toISOString() ?? null;
}

/** Rights, policies and references, as the security audit sees them; the routes are the program's and not the copy's. */
async function findings(copy: Queryable): Promise<string[]> {
  const { findings: found } = assess(
    await readFacts((sql, parameters = []) => select(copy, sql, [...parameters]), null, {
      routes: { closedByDefault: false, rolesChecked: false, routes: [] },
      deployment: { docs: false, currentKeyId: null },
    }),
  );
  return found
    .filter(({ id, status }) => OF_A_DATABASE.includes(id) && status !== 'good')
    .flatMap(({ evidence }) => evidence.filter(({ holds }) => holds !== true))
    .map(({ code, values }) => fill(texts.en.evidence[code], values));
}
