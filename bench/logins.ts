import { readFileSync } from 'node:fs';
import { prepare } from './check';
import { steadyLoad } from './load';
import type { Effort, Rounds } from './measure';
import type { Context, Operation } from './operations';
import { logInAsOf } from './people';
import { percentile } from './statistics';

const AT_ONCE = 50;
const STEADY_RATE = 200;
/** The kernel counts time in hundredths of a second (`getconf CLK_TCK`), so a round has to be of many logins. */
const MS_PER_TICK = 10;

export interface LoginFigures {
  /** 99 of 100 first pages came within so many milliseconds: by themselves, and beside fifty logins at once. */
  readonly latency: Rounds;
  /** Milliseconds of the thread that answers requests, for each login. */
  readonly cost: readonly number[];
}

/** What logging in costs the others: hashing has to stay off the event loop. */
export async function logins(
  firstPage: Operation,
  context: Context,
  { rounds, seconds, connections }: Effort,
): Promise<LoginFigures> {
  const [prepared] = await prepare(firstPage, [context]);
  if (prepared === undefined) throw new Error('There is no server to measure.');
  const pages = async () =>
    percentile(
      await steadyLoad(firstPage, prepared, { connections, seconds, rate: STEADY_RATE }),
      0.99,
    );
  const { pid, url } = context.server;
  const person = context.data.people.largest;
  const flood = () => Promise.all(Array.from({ length: AT_ONCE }, () => logInAsOf(url, person)));
  await flood();
  await pages();
  const latency: { quiet: number[]; flooded: number[] } = { quiet: [], flooded: [] };
  const cost = [];
  for (let round = 0; round < rounds; round++) {
    latency.quiet.push(await pages());
    const run = { over: false, count: 0 };
    const flooding = (async () => {
      while (!run.over) run.count += (await flood()).length;
    })();
    latency.flooded.push(await pages());
    run.over = true;
    await flooding;
    const before = mainThreadMs(pid);
    await flood();
    await flood();
    cost.push((mainThreadMs(pid) - before) / (2 * AT_ONCE));
    if (run.count === 0) throw new Error('No login was under way.');
  }
  return { latency: { ...latency }, cost };
}

/** NaN where there is no /proc. */
function mainThreadMs(pid: number): number {
  try {
    const stat = readFileSync(`/proc/${pid}/task/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
  } catch {
    return NaN;
  }
}
