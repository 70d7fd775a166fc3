import { ModulesContainer, NestFactory } from '@nestjs/core';
import { parseEnv, type Env } from '../../src/kernel/config/env';
import type { Report } from '../../src/security-audit/report.types';
import { securityAudit } from '../../src/commands/security-audit';
import type { TestDatabase } from './database';
import { encryptionKey } from './keys';

type Options = Parameters<typeof securityAudit>[1];

export interface Printed {
  readonly text: string;
  readonly reached: boolean;
}

export function auditEnv(database: TestDatabase, more: NodeJS.ProcessEnv = {}): Env {
  return parseEnv(
    {
      DATABASE_ADMIN_URL: database.adminUrl,
      DATABASE_URL: database.serverUrl,
      ENCRYPTION_KEY: encryptionKey,
      DOCS: 'off',
      ...more,
    },
    'audit',
  );
}

/** What the command prints for this database. */
export async function printAudit(env: Env, options: Partial<Options> = {}): Promise<Printed> {
  const lines: string[] = [];
  const log = jest.spyOn(console, 'log').mockImplementation((line: string) => lines.push(line));
  try {
    const reached = await securityAudit(env, { lang: 'en', min: 0, ...options });
    return { text: lines.join('\n'), reached };
  } finally {
    log.mockRestore();
  }
}

export async function audit(
  database: TestDatabase,
  more: NodeJS.ProcessEnv = {},
  options: Partial<Options> = {},
): Promise<Report> {
  const { text } = await printAudit(auditEnv(database, more), { json: true, ...options });
  return JSON.parse(text) as Report;
}

/** What is missing, by its id, with the words that say why. */
export function missing({ missing: items }: Report): Record<string, string> {
  return Object.fromEntries(items.map(({ id, evidence }) => [id, failing(evidence)]));
}

/** What hardening finds to do or does not know. */
export function findings({ hardening }: Report): Record<string, string> {
  const open = hardening.filter(({ status }) => status !== 'good');
  return Object.fromEntries(open.map(({ id, evidence }) => [id, failing(evidence)]));
}

const failing = (evidence: Report['good'][number]['evidence']) =>
  evidence
    .filter(({ holds }) => holds !== true)
    .map(({ text }) => text)
    .join('; ');

/** The modules of a root, with nothing of them made. */
export async function modulesOf(root: Parameters<typeof NestFactory.createApplicationContext>[0]) {
  const app = await NestFactory.createApplicationContext(root, { preview: true, logger: false });
  return app.get(ModulesContainer);
}
