import { isDeepStrictEqual } from 'node:util';
import type { Context, Operation, Request } from './operations';

/** What each program is going to be asked, and has been seen to answer rightly. */
export interface Prepared {
  readonly context: Context;
  readonly requests: readonly Request[];
}

/** Sends every request once to every program: a wrong answer is not worth measuring. */
export async function prepare(
  operation: Operation,
  contexts: readonly Context[],
): Promise<Prepared[]> {
  const prepared: Prepared[] = [];
  const reference: unknown[] = [];
  for (const context of contexts) {
    const requests = await operation.requests(context);
    for (const [i, request] of requests.entries()) {
      const essence = await ask(operation, context, request);
      reference[i] ??= essence;
      const { exact } = context.server.program;
      if (!exact || isDeepStrictEqual(essence, reference[i])) continue;
      throw new Error(
        `${nameOf(context)} answers ${operation.name} in another way than ${nameOf(contexts[0])}:\n` +
          `${excerpt(JSON.stringify(essence))}\n${excerpt(JSON.stringify(reference[i]))}`,
      );
    }
    prepared.push({ context, requests });
  }
  return prepared;
}

async function ask(operation: Operation, context: Context, request: Request): Promise<unknown> {
  const { path, ...init } = request;
  const answer = await fetch(context.server.url + path, init);
  const text = await answer.text();
  if (answer.status === operation.status) {
    const essence = operation.essence(JSON.parse(text));
    if (operation.right(essence as never)) return essence;
  }
  throw new Error(
    `${nameOf(context)} answers ${operation.name} with ${answer.status}: ${excerpt(text)}`,
  );
}

const excerpt = (text: string) => text.slice(0, 500);
const nameOf = (context: Context | undefined) => context?.server.program.name ?? '';
