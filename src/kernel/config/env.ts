import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { loadEnvFile } from 'node:process';
import { defaultDataDir } from '../database/embedded-postgres';
import { parseKeyring } from '../security/vault';
import { SettingsReader } from './settings-reader';

/** Every setting of the process, validated once. Optional ones are made by `resolveSettings` when they may be. */
export interface Env {
  readonly production: boolean;
  readonly port: number;
  readonly host: string;
  readonly publicUrl: string;
  /** Where the web application lives: what links in mails begin with. */
  readonly appUrl: string;
  readonly databaseUrl: string | undefined;
  readonly databaseAdminUrl: string | undefined;
  /** Where to LISTEN when DATABASE_URL leads to a pooler, which does not pass notifications on. */
  readonly databaseListenUrl: string | undefined;
  readonly encryptionKey: string | undefined;
  readonly jwtSecret: string | undefined;
  readonly tenancyMode: 'solo' | 'team';
  readonly corsOrigins: readonly string[];
  readonly trustProxy: boolean | number | string[];
  readonly vapiBaseUrl: string;
  readonly twilioBaseUrl: string;
  readonly smtpUrl: string | undefined;
  readonly mailFrom: string;
  readonly logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly rateLimits: boolean;
  readonly docs: boolean;
  readonly dataDir: string;
}

/** Lists every problem at once. Holds names and rules, never a value. */
class InvalidSettings extends Error {
  override readonly name = 'InvalidSettings';
  constructor(readonly problems: readonly string[]) {
    super(
      ['ava-api cannot start with these settings:', ...problems.map((p) => `  - ${p}`)].join('\n'),
    );
  }
}

/** What the process is started for: migrations sign no tokens, so they need no JWT_SECRET; an audit opens no value either. */
export type Purpose = 'server' | 'migrate' | 'audit';

/** Reads `.env` (what is already set wins) and the environment. @throws InvalidSettings */
export function loadEnv(purpose: Purpose = 'server'): Env {
  const file = resolve('.env');
  if (existsSync(file)) loadEnvFile(file);
  return parseEnv(process.env, purpose);
}

/** @throws InvalidSettings naming every problem of `source`, never a value. */
export function parseEnv(source: NodeJS.ProcessEnv, purpose: Purpose = 'server'): Env {
  const read = new SettingsReader(source);
  const env = { ...readNetwork(read), ...readSecrets(read, purpose), ...readProviders(read) };
  if (read.problems.length > 0) throw new InvalidSettings(read.problems);
  return Object.freeze(env);
}

function readNetwork(read: SettingsReader) {
  const production = read.text('NODE_ENV') === 'production';
  const port = read.integer('PORT', 3000, [0, 65535]);
  const rateLimits = read.onOff('RATE_LIMITS', true);
  const publicUrl = read.url('PUBLIC_URL', ['http:', 'https:']) ?? `http://localhost:${port}`;
  if (production && !rateLimits)
    read.problem('RATE_LIMITS', 'cannot be off when NODE_ENV=production');
  return {
    production,
    port,
    rateLimits,
    host: read.text('HOST') ?? (production ? '0.0.0.0' : '127.0.0.1'),
    publicUrl,
    appUrl: read.url('APP_URL', ['http:', 'https:']) ?? publicUrl,
    corsOrigins: read.list(
      'CORS_ORIGINS',
      isOrigin,
      'must be origins such as https://app.example.com',
    ),
    trustProxy: readTrustProxy(read),
    tenancyMode: read.oneOf('TENANCY_MODE', ['solo', 'team'], 'solo'),
    logLevel: read.oneOf(
      'LOG_LEVEL',
      ['trace', 'debug', 'info', 'warn', 'error', 'silent'],
      'info',
    ),
    docs: read.onOff('DOCS', true),
  } as const;
}

function readSecrets(read: SettingsReader, purpose: Purpose) {
  const schemes = ['postgres:', 'postgresql:'];
  const databaseUrl = read.url('DATABASE_URL', schemes);
  const databaseAdminUrl = read.url('DATABASE_ADMIN_URL', schemes);
  const databaseListenUrl = read.url('DATABASE_LISTEN_URL', schemes);
  const encryptionKey = read.checked('ENCRYPTION_KEY', (text) => {
    parseKeyring(text);
  });
  const jwtSecret = read.checked('JWT_SECRET', checkJwtSecrets);
  if (
    read.present('DATABASE_URL', 'DATABASE_ADMIN_URL') ||
    read.text('NODE_ENV') === 'production'
  ) {
    const hint = 'is missing (nothing is generated with a database of your own or in production)';
    const makeKey = 'make one with `npm run -s key:generate`';
    if (purpose !== 'audit') read.require('ENCRYPTION_KEY', `${hint}; ${makeKey} and keep it safe`);
    if (purpose === 'server') {
      read.require('JWT_SECRET', `${hint}; ${makeKey}`);
      read.require('DATABASE_URL', hint);
    } else if (!read.present('DATABASE_URL', 'DATABASE_ADMIN_URL')) {
      read.problem('DATABASE_ADMIN_URL', hint);
    }
  }
  const dataDir = resolve(read.text('AVA_DATA_DIR') ?? defaultDataDir(process.cwd()));
  return { databaseUrl, databaseAdminUrl, databaseListenUrl, encryptionKey, jwtSecret, dataDir };
}

function readProviders(read: SettingsReader) {
  const web = ['http:', 'https:'];
  return {
    vapiBaseUrl: read.url('VAPI_BASE_URL', web) ?? 'https://api.vapi.ai',
    twilioBaseUrl: read.url('TWILIO_BASE_URL', web) ?? 'https://api.twilio.com',
    smtpUrl: read.url('SMTP_URL', ['smtp:', 'smtps:']),
    mailFrom:
      read.matching('MAIL_FROM', /^[^\r\n]*[^\s@<>]+@[^\s@<>]+>?$/, 'must be an address') ??
      'Ava <ava@localhost>',
  };
}

/** `true` trusts every proxy, a number that many hops, a list these addresses (CIDR). */
function readTrustProxy(read: SettingsReader): boolean | number | string[] {
  const text = read.text('TRUST_PROXY');
  if (text === undefined || text === 'false') return false;
  if (text === 'true') return true;
  if (/^[1-9]\d?$/.test(text)) return Number(text);
  return [
    ...read.list(
      'TRUST_PROXY',
      isNetwork,
      'must be true, false, a number of hops or a list of addresses',
    ),
  ];
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return (
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))
  );
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text && text.startsWith('http');
}

function checkJwtSecrets(text: string): void {
  text.split(',').forEach((secret, i) => {
    if (Buffer.byteLength(secret.trim()) < 32) {
      throw new Error(
        `entry ${i + 1} is shorter than 32 bytes (make one with \`npm run -s key:generate\`)`,
      );
    }
  });
}
