import type { TestApp } from '../support/app';
import type { DocumentedOperation } from '../support/api-document';
import { Client, type Answer } from '../support/client';
import { withoutIds } from '../support/without-ids';
import type { Case } from './cases';
import { customer, type Customer } from './customer';
import { leaksOf } from './leaks';
import type { IsolationEntry } from './operations';
import { Ownership } from './ownership';
import type { Attempt, Request } from './requests';
import { worldOf, type World } from './world';

/** What came of one operation in one case. */
export interface Cell {
  readonly state: 'held' | 'broken' | 'not applicable';
  /** Status and code as answered. */
  readonly shown: string;
  /** What was asked of it, or what is wrong, or why it cannot arise. */
  readonly why: readonly string[];
}

type Judge = 'answers' | 'harm';

interface Operation {
  readonly documented: DocumentedOperation;
  readonly entry: IsolationEntry;
}

interface Tried {
  readonly shown: string;
  readonly wrong: readonly string[];
  /** A caller's own request was refused, and nothing worse: another cell may have used up what it is about. */
  readonly usedUp: boolean;
}

/** Tries the cases and looks after each request at what has become of Bob. */
export class Matrix {
  private readonly callers = new Map<string, Promise<Customer>>();

  private constructor(
    private readonly app: TestApp,
    readonly ownership: Ownership,
    private current: Awaited<ReturnType<typeof look>>,
    private readonly judge: Judge,
  ) {}

  /** @param judge `answers`: exactly as they must be; `harm`: only whether anything of Bob is shown or changed */
  static async of(app: TestApp, judge: Judge = 'answers'): Promise<Matrix> {
    const ownership = await Ownership.of(app);
    const seen = await look(ownership, await worldOf(app, ownership));
    return new Matrix(app, ownership, seen, judge);
  }

  get world(): World {
    return this.current.world;
  }

  async cell(entry: IsolationEntry, documented: DocumentedOperation, one: Case): Promise<Cell> {
    try {
      const { cell, usedUp } = await this.round({ documented, entry }, one);
      if (!usedUp) return cell;
      for (const name of namesOf(documented)) this.callers.delete(name);
      return (await this.round({ documented, entry }, one)).cell;
    } catch (error) {
      // The other cells go on: a report with a hole tells more than none.
      return { state: 'broken', shown: 'error', why: [String(error)] };
    }
  }

  private async round(operation: Operation, one: Case): Promise<{ cell: Cell; usedUp: boolean }> {
    const { who } = operation.documented;
    const [active, suspended] = namesOf(operation.documented);
    const attempts = await one.attempts({
      ...operation,
      world: this.world,
      caller: () => this.shared(active, () => this.caller(who)),
      callerSuspended: () => this.shared(suspended, () => this.suspended(who)),
    });
    if (typeof attempts === 'string') {
      return { cell: { state: 'not applicable', shown: '-', why: [attempts] }, usedUp: false };
    }
    return this.tryAll(operation, attempts, one.about);
  }

  /** One for each role, as long as there is something left. */
  private shared(name: string, make: () => Promise<Customer>): Promise<Customer> {
    const known = this.callers.get(name) ?? make();
    this.callers.set(name, known);
    return known;
  }

  /** Somebody in just the role that may. */
  private async caller(who: DocumentedOperation['who']): Promise<Customer> {
    const role = who === 'public' || who === 'operator' ? 'owner' : who;
    const carol = await customer(this.app, 'carol', { role });
    if (who === 'operator') {
      await this.app.sql('UPDATE users SET operator = true WHERE id = $1', [carol.userId]);
    }
    return carol;
  }

  private async suspended(who: DocumentedOperation['who']): Promise<Customer> {
    const sandy = await this.caller(who);
    await this.app.sql('UPDATE tenants SET suspended_at = now() WHERE id = $1', [sandy.tenantId]);
    return sandy;
  }

  private async tryAll(
    operation: Operation,
    attempts: readonly Attempt[],
    about: string,
  ): Promise<{ cell: Cell; usedUp: boolean }> {
    const tried: Tried[] = [];
    for (const attempt of attempts) tried.push(await this.attempt(operation, attempt));
    const shown = [...new Set(tried.map((result) => result.shown))].join(', ');
    const wrong = tried.flatMap((result) => result.wrong);
    // Whatever else is wrong stands: only a cell without it is tried again.
    const only = tried.every((result) => result.usedUp || result.wrong.length === 0);
    const usedUp = only && tried.some((result) => result.usedUp);
    if (wrong.length > 0) return { cell: { state: 'broken', shown, why: wrong }, usedUp };
    return { cell: { state: 'held', shown, why: [about] }, usedUp };
  }

  private async attempt(
    { documented: { method }, entry }: Operation,
    { request, expected: [status, code], twin, own }: Attempt,
  ): Promise<Tried> {
    const answer = await this.send(method, request);
    const strict = this.judge === 'answers';
    const different = differences(answer, status, code);
    const worse = [
      ...leaksOf(answer, { markers: this.markersFor(request, entry), asked: request.url }),
      ...(twin && strict
        ? notAlike(answer, request, { twin, answer: await this.send(method, twin) })
        : []),
      ...(await this.damage()),
    ];
    const shown = [answer.status, answer.body?.code as string | undefined]
      .filter(Boolean)
      .join(' ');
    const wrong = [...(strict ? different : []), ...worse];
    return {
      shown,
      wrong: wrong.length > 0 ? [`${request.url} ${wrong.join(', ')}`] : [],
      usedUp: own === true && different.length > 0 && worse.length === 0,
    };
  }

  /** A handler that was given the id in place of a row may tell it back: the caller knew it. */
  private markersFor(
    { names = '' }: Request,
    { shows = [] }: IsolationEntry,
  ): ReadonlyMap<string, string> {
    const { markers, bob } = this.world;
    const shown = shows.map((id) => bob[id]);
    if (this.judge === 'harm') shown.push(names);
    if (shown.length === 0) return markers;
    return new Map([...markers].filter(([marker]) => !shown.includes(marker)));
  }

  private send(
    method: DocumentedOperation['method'],
    { url, body, lines, authorization }: Request,
  ) {
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
    if (!lines) return new Client(this.app.app).send(method, url, body, { headers });
    headers['content-type'] = 'application/x-ndjson';
    return new Client(this.app.app).send(method, url, `${JSON.stringify(body)}\n`, { headers });
  }

  /** Nobody but a cell's own customer may ever change. After damage the next attempt gets a new world. */
  private async damage(): Promise<string[]> {
    const before = this.current;
    const now = await look(this.ownership, before.world);
    const damage = [...before.digests].filter(
      ([table, digest]) => now.digests.get(table) !== digest,
    );
    if (damage.length === 0) return [];
    this.current = await look(this.ownership, await worldOf(this.app, this.ownership));
    return damage.map(([rows]) => `${rows} have changed`);
  }
}

const namesOf = ({ who }: DocumentedOperation) => [who, `${who} of a suspended tenant`] as const;

/** Bob's rows, and those of Alice and Sue: all that they ask for here is refused. */
async function look(ownership: Ownership, world: World) {
  const { alice, bob, suspended } = world;
  return { world, digests: await ownership.digests({ Alice: alice, Bob: bob, Sue: suspended }) };
}

function differences(answer: Answer, status: number, code: string | undefined): string[] {
  const type = String(answer.headers['content-type']);
  const wrong: string[] = [];
  if (answer.status !== status) wrong.push(`status ${answer.status} instead of ${status}`);
  if (answer.body?.code !== code) {
    wrong.push(`code ${String(answer.body?.code)} instead of ${String(code)}`);
  }
  if (status >= 400 && !type.startsWith('application/problem+json')) wrong.push(`type ${type}`);
  return wrong;
}

/** What belongs to somebody else must be answered like what never existed. */
function notAlike(
  answer: Answer,
  { names = '' }: Request,
  { twin, answer: absent }: { twin: Request; answer: Answer },
): string[] {
  const [foreign, nobodys] = [withoutIds(answer, names), withoutIds(absent, twin.names ?? '')];
  if (JSON.stringify(foreign) === JSON.stringify(nobodys)) return [];
  return [`answered otherwise than an id that never existed: ${absent.status} ${absent.text}`];
}
