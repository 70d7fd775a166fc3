import { NestFactory, ModulesContainer } from '@nestjs/core';
import { writeFile } from 'node:fs/promises';
import { styleText } from 'node:util';
import { AppModule } from '../app.module';
import type { Env } from '../kernel/config/env';
import { resolveSettings, type Settings } from '../kernel/config/settings';
import { parseKeyring, Vault } from '../kernel/security/vault';
import { asHtml } from '../security-audit/as-html';
import { asText, type Paint, type Tone } from '../security-audit/as-text';
import { readFacts } from '../security-audit/facts';
import type { Facts } from '../security-audit/facts.types';
import { reportOf } from '../security-audit/report';
import type { Language, Report } from '../security-audit/report.types';
import { routesOf } from '../security-audit/routes';
import { readOnly } from './read-only';

interface Options {
  readonly json?: boolean;
  readonly lang: Language;
  readonly html?: string;
  readonly min: number;
}

const styles: Readonly<Record<Tone, Parameters<typeof styleText>[0]>> = {
  good: 'green',
  bad: 'red',
  unsure: 'yellow',
  heading: 'bold',
  quiet: 'dim',
};
const colours: Paint = (tone, text) => styleText(styles[tone], text);

/** Prints the report. @returns whether the score reaches what was asked for */
export async function securityAudit(
  env: Env,
  { json, lang, html, min }: Options,
): Promise<boolean> {
  const { settings, stop } = await resolveSettings(env);
  try {
    const report = reportOf(await factsOf(settings, serverLogin(env, settings)), lang);
    if (html !== undefined) await writeFile(html, asHtml(report));
    console.log(json ? JSON.stringify(report, null, 2) : plain(report));
    return report.score >= min;
  } finally {
    await stop();
  }
}

function plain(report: Report): string {
  return process.stdout.isTTY ? asText(report, colours) : asText(report);
}

/** An admin's URL alone does not tell what the server will log in as. */
function serverLogin(env: Env, { databaseUrl }: Settings): string | null {
  if (env.databaseUrl === undefined && env.databaseAdminUrl !== undefined) return null;
  const url = new URL(databaseUrl);
  return decodeURIComponent(url.username) || url.searchParams.get('user');
}

async function factsOf(settings: Settings, login: string | null): Promise<Facts> {
  const { encryptionKey, docs, databaseAdminUrl, databaseUrl } = settings;
  const currentKeyId =
    encryptionKey === '' ? null : new Vault(parseKeyring(encryptionKey)).currentKeyId;
  const known = { routes: await ownRoutes(settings), deployment: { docs, currentKeyId } };
  return readOnly(databaseAdminUrl ?? databaseUrl, (ask) => readFacts(ask, login, known));
}

/** The modules are looked through and nothing of them is made: no database is needed for it. */
async function ownRoutes(settings: Settings): Promise<Facts['routes']> {
  const app = await NestFactory.createApplicationContext(AppModule.with(settings), {
    preview: true,
    logger: false,
  });
  return routesOf(app.get(ModulesContainer));
}
