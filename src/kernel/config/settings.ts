import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../database/embedded-postgres';
import { Vault } from '../security/vault';
import type { Env } from './env';

/** Settings that are complete: what `Env` left open has been generated or started. */
export interface Settings extends Env {
  readonly databaseUrl: string;
  readonly encryptionKey: string;
  readonly jwtSecret: string;
}

/** Injection token of the one `Settings` object. */
export const SETTINGS = Symbol('Settings');

export interface ResolvedSettings {
  readonly settings: Settings;
  /** What had to be made up, for one warning at the start. */
  readonly notices: readonly string[];
  readonly stop: () => Promise<void>;
  readonly stopSync: () => void;
}

/** Starts embedded PostgreSQL and makes keys where the environment names none (never in production: see `parseEnv`). */
export async function resolveSettings(env: Env): Promise<ResolvedSettings> {
  if (env.databaseUrl ?? env.databaseAdminUrl) {
    const databaseUrl = env.databaseUrl ?? env.databaseAdminUrl ?? '';
    const notices =
      env.smtpUrl === undefined
        ? [`No SMTP_URL is set: mails are not sent, but written to ${join(env.dataDir, 'mails')}.`]
        : [];
    return complete({ ...env, databaseUrl }, env.encryptionKey ?? '', env.jwtSecret ?? '', {
      notices,
    });
  }
  await mkdir(env.dataDir, { recursive: true, mode: 0o700 });
  const keys = await generatedKeys(join(env.dataDir, 'keys.json'));
  const postgres = await startEmbeddedPostgres(env.dataDir);
  const urls = { databaseUrl: postgres.serverUrl, databaseAdminUrl: postgres.adminUrl };
  const notices = [
    `No DATABASE_URL is set: embedded PostgreSQL and generated keys live in ${env.dataDir}. ` +
      'Losing keys.json there makes every stored credential unreadable. Not for production.',
  ];
  return complete(
    { ...env, ...urls },
    env.encryptionKey ?? keys.encryptionKey,
    env.jwtSecret ?? keys.jwtSecret,
    { notices, postgres },
  );
}

function complete(
  env: Env & { databaseUrl: string },
  encryptionKey: string,
  jwtSecret: string,
  { notices, postgres }: { notices: string[]; postgres?: EmbeddedPostgres },
): ResolvedSettings {
  return {
    settings: Object.freeze({ ...env, encryptionKey, jwtSecret }),
    notices,
    stop: async () => postgres?.stop(),
    stopSync: () => postgres?.stopSync(),
  };
}

interface Keys {
  encryptionKey: string;
  jwtSecret: string;
}

/** Written whole or not at all, readable by this user only: a half-written key file would lose every credential. */
async function generatedKeys(file: string): Promise<Keys> {
  const stored = await readKeys(file);
  if (stored) return stored;
  const keys: Keys = {
    encryptionKey: Vault.generateKey(),
    jwtSecret: randomBytes(48).toString('base64url'),
  };
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, JSON.stringify(keys, null, 2), { mode: 0o600 });
  // link, unlike rename, never replaces the keys of another first start that was quicker.
  const won = await link(draft, file).then(
    () => true,
    () => false,
  );
  await rm(draft);
  return won ? keys : ((await readKeys(file)) ?? keys);
}

async function readKeys(file: string): Promise<Keys | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Keys;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(
      `${file} cannot be read: restore it from a backup, or remove the data directory to start anew.`,
      { cause: error },
    );
  }
}
