import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { prepare, type Prepared } from './check';
import type { Database } from './data-set';
import { fullLoad, steadyLoad } from './load';
import type { Context, Operation } from './operations';
import type { Launcher, Program } from './programs';
import { percentile } from './statistics';

export interface Effort {
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
}

/** A figure of each round, by program. */
export type Rounds = Readonly<Record<string, readonly number[]>>;

const STEADY_RATE = 200;
const IDLE_MS = 5_000;

/** Answers a second. The programs take turns, so that what disturbs the machine disturbs all of them. */
export async function throughput(
  operation: Operation,
  contexts: readonly Context[],
  { rounds, ...effort }: Effort,
): Promise<Rounds> {
  const prepared = await prepare(operation, contexts);
  const warmUp = { ...effort, seconds: effort.seconds / 2 };
  for (const one of prepared) await fullLoad(operation, one, warmUp);
  return inTurns(prepared, rounds, (one) => fullLoad(operation, one, effort));
}

/** Milliseconds within which 99 of 100 answers came, at a rate that all manage easily, from programs that are warm. */
export async function p99(
  operation: Operation,
  contexts: readonly Context[],
  { rounds, seconds, connections }: Effort,
): Promise<Rounds> {
  const load = { connections, seconds: 2 * seconds - 1, rate: STEADY_RATE };
  const prepared = await prepare(operation, contexts);
  return inTurns(prepared, rounds, async (one) =>
    percentile(await steadyLoad(operation, one, load), 0.99),
  );
}

async function inTurns(
  prepared: readonly Prepared[],
  rounds: number,
  measure: (one: Prepared) => Promise<number>,
): Promise<Rounds> {
  const found: Record<string, number[]> = {};
  for (let round = 0; round < rounds; round++) {
    for (const one of prepared) {
      const { name } = one.context.server.program;
      (found[name] ??= []).push(await measure(one));
    }
  }
  return found;
}

export interface StartFigures {
  /** Milliseconds to the first 200 of /health/ready, the database being up. */
  readonly start: Rounds;
  /** MB that stay in memory while there is nothing to do. */
  readonly idle: Rounds;
}

export async function starts(
  programs: readonly Program[],
  { launcher, database, rounds }: { launcher: Launcher; database: Database; rounds: number },
): Promise<StartFigures> {
  const start: Record<string, number[]> = {};
  const idle: Record<string, number[]> = {};
  for (let round = 0; round < rounds; round++) {
    const servers = [];
    for (const program of programs) {
      const server = await launcher.start(program, database);
      (start[program.name] ??= []).push(server.startMs);
      servers.push(server);
    }
    // Memory strays little, and looking at it takes five seconds.
    const look = round === 0 || round < rounds - 2;
    if (look) await sleep(IDLE_MS);
    for (const { program, pid, stop } of servers) {
      if (look) (idle[program.name] ??= []).push(residentMb(pid));
      await stop();
    }
  }
  return { start, idle };
}

/** NaN where there is no /proc. */
function residentMb(pid: number): number {
  try {
    const [, kb] = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kb) / 1024;
  } catch {
    return NaN;
  }
}
