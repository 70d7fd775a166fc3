import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Cleanup } from './cleanup';
import { dataSet, type DataSet } from './data-set';
import { logins } from './logins';
import { historyTables } from './history';
import { loadBefore, machine } from './machine';
import { p99, starts, throughput } from './measure';
import { firstPageOfLargest, operations, type Context } from './operations';
import { readOptions, type Options } from './options';
import { Tokens } from './people';
import { startPostgres } from './postgres';
import { AVA, ava, avaOf, Launcher, limit, ordinary, type Program } from './programs';
import {
  latencyTable,
  loginTable,
  scalingTable,
  startTables,
  throughputTable,
  type Scaling,
  type Throughput,
} from './report';
import { asMarkdown, asText, type Table } from './table';

/** Compiled to dist-bench/bench. */
const ROOT = join(__dirname, '../..');
const SIZES = [10_000, 100_000, 1_000_000];
/** Load average from which others take a part of the machine that shows in the figures. */
const BUSY = 0.5;
/** `--only logins`: what logging in costs the others. */
const LOGINS = 'logins';
/** `--only history`: searches, statistics and an export of the largest tenant. */
const HISTORY = 'history';
const QUICK_SIZES = [5_000, 50_000];

const cleanup = new Cleanup();
const say = (line: string) => {
  console.error(line);
};

interface Bench {
  readonly options: Options;
  readonly programs: readonly Program[];
  readonly launcher: Launcher;
  /** The data set of that size, made when it is first asked for. */
  readonly calls: (count: number) => Promise<DataSet>;
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ava-bench-'));
  // PostgreSQL, which is another user when root runs this, has to pass through it.
  chmodSync(folder, 0o711);
  const remove = () => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  cleanup.add(remove);
  cleanup.addAtExit(remove);
  return folder;
}

function programsOf(options: Options): Program[] {
  const others = options.server.map(avaOf);
  for (const { file, name } of others) {
    if (!existsSync(file)) throw new Error(`${name}: build it first, there is no ${file}.`);
  }
  return [limit, ava(ROOT), ...others, ordinary];
}

async function startAll(bench: Bench, data: DataSet): Promise<Context[]> {
  const servers = [];
  for (const program of bench.programs) servers.push(await bench.launcher.start(program, data));
  const login = servers.find(({ program }) => program.name === AVA);
  const { average, largest, savers } = data.people;
  const tokens = new Tokens([average, largest, ...savers], login?.url ?? '');
  await tokens.renew();
  return servers.map((server) => ({ data, tokens, server }));
}

async function stopAll(contexts: readonly Context[]): Promise<void> {
  for (const { server } of contexts) await server.stop();
}

async function measureOperations(bench: Bench): Promise<{ figures: unknown; tables: Table[] }> {
  const { options } = bench;
  const contexts = await startAll(bench, await bench.calls(options.calls));
  const found: Throughput[] = [];
  for (const operation of operations) {
    if (!operation.name.includes(options.only ?? '')) continue;
    say(`Measuring: ${operation.name}`);
    await contexts[0]?.tokens.renew();
    found.push({ operation, rounds: await throughput(operation, contexts, options) });
  }
  const [firstPage] = operations;
  if (options.only !== undefined || firstPage === undefined) {
    await stopAll(contexts);
    return { figures: { throughput: found }, tables: [throughputTable(found)] };
  }
  say('Measuring: latency at a steady rate');
  await contexts[0]?.tokens.renew();
  const latency = await p99(firstPage, contexts, options);
  await stopAll(contexts);
  return {
    figures: { throughput: found, p99: latency },
    tables: [throughputTable(found), latencyTable(latency)],
  };
}

async function measureLogins(bench: Bench): Promise<{ figures: unknown; tables: Table[] }> {
  say('Measuring: logins');
  const data = await bench.calls(bench.options.calls);
  const contexts = await startAll({ ...bench, programs: [ava(ROOT)] }, data);
  const [context, firstPage] = [contexts[0], operations[0]];
  if (!context || !firstPage) throw new Error('The server did not start.');
  const figures = await logins(firstPage, context, bench.options);
  await stopAll(contexts);
  return { figures, tables: [loginTable(figures)] };
}

async function measureHistory(bench: Bench): Promise<{ figures: unknown; tables: Table[] }> {
  say('Measuring: searches, statistics and an export');
  const data = await bench.calls(bench.options.calls);
  const contexts = await startAll({ ...bench, programs: [ava(ROOT)] }, data);
  const [context] = contexts;
  if (!context) throw new Error('The server did not start.');
  const measured = await historyTables(context);
  await stopAll(contexts);
  return measured;
}

async function measureStarts({ options, programs, launcher, calls }: Bench) {
  say('Measuring: start and idle memory');
  const database = await calls(options.calls);
  const figures = await starts(programs, { launcher, database, rounds: options.rounds });
  return { figures, tables: startTables(figures) };
}

/** All sizes are measured in turns, so each needs its own processes at the same time. */
async function measureScaling(bench: Bench): Promise<{ figures: unknown; tables: Table[] }> {
  const { options } = bench;
  const sizes = options.quick ? QUICK_SIZES : SIZES;
  const scaling: Scaling[] = [];
  const all: Context[] = [];
  for (const count of sizes) {
    const data = await bench.calls(count);
    const contexts = await startAll({ ...bench, programs: [limit, ava(ROOT)] }, data);
    all.push(...contexts);
  }
  say('Measuring: first page of the largest tenant in each size');
  const byServer = await throughputOfSizes(all, options);
  for (const count of sizes) scaling.push({ calls: count, rounds: byServer(count) });
  await stopAll(all);
  return { figures: scaling, tables: [scalingTable(scaling)] };
}

async function throughputOfSizes(contexts: readonly Context[], options: Options) {
  const bySize = new Map<number, Record<string, number[]>>();
  for (let round = 0; round < options.rounds; round++) {
    for (const context of contexts) {
      await context.tokens.renew();
      const once = { ...options, rounds: 1 };
      const rounds = await throughput(firstPageOfLargest, [context], once);
      const found = bySize.get(context.data.calls) ?? {};
      bySize.set(context.data.calls, found);
      for (const [name, figures] of Object.entries(rounds)) {
        (found[name] ??= []).push(...figures);
      }
    }
  }
  return (calls: number) => bySize.get(calls) ?? {};
}

async function run(): Promise<void> {
  const options = readOptions(process.argv);
  const programs = programsOf(options);
  if (loadBefore > BUSY)
    say(`The machine is busy (load ${loadBefore.toFixed(1)}): figures will stray.`);
  const folder = temporaryFolder();
  const home = options.keep === undefined ? join(folder, 'postgres') : resolve(options.keep);
  mkdirSync(home, { recursive: true });
  const postgres = await startPostgres(home, cleanup);
  const launcher = new Launcher(folder, cleanup);
  const place = { postgres, folder: home, root: ROOT, launcher, say };
  const made = new Map<number, Promise<DataSet>>();
  const calls = (count: number) => {
    const data = made.get(count) ?? dataSet(count, place);
    made.set(count, data);
    return data;
  };
  const bench: Bench = { options, programs, launcher, calls };
  const parts = [];
  const byName = options.only !== LOGINS && options.only !== HISTORY;
  if (byName) parts.push(await measureOperations(bench));
  if ([undefined, LOGINS].includes(options.only)) parts.push(await measureLogins(bench));
  if ([undefined, HISTORY].includes(options.only)) parts.push(await measureHistory(bench));
  if (options.only === undefined) parts.push(await measureStarts(bench));
  if (options.scaling) parts.push(await measureScaling(bench));
  const on = await machine(postgres.adminUrl, ROOT);
  publish(parts, { options, on });
}

function publish(
  parts: readonly { figures: unknown; tables: readonly Table[] }[],
  { options, on }: { options: Options; on: string },
): void {
  const tables = parts.flatMap((part) => part.tables);
  const how =
    `${options.calls.toLocaleString('en')} calls of 1,000 tenants, ${options.connections} connections, ` +
    `median of ${options.rounds} rounds of ${options.seconds} s`;
  console.log([`\n${on}\n${how}`, ...tables.map(asText)].join('\n\n'));
  if (options.json !== undefined) {
    const figures = parts.map((part) => part.figures);
    writeFileSync(options.json, `${JSON.stringify({ on, options, figures }, null, 2)}\n`);
  }
  if (options.markdown !== undefined) {
    const text = [`${on}. ${how}.`, ...tables.map(asMarkdown)].join('\n\n');
    writeFileSync(options.markdown, `${text}\n`);
  }
}

run()
  .catch((error: unknown) => {
    process.exitCode = 1;
    if (!cleanup.begun) console.error(error instanceof Error ? error.message : error);
  })
  .finally(() => cleanup.run());
