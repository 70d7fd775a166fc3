import autocannon, { type Client, type Request as CannonRequest } from 'autocannon';
import type { Prepared } from './check';
import type { Operation } from './operations';

/** autocannon ends a round at a tick, by default of a second. */
const TICK_MS = 100;

interface Load {
  readonly connections: number;
  readonly seconds: number;
}

/** Keeps every connection busy and counts. @returns answers a second */
export async function fullLoad(
  operation: Operation,
  { context, requests }: Prepared,
  { connections, seconds }: Load,
): Promise<number> {
  let next = 0;
  const result = await autocannon({
    url: context.server.url,
    connections,
    duration: seconds,
    sampleInt: TICK_MS,
    // Each connection begins elsewhere, so that no two save the settings of one person at the same moment.
    setupClient: (client: Client) => {
      client.setRequests(rotated(requests, next++));
    },
  });
  refuseWrongAnswers(operation, context.server.program.name, result);
  return result.requests.total / result.duration;
}

/**
 * Sends at a rate that leaves the server idle most of the time. autocannon lets a connection send its share of a
 * second at once: starting the connections one after another spreads the requests over the second.
 * @returns how long each answer took, in milliseconds
 */
export async function steadyLoad(
  operation: Operation,
  { context, requests }: Prepared,
  { connections, seconds, rate }: Load & { rate: number },
): Promise<number[]> {
  const times: number[] = [];
  const one = async (i: number) => {
    await new Promise((resolve) => setTimeout(resolve, (i * 1000) / connections));
    const result = await autocannon({
      url: context.server.url,
      connections: 1,
      duration: seconds,
      sampleInt: TICK_MS,
      overallRate:
        Math.floor((rate * (i + 1)) / connections) - Math.floor((rate * i) / connections),
      setupClient: (client: Client) => {
        client.setRequests(rotated(requests, i));
        // Its own histogram counts whole milliseconds.
        client.on('response', (_status, _bytes, time) => times.push(time));
      },
    });
    refuseWrongAnswers(operation, context.server.program.name, result);
  };
  await Promise.all(Array.from({ length: connections }, (_, i) => one(i)));
  return times;
}

function rotated(requests: Prepared['requests'], by: number): CannonRequest[] {
  const from = by % requests.length;
  return [...requests.slice(from), ...requests.slice(0, from)];
}

function refuseWrongAnswers(
  operation: Operation,
  program: string,
  result: autocannon.Result,
): void {
  const others = Object.entries(result.statusCodeStats ?? {}).filter(
    ([status]) => status !== String(operation.status),
  );
  if (others.length === 0 && result.errors === 0) return;
  const found = others.map(([status, { count }]) => `${count ?? '?'} × ${status}`).join(', ');
  throw new Error(`${program} under load, ${operation.name}: ${result.errors} errors ${found}`);
}
