import type { LoginFigures } from './logins';
import type { Rounds, StartFigures } from './measure';
import type { Operation } from './operations';
import { AVA, LIMIT, ORDINARY } from './programs';
import { median, ratio, type Ratio } from './statistics';
import type { Table } from './table';
import { mark, targets, verdict, type Target } from './verdict';

const whole = (figure: number) => Math.round(figure).toLocaleString('en');
const spread = ({ value, min, max }: Ratio) =>
  `${value.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`;
const namesOf = (rounds: Rounds) => Object.keys(rounds);
/** All that are the server, of this checkout or another. */
const servers = (rounds: Rounds) => namesOf(rounds).filter((name) => name.startsWith(AVA));
const of = (rounds: Rounds, name: string) => rounds[name] ?? [];
const both = ({ floor, goal }: Target) => `${floor} · ${goal}`;

export interface Throughput {
  readonly operation: Operation;
  readonly rounds: Rounds;
}

export function throughputTable(figures: readonly Throughput[]): Table {
  const ours = figures[0] ? servers(figures[0].rounds) : [];
  return {
    title: 'Throughput, as a share of the limit (smallest and largest of the rounds)',
    head: [
      'request',
      'limit, answers/s',
      ...ours,
      'floor · goal',
      '',
      ORDINARY,
      'ava / ordinary',
      '',
    ],
    rows: figures.map(({ operation, rounds }) => {
      const share = (name: string) => ratio(of(rounds, name), of(rounds, LIMIT));
      const times = ratio(of(rounds, AVA), of(rounds, ORDINARY));
      return [
        operation.name,
        whole(median(of(rounds, LIMIT))),
        ...ours.map((name) => spread(share(name))),
        both(operation),
        mark(verdict(share(AVA).value, operation, true)),
        spread(share(ORDINARY)),
        `${times.value.toFixed(1)} ×`,
        mark(verdict(times.value, targets.timesOrdinary, true)),
      ];
    }),
  };
}

export function latencyTable(rounds: Rounds): Table {
  return {
    title: 'First page at a steady 200 requests/s: 99 of 100 answers came within',
    head: ['program', 'ms', 'against the limit', 'floor · goal', ''],
    rows: namesOf(rounds).map((name) => {
      const times = ratio(of(rounds, name), of(rounds, LIMIT));
      return [
        name,
        median(of(rounds, name)).toFixed(1),
        spread(times),
        ...judged(name, times.value, { target: targets.timesP99, more: false }),
      ];
    }),
  };
}

export function loginTable({ latency, cost }: LoginFigures): Table {
  const { quiet = [], flooded = [] } = latency;
  const times = ratio(flooded, quiet);
  return {
    title: 'Fifty logins at once',
    head: ['what', 'figure', 'floor · goal', ''],
    rows: [
      ['p99 of the first page at 200 requests/s, quiet, ms', median(quiet).toFixed(1), '', ''],
      [
        'the same beside fifty logins at once, against quiet',
        spread(times),
        both(targets.timesFlooded),
        mark(verdict(times.value, targets.timesFlooded, false)),
      ],
      [
        'time of the event loop for a login, ms',
        median(cost).toFixed(2),
        both(targets.loginMs),
        mark(verdict(median(cost), targets.loginMs, false)),
      ],
    ],
  };
}

export function startTables({ start, idle }: StartFigures): Table[] {
  const table = (title: string, rounds: Rounds, target: Target): Table => ({
    title,
    head: ['program', 'median', 'smallest–largest', 'floor · goal', ''],
    rows: namesOf(rounds).map((name) => {
      const figures = of(rounds, name);
      return [
        name,
        whole(median(figures)),
        `${whole(Math.min(...figures))}–${whole(Math.max(...figures))}`,
        ...judged(name, median(figures), { target, more: false }),
      ];
    }),
  });
  return [
    table('Start of the process to the first 200 of /health/ready, ms', start, targets.startMs),
    table('Memory after 5 idle seconds, MB', idle, targets.idleMb),
  ];
}

/** Throughput of the same request in data sets of several sizes. */
export interface Scaling {
  readonly calls: number;
  readonly rounds: Rounds;
}

export function scalingTable(sizes: readonly Scaling[]): Table {
  const [smallest] = sizes;
  const names = smallest ? namesOf(smallest.rounds) : [];
  const target = targets.scaling;
  return {
    title: 'First page of the largest tenant, answers/s, by the number of calls',
    head: [
      'program',
      ...sizes.map(({ calls }) => whole(calls)),
      'last against first',
      'floor · goal',
      '',
    ],
    rows: names.map((name) => {
      const share = ratio(of(sizes.at(-1)?.rounds ?? {}, name), of(smallest?.rounds ?? {}, name));
      return [
        name,
        ...sizes.map(({ rounds }) => whole(median(of(rounds, name)))),
        spread(share),
        ...judged(name, share.value, { target, more: true }),
      ];
    }),
  };
}

/** Only the server has targets. */
function judged(
  name: string,
  figure: number,
  { target, more }: { target: Target; more: boolean },
): [string, string] {
  return name.startsWith(AVA) ? [both(target), mark(verdict(figure, target, more))] : ['', ''];
}
