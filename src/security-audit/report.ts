import { tables as declared } from '../kernel/database/planes';
import { assess, type Assessment, type Finding, type Item } from './assess';
import type { Evidence, ItemId } from './check.types';
import { columnOf } from './evidence';
import type { CatalogueFacts, Facts } from './facts.types';
import type {
  Action,
  Language,
  Report,
  ReportFinding,
  ReportItem,
  ReportTable,
  ReportTest,
} from './report.types';
import { english } from './texts-en';
import { french } from './texts-fr';
import type { TestId, Texts } from './texts.types';

export const texts: Readonly<Record<Language, Texts>> = { en: english, fr: french };

/** The facts, judged and told. */
export function reportOf(facts: Facts, language: Language): Report {
  const assessment = assess(facts);
  const told = assessment.items.map((item) => tellItem(item, texts[language]));
  const missing = told.filter(({ points, max }) => points < max).toSorted((a, b) => b.max - a.max);
  return {
    language,
    checkedAt: new Date().toISOString(),
    score: assessment.score,
    max: assessment.items.reduce((sum, { max }) => sum + max, 0),
    good: told.filter(({ points, max }) => points === max),
    missing,
    hardening: assessment.findings.map((finding) => tellFinding(finding, texts[language])),
    tables: tablesOf(facts.catalogue),
    tests: testsOf(assessment, texts[language]),
    actions: actionsFor(missing, assessment.score),
    routes: facts.routes.routes,
  };
}

function tellItem({ id, points, max, evidence }: Item, words: Texts): ReportItem {
  const { title, risk, remedy } = words.items[id];
  return {
    id,
    title,
    points,
    max,
    evidence: evidence.map((one) => tell(one, words)),
    risk,
    remedy,
  };
}

function tellFinding({ id, status, evidence }: Finding, words: Texts): ReportFinding {
  const { title, risk, remedy } = words.findings[id];
  return { id, title, status, evidence: evidence.map((one) => tell(one, words)), risk, remedy };
}

function tell({ code, values, holds }: Evidence, words: Texts) {
  const { power } = values;
  const told = power === undefined ? values : { ...values, power: words.powers[power] ?? power };
  return { text: fill(words.evidence[code], told), holds };
}

/** Puts values where their names stand in braces. */
export function fill(text: string, values: Evidence['values']): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''));
}

function actionsFor(missing: readonly ReportItem[], score: number): Action[] {
  let reached = score;
  return missing.map(({ id, title, remedy, max }) => {
    reached += max;
    return { id, title, remedy, points: max, scoreAfter: reached };
  });
}

const owners: Readonly<Record<string, string>> = {
  tenants: 'id',
  users: 'id',
  sessions: 'user_id',
};

function tablesOf(catalogue: CatalogueFacts): ReportTable[] {
  return catalogue.tables
    .filter(({ name }) => name in declared)
    .map(({ name, enabled, forced }) => {
      const column = owners[name] ?? 'tenant_id';
      const belongsTo = columnOf(catalogue, name, column) ? column : 'org_id';
      const parents = catalogue.keys
        .filter(
          ({ table, kind, cascades, holds }) => table === name && kind === 'f' && cascades && holds,
        )
        .map(({ references }) => references ?? '');
      return {
        name,
        belongsTo,
        isolation: enabled ? (forced ? 'forced' : 'enabled') : 'routes',
        deletedWith: [...new Set(parents)].toSorted(),
      };
    });
}

/** What each of the brief's three tests rests upon. */
const restsOn: Readonly<Record<TestId, readonly ItemId[]>> = {
  'user-isolation': ['isolation-user', 'routes'],
  'tenant-isolation': ['isolation-tenant', 'routes'],
  'cascade-delete': ['cascade'],
};

function testsOf({ items }: Assessment, words: Texts): ReportTest[] {
  const lost = new Set(items.filter(({ points, max }) => points < max).map(({ id }) => id));
  return (Object.keys(restsOn) as TestId[]).map((id) => ({
    id,
    title: words.tests[id],
    holds: !restsOn[id].some((item) => lost.has(item)),
    command: `npx jest --selectProjects e2e --testPathPatterns brief -t '${id.replace('-', ' ')}'`,
  }));
}
