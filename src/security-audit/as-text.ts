import { fill, texts } from './report';
import type { Report, ReportFinding, ReportItem, ReportTable } from './report.types';
import type { Texts } from './texts.types';

export type Tone = 'good' | 'bad' | 'unsure' | 'heading' | 'quiet';
/** Puts a tone on a text where the reader can see it; leaves it as it is elsewhere. */
export type Paint = (tone: Tone, text: string) => string;

type Told = ReportItem['evidence'][number];

const marks: Readonly<Record<ReportFinding['status'], string>> = {
  good: '✓',
  open: '✗',
  unknown: '?',
};
const tones: Readonly<Record<ReportFinding['status'], Tone>> = {
  good: 'good',
  open: 'bad',
  unknown: 'unsure',
};

/** The report in the shape of the brief, for a terminal or a file. */
export function asText(report: Report, paint: Paint = (_, text) => text): string {
  const words = texts[report.language];
  const { headings } = words;
  const section = (title: string, lines: string[]) => [paint('heading', title), ...lines, ''];
  return [
    ...section(headings.title, [scoreLine(report, words, paint)]),
    ...section(
      headings.good,
      report.good.flatMap((item) => goodItem(item, paint)),
    ),
    ...section(
      headings.missing,
      orElse(
        report.missing.flatMap((item) => missingItem(item, words, paint)),
        headings.nothingMissing,
      ),
    ),
    ...section(
      headings.tables,
      report.tables.map((table) => `  ${tableLine(table, words)}`),
    ),
    ...section(
      headings.tests,
      report.tests.flatMap(({ title, holds, command }) => [
        paint(holds ? 'good' : 'bad', `  ${holds ? '✓' : '✗'} ${title}`) +
          ` ${holds ? headings.holds : headings.fails}`,
        paint('quiet', `      ${command}`),
      ]),
    ),
    ...section(
      headings.hardening,
      report.hardening.flatMap((finding) => findingLines(finding, words, paint)),
    ),
    ...section(
      headings.actions,
      orElse(
        report.actions.map(
          ({ title, remedy, scoreAfter }, i) =>
            `  ${i + 1}. ${title} → ${scoreAfter}/${report.max}\n     ${remedy}`,
        ),
        headings.nothingToDo,
      ),
    ),
    ...section(headings.conclusion, [
      `  ${report.score}/${report.max}. ${report.missing.length === 0 ? headings.ready : headings.notReady}`,
    ]),
  ].join('\n');
}

/** `75/100 (90/100 after …)`, as the brief has it. */
export function scoreLine(
  { score, max, actions }: Report,
  { headings }: Texts,
  paint: Paint,
): string {
  const [next] = actions;
  const after = next
    ? ` (${next.scoreAfter}/${max} ${fill(headings.after, { title: next.title })})`
    : '';
  return `  ${headings.score} ${paint(score === max ? 'good' : 'bad', `${score}/${max}`)}${after}`;
}

export function tableLine(
  { name, belongsTo, isolation, deletedWith }: ReportTable,
  { headings }: Texts,
): string {
  const how = {
    forced: headings.policiesForced,
    enabled: headings.policiesOn,
    routes: headings.routesOnly,
  }[isolation];
  const whose = belongsTo === 'id' ? headings.ownRow : belongsTo;
  const parents = deletedWith.join(', ') || headings.nobody;
  return fill(headings.table, { name, whose, how, parents });
}

function goodItem({ title, points, max, evidence }: ReportItem, paint: Paint): string[] {
  return [
    paint('good', `  ✓ ${title} (${points}/${max})`),
    ...evidence.map((one) => paint('quiet', `      ${one.text}`)),
  ];
}

function missingItem(item: ReportItem, { headings }: Texts, paint: Paint): string[] {
  return [
    paint('bad', `  ✗ ${item.title} (${item.points}/${item.max})`),
    ...failing(item.evidence).map((one) => `      ${one.text}`),
    `      ${headings.risk} ${item.risk}`,
    `      ${headings.remedy} ${item.remedy}`,
  ];
}

function findingLines(finding: ReportFinding, { headings }: Texts, paint: Paint): string[] {
  const { status, title, evidence } = finding;
  const shown = status === 'good' ? evidence : failing(evidence);
  return [
    paint(tones[status], `  ${marks[status]} ${title}`),
    ...shown.map(({ text }) => paint('quiet', `      ${text}`)),
    ...(status === 'good' ? [] : [`      ${headings.remedy} ${finding.remedy}`]),
  ];
}

/** What does not hold says why; what does would only hide it. */
export function failing(evidence: readonly Told[]): Told[] {
  return evidence.filter(({ holds }) => holds !== true);
}

function orElse(lines: string[], otherwise: string): string[] {
  return lines.length > 0 ? lines : [`  ${otherwise}`];
}
