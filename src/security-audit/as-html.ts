import { failing, scoreLine, tableLine } from './as-text';
import { texts } from './report';
import type { Report, ReportFinding, ReportItem } from './report.types';
import type { Texts } from './texts.types';

const STYLE = `
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 56rem; margin: 2rem auto; padding: 0 1rem; color: #1c1c1c; background: #fff }
  h1 { font-size: 1.5rem } h2 { font-size: 1.1rem; margin-top: 2rem; border-bottom: 1px solid #ccc }
  li { margin: .4rem 0 } code, .evidence { font: .85rem ui-monospace, monospace; overflow-wrap: anywhere }
  .good::marker { content: "✓  "; color: #157347 } .open::marker { content: "✗  "; color: #b02a37 }
  .unknown::marker { content: "?  "; color: #8a6d00 } .evidence { color: #555 }
  @media (prefers-color-scheme: dark) { body { color: #eee; background: #161616 } .evidence { color: #aaa } }`;

/** One file that needs nothing else: no script, no font, no picture from anywhere. */
export function asHtml(report: Report): string {
  const words = texts[report.language];
  const { headings } = words;
  const score = scoreLine(report, words, (_, text) => text).trim();
  const body = sections(report, words).map(
    ([title, lines]) => `<h2>${escape(title)}</h2>\n<ul>\n${lines.join('\n')}\n</ul>`,
  );
  return `<!doctype html>
<html lang="${report.language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escape(headings.title)}</title>
<style>${STYLE}</style></head>
<body>
<h1>${escape(headings.title)}</h1>
<p><strong>${escape(score)}</strong> · <time>${report.checkedAt}</time></p>
${body.join('\n')}
</body>
</html>
`;
}

function sections(report: Report, words: Texts): [title: string, lines: string[]][] {
  const { headings } = words;
  const items = (all: readonly ReportItem[]) => all.map((item) => itemLine(item, words));
  const actions = report.actions.map(({ title, remedy, scoreAfter }) =>
    line('', `${title} → ${scoreAfter}/${report.max}`, { more: [remedy] }),
  );
  const tests = report.tests.map(({ title, holds, command }) =>
    line(holds ? 'good' : 'open', title, { evidence: [command] }),
  );
  const verdict = report.missing.length === 0 ? headings.ready : headings.notReady;
  return [
    [headings.good, items(report.good)],
    [headings.missing, orElse(items(report.missing), headings.nothingMissing)],
    [headings.tables, report.tables.map((table) => line('', tableLine(table, words)))],
    [headings.tests, tests],
    [headings.hardening, report.hardening.map((finding) => findingLine(finding, words))],
    [headings.actions, orElse(actions, headings.nothingToDo)],
    [headings.conclusion, [line('', verdict)]],
  ];
}

function itemLine({ title, points, max, evidence, risk, remedy }: ReportItem, { headings }: Texts) {
  const good = points === max;
  return line(good ? 'good' : 'open', `${title} (${points}/${max})`, {
    evidence: (good ? evidence : failing(evidence)).map(({ text }) => text),
    more: good ? [] : [`${headings.risk} ${risk}`, `${headings.remedy} ${remedy}`],
  });
}

function findingLine({ status, title, evidence, remedy }: ReportFinding, { headings }: Texts) {
  return line(status, title, {
    evidence: (status === 'good' ? evidence : failing(evidence)).map(({ text }) => text),
    more: status === 'good' ? [] : [`${headings.remedy} ${remedy}`],
  });
}

interface Below {
  readonly evidence?: readonly string[];
  readonly more?: readonly string[];
}

function line(kind: string, text: string, { evidence = [], more = [] }: Below = {}): string {
  return [
    `<li class="${kind}">${escape(text)}`,
    ...evidence.map((one) => `<div class="evidence">${escape(one)}</div>`),
    ...more.map((one) => `<div>${escape(one)}</div>`),
    '</li>',
  ].join('');
}

function orElse(lines: string[], otherwise: string): string[] {
  return lines.length > 0 ? lines : [line('', otherwise)];
}

/** Names in a database are chosen by whoever made it. */
function escape(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.codePointAt(0) ?? 0};`);
}
