import { mkdirSync, writeFileSync } from 'node:fs';
import { cases } from './cases';
import type { Cell } from './matrix';

/** Operation → case → what came of it; an operation that the data does not know has no cases. */
export type Results = ReadonlyMap<string, ReadonlyMap<string, Cell>>;

export interface Coverage {
  readonly tables: readonly string[];
  readonly markers: number;
  /** Operation → who may call it, as the API document has it. */
  readonly leastRoles: ReadonlyMap<string, string>;
  /** What is not covered, in words. */
  readonly gaps: readonly string[];
}

const FOLDER = 'test-results';
const NOT_RUN: Cell = { state: 'broken', shown: 'not run', why: ['The case was not tried.'] };
const signs = { held: '✓', broken: '✗', 'not applicable': '' } as const;

const cellOf = (results: Results, operation: string, name: string): Cell =>
  results.get(operation)?.get(name) ?? NOT_RUN;

const rowOf = (results: Results, operation: string) =>
  cases.map(({ name }) => cellOf(results, operation, name));

/** For an auditor (.md, .html), and for the terminal (.txt). */
export function writeReports(results: Results, coverage: Coverage): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}/isolation.md`, markdown(results, coverage));
  writeFileSync(`${FOLDER}/isolation.html`, html(results, coverage));
  writeFileSync(`${FOLDER}/isolation.txt`, terminal(results, coverage));
}

function summary(results: Results, { gaps }: Coverage): string {
  const all = [...results.keys()].flatMap((operation) => rowOf(results, operation));
  const count = (state: Cell['state']) => all.filter((cell) => cell.state === state).length;
  return (
    `${results.size} operations, ${cases.length} cases: ${count('held')} cells held, ` +
    `${count('broken')} broken, ${count('not applicable')} not applicable. ` +
    (gaps.length === 0 ? 'Nothing is left out.' : `Not covered: ${gaps.join('; ')}.`)
  );
}

function method({ tables, markers }: Coverage): string[] {
  return [
    'Alice and Bob are customers of one installation, each with rows of every kind. Each cell is a request made to the running API with a PostgreSQL behind it; it shows the status and the problem code of the answer.',
    `After each request every byte of Bob’s rows in ${tables.length} tables (${tables.join(', ')}) must be as before, and so must Alice’s.`,
    `None of ${markers} texts that only Bob has (ids, names, numbers, transcripts, keys, tokens and all else) may stand in any answer, its headers, or what its tokens and cursors encode.`,
    'What is answered about an id of Bob must be the same, byte for byte, as about an id that never existed.',
  ];
}

const explained = { '✓': 'held', '✗': 'broken', '-': 'the case cannot arise' };

function markdown(results: Results, coverage: Coverage): string {
  const { leastRoles } = coverage;
  const line = (fields: readonly string[]) => `| ${fields.join(' | ')} |`;
  const broken = [...results.keys()].flatMap((operation) =>
    cases.flatMap(({ name }) => {
      const { state, why } = cellOf(results, operation, name);
      return state === 'broken' ? [`- ${operation}, ${name}: ${why.join('; ')}`] : [];
    }),
  );
  return [
    '# Isolation matrix',
    `${new Date().toISOString()}. ${summary(results, coverage)}`,
    ...method(coverage),
    '## Legend',
    Object.entries(explained)
      .map(([sign, meaning]) => `${sign} ${meaning}`)
      .join(', '),
    [
      line(['Case', 'What is tried']),
      '|---|---|',
      ...cases.map((c) => line([c.name, c.about])),
    ].join('\n'),
    '## Results',
    [
      line(['Operation', 'Least role', ...cases.map(({ name }) => name)]),
      `|${'---|'.repeat(cases.length + 2)}`,
      ...[...results.keys()].map((operation) =>
        line([
          operation,
          leastRoles.get(operation) ?? 'unknown',
          ...rowOf(results, operation).map(({ state, shown }) => `${signs[state]} ${shown}`.trim()),
        ]),
      ),
    ].join('\n'),
    ...(broken.length > 0 ? ['## Broken', broken.join('\n')] : []),
    '',
  ].join('\n\n');
}

const STYLE = `
  body { font: 14px/1.5 system-ui, sans-serif; margin: 2rem; color: #1a1a1a; background: #fff }
  main > p, dl { max-width: 60rem } dt { font-weight: 600; float: left; clear: left; width: 9rem } dd { margin-left: 9.5rem }
  .scroll { overflow: auto; max-height: 90vh; border: 1px solid #ccc }
  table { border-collapse: separate; border-spacing: 0; font-size: 12px }
  th, td { padding: .3rem .5rem; border: solid #ddd; border-width: 0 1px 1px 0; text-align: left; vertical-align: top }
  thead th { position: sticky; top: 0; background: #f2f2f2; z-index: 1; white-space: nowrap }
  tbody th { position: sticky; left: 0; background: #f2f2f2; font-family: monospace; white-space: nowrap }
  .held { background: #e3f4e5; color: #14532d } .broken { background: #b3261e; color: #fff; font-weight: 600 }
  .none { color: #6b6b6b; text-align: center } td[title] { cursor: help }`;

const escaped = (text: string) =>
  text.replace(/[&<>"]/g, (c) => `&#${c.codePointAt(0)?.toString() ?? ''};`);

function html(results: Results, coverage: Coverage): string {
  const { leastRoles } = coverage;
  const cell = ({ state, shown, why }: Cell) =>
    `<td class="${state === 'not applicable' ? 'none' : state}" title="${escaped(why.join('\n'))}">` +
    `${signs[state]}&nbsp;${escaped(shown)}</td>`;
  const row = (operation: string) =>
    `<tr><th scope="row">${escaped(operation)}</th><td>${leastRoles.get(operation) ?? 'unknown'}</td>${rowOf(results, operation).map(cell).join('')}</tr>`;
  const head = cases.map(
    ({ name, about }) => `<th scope="col" title="${escaped(about)}">${escaped(name)}</th>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Isolation matrix</title>
<style>${STYLE}</style>
<main>
<h1>Isolation matrix</h1>
<p>${new Date().toISOString()}. <strong>${escaped(summary(results, coverage))}</strong></p>
${method(coverage)
  .map((text) => `<p>${escaped(text)}</p>`)
  .join('\n')}
<h2>Legend</h2>
<p><span class="held">✓ held</span> <span class="broken">✗ broken</span> - the case cannot arise. Point at a cell for the reason.</p>
<dl>${cases.map(({ name, about }) => `<dt>${escaped(name)}</dt><dd>${escaped(about)}</dd>`).join('\n')}</dl>
<h2>Results</h2>
<div class="scroll"><table>
<thead><tr><th scope="col">Operation</th><th scope="col">Least role</th>${head.join('')}</tr></thead>
<tbody>
${[...results.keys()].map(row).join('\n')}
</tbody></table></div>
</main>
</html>
`;
}

/** Statuses only, to fit; a column's name is spelled out below. */
function terminal(results: Results, coverage: Coverage): string {
  const names = [...results.keys()];
  const width = Math.max(...names.map((name) => name.length));
  const letter = (column: number) => String.fromCharCode(97 + column);
  const short = ({ state, shown }: Cell) => {
    const status = shown === 'not run' ? '?' : shown.replace(/(\d+)[^,]*,? ?/g, '$1/').slice(0, -1);
    return `${state === 'broken' ? '✗' : ''}${state === 'not applicable' ? '-' : status}`;
  };
  const table = names.map((name) => rowOf(results, name).map(short));
  const widths = cases.map((_, column) =>
    Math.max(1, ...table.map((row) => row[column]?.length ?? 0)),
  );
  const line = (first: string, fields: readonly string[]) =>
    [first.padEnd(width), ...fields.map((field, i) => field.padEnd(widths[i] ?? 0))]
      .join(' ')
      .trimEnd();
  return [
    line(
      'Isolation matrix',
      cases.map((_, column) => letter(column)),
    ),
    ...names.map((name, i) => line(name, table[i] ?? [])),
    '',
    cases.map(({ name }, column) => `${letter(column)} ${name}`).join(', '),
    `✗ broken, - the case cannot arise. ${summary(results, coverage)}`,
    `${FOLDER}/isolation.html has codes and reasons.`,
    '',
  ].join('\n');
}
