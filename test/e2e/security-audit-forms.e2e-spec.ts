import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Report } from '../../src/security-audit/report.types';
import { asHtml } from '../../src/security-audit/as-html';
import { asText } from '../../src/security-audit/as-text';
import { createDatabase, query, temporaryFolder, type TestDatabase } from '../support/database';
import { earlierDatabase } from '../support/earlier-database';
import { encryptionKey } from '../support/keys';
import { audit, auditEnv, printAudit } from '../support/security-audit';
import { build, run } from '../support/server-process';

let earlier: TestDatabase;
let migrated: TestDatabase;
beforeAll(async () => {
  build();
  [earlier, migrated] = await Promise.all([earlierDatabase(), createDatabase()]);
}, 120_000);
afterAll(() => Promise.all([earlier.drop(), migrated.drop()]));

/** Without the words: what must be the same in every language. */
const bones = ({ good, missing, hardening, tests, actions, ...rest }: Report) => ({
  ...rest,
  language: '',
  checkedAt: '',
  items: [...good, ...missing].map(({ id, points, max, evidence }) => [
    id,
    points,
    max,
    evidence.map(({ holds }) => holds),
  ]),
  hardening: hardening.map(({ id, status, evidence }) => [
    id,
    status,
    evidence.map(({ holds }) => holds),
  ]),
  tests: tests.map(({ id, holds, command }) => [id, holds, command]),
  actions: actions.map(({ id, points, scoreAfter }) => [id, points, scoreAfter]),
});

const wordsOf = ({ good, missing, hardening, tests }: Report) =>
  [...good, ...missing, ...hardening]
    .flatMap(({ title, risk }) => [title, risk])
    .concat(tests.map(({ title }) => title));

describe('the report', () => {
  it.each([
    ['the earlier database', () => earlier],
    ['a migrated one', () => migrated],
  ])('has the same items in both languages, of %s', async (_, of) => {
    const [fr, en] = [await audit(of(), {}, { lang: 'fr' }), await audit(of(), {}, { lang: 'en' })];

    expect(bones(fr)).toEqual(bones(en));
    expect(wordsOf(fr).filter((text) => wordsOf(en).includes(text))).toEqual([]);
    expect(JSON.stringify([fr, en])).not.toMatch(/\{\w+\}/);
  });

  it('has the shape of the brief, in its language', async () => {
    const { text } = await printAudit(auditEnv(earlier), { lang: 'fr' });

    const headings = text.split('\n').filter((line) => /^[A-ZÉ]{5,}|^CE QUI/.test(line));

    expect(headings).toEqual([
      'RÉSUMÉ SÉCURITÉ - Base de données Multi-Tenant',
      'CE QUI EST BON',
      'CE QUI MANQUE',
      'TABLEAUX ET ISOLATION',
      'TESTS DE SÉCURITÉ',
      'DURCISSEMENT (sans points)',
      'ACTIONS',
      'CONCLUSION',
    ]);
    expect(text).toContain(
      'Score : 75/100 (90/100 après « Les clés des fournisseurs sont chiffrées »)',
    );
    expect(text).toContain('users.vapi_api_key : 5 stockées, dont 5 en clair');
    expect(text).toContain(
      'calls : appartient à tenant_id ; isolation : routes seules ; supprimée avec : tenants',
    );
  });

  it('gives every item what it saw, and what to do', async () => {
    const { good, missing, hardening } = await audit(earlier);
    const all = [...good, ...missing, ...hardening];

    expect(all.filter(({ evidence, remedy }) => evidence.length === 0 || remedy === '')).toEqual(
      [],
    );
  });

  it('is a page that loads nothing and takes no name for markup', async () => {
    await query(
      migrated.adminUrl,
      'CREATE POLICY "<img src=x onerror=alert(1)>" ON calls USING (true)',
    );
    const report = await audit(migrated);
    await query(migrated.adminUrl, 'DROP POLICY "<img src=x onerror=alert(1)>" ON calls');

    const html = asHtml(report);

    expect(html).toContain('&#60;img src=x');
    expect(html).not.toMatch(/<(script|link|img|iframe)|(src|href)="|url\(|@import/);
    for (const { title } of [...report.good, ...report.missing])
      expect(html).toContain(title.replaceAll("'", '&#39;'));
  });

  it('is painted only when told to', async () => {
    const report = await audit(earlier);
    const tones = new Set<string>();
    const painted = asText(report, (tone, text) => {
      tones.add(tone);
      return `<${text}>`;
    });

    expect(asText(report)).toBe(painted.replaceAll(/<(.*?)>/gs, '$1'));
    expect([...tones].toSorted()).toEqual(['bad', 'good', 'heading', 'quiet', 'unsure']);
  });
});

describe('npm run ava -- security:audit', () => {
  const ava = (database: TestDatabase, ...more: string[]) =>
    run(['dist/src/commands/ava.js', 'security:audit', ...more], {
      DATABASE_ADMIN_URL: database.adminUrl,
      DATABASE_URL: database.serverUrl,
      ENCRYPTION_KEY: encryptionKey,
    });

  it('ends with status 1 below the score that is asked for, and with 0 otherwise', () => {
    const [reached, not] = [ava(earlier, '--min', '75'), ava(earlier, '--min', '76', '--json')];

    expect([reached.status, not.status]).toEqual([0, 1]);
    expect(reached.stdout).toContain('Score: 75/100');
    // eslint-disable-next-line no-control-regex -- no colour where nobody looks
    expect(reached.stdout).not.toMatch(/\u001b/);
    expect(Object.keys(JSON.parse(not.stdout) as object)).toEqual([
      ...['language', 'checkedAt', 'score', 'max', 'good', 'missing', 'hardening'],
      ...['tables', 'tests', 'actions', 'routes'],
    ]);
    expect([reached.stderr, not.stderr]).toEqual(['', '']);
  });

  it('asks for nothing unless told to', async () => {
    expect((await printAudit(auditEnv(earlier))).reached).toBe(true);
    expect((await printAudit(auditEnv(migrated), { min: 100 })).reached).toBe(true);
  });

  it('refuses a score that is no number', () => {
    const { status, stderr } = ava(earlier, '--min', 'all');

    expect(status).toBe(1);
    expect(stderr).toContain('It must be a whole number from 0 to 100.');
  });

  it('needs no key, and says where a page was written', () => {
    const file = join(temporaryFolder(), 'report.html');
    const { status, stdout } = run(
      ['dist/src/commands/ava.js', 'security:audit', '--lang', 'fr', '--html', file],
      { DATABASE_ADMIN_URL: earlier.adminUrl },
    );

    expect(status).toBe(0);
    expect(stdout).toContain('75/100');
    expect(readFileSync(file, 'utf8')).toContain('<html lang="fr">');
  });
});
