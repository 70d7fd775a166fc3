import { Command, InvalidArgumentError } from 'commander';

export interface Options {
  readonly calls: number;
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
  /** Folders of further checkouts, built. */
  readonly server: readonly string[];
  /** Where the data sets stay for the next run. */
  readonly keep: string | undefined;
  readonly only: string | undefined;
  readonly scaling: boolean;
  readonly quick: boolean;
  readonly json: string | undefined;
  readonly markdown: string | undefined;
}

/** With fewer, the tenant of average size does not fill a page. */
const LEAST_CALLS = 30_000;

const quick = { calls: 50_000, rounds: 3, seconds: 1 };

export function readOptions(argv: readonly string[]): Options {
  const command = new Command('npm run bench --')
    .description(
      'Measures the server against the limit of the machine and an ordinary Nest program.',
    )
    .option('--calls <n>', `calls of the data set, ${LEAST_CALLS} or more`, calls, 1_000_000)
    .option('--rounds <n>', 'rounds of each program and operation', whole, 5)
    .option('--seconds <n>', 'length of a round', whole, 3)
    .option('--connections <n>', 'connections that send at once', whole, 16)
    .option('--server <dir>', 'a further checkout, built, to compare; may be repeated', collect, [])
    .option('--keep <dir>', 'keep the data sets there, and use them again')
    .option(
      '--only <text>',
      'only operations whose name contains this; `logins` for what logging in costs the others, `history` for searches, statistics and exports',
    )
    .option(
      '--scaling',
      'also the first page of the largest tenant at 10k, 100k and 1M calls',
      false,
    )
    .option('--quick', `a small run: ${quick.calls} calls, ${quick.rounds} rounds of 1 s`, false)
    .option('--json <file>', 'write every figure there')
    .option('--markdown <file>', 'write the tables there')
    .parse(argv);
  const options = command.opts<Options>();
  return options.quick ? { ...options, ...quick } : options;
}

function whole(text: string): number {
  const number = Number(text.replaceAll('_', ''));
  if (Number.isInteger(number) && number > 0) return number;
  throw new InvalidArgumentError('A whole number above zero is expected.');
}

function calls(text: string): number {
  const number = whole(text);
  if (number >= LEAST_CALLS) return number;
  throw new InvalidArgumentError(`At least ${LEAST_CALLS} are needed.`);
}

function collect(dir: string, all: readonly string[]): string[] {
  return [...all, dir];
}
