import { Readable } from 'node:stream';
import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { CallNews } from '../kernel/database/call-news';
import { loggable } from '../kernel/database/database-errors';
import { TenantDb } from '../kernel/database/tenant-db';
import { Problem } from '../kernel/http/problem';
import type { Principal } from '../kernel/security/principal';
import { Semaphore } from '../kernel/security/semaphore';
import { EVENTS, PAGE, REACH, type CallEventRow } from './call-events.query';
import { CallStream } from './call-stream';
import { CallSummary } from './calls.view';

/** Open in this process, for one session, one person, one tenant and together. */
const MOST = { sessionId: 6, userId: 20, tenantId: 200 } as const;
const MOST_TOGETHER = 2_000;
/** Milliseconds between two looks, told of news or not: this bounds how long a stream outlives its session. */
const LOOK = 5_000;
/** At least so many between two looks, however much is changed. */
const PAUSE = 250;
/** Every how many looks a heartbeat is sent; after how many heartbeats a stream ends and the client opens another. */
const BEAT = 4;
const OLDEST = 180;
/** Reads at once, of the ten connections that requests need as well. */
const READS = 4;

/** Tells each client what happens to the calls of its tenant, as fast as it takes it, and reads it as that client. */
@Injectable()
export class CallStreams implements OnModuleDestroy {
  private readonly logger = new Logger(CallStreams.name);
  private readonly streams = new Map<CallStream, Readable | null>();
  private readonly reads = new Semaphore(READS, MOST_TOGETHER);
  private timer: NodeJS.Timeout | null = null;
  private looks = 0;
  private looking: Promise<void> | null = null;
  private told = false;
  private stopping = false;

  constructor(
    private readonly db: TenantDb,
    private readonly news: CallNews,
  ) {}

  /**
   * @param lastEventId id of the last event that the client has; without one the stream begins now
   * @throws Problem 429 `call.too_many_streams`, and what `TenantDb` throws
   */
  async open(who: Principal, lastEventId?: string): Promise<Readable> {
    if (this.stopping) throw new Problem('server.unavailable');
    if (this.isFull(who)) {
      throw new Problem('call.too_many_streams', { headers: { 'retry-after': '30' } });
    }
    const stream = new CallStream(who);
    this.streams.set(stream, null);
    try {
      const pieces = readable(
        this.pieces(stream, await this.begin(stream, lastEventId)),
        // However it ends: by us, or with the client.
        () => {
          stream.hear('over');
          this.streams.delete(stream);
        },
      );
      this.streams.set(stream, pieces);
      this.watch();
      return pieces;
    } catch (error) {
      this.streams.delete(stream);
      throw error;
    }
  }

  /** Whose streams have to end, and for whom there is news. Told while it looks, it looks again. */
  look(): Promise<void> {
    this.told = true;
    this.looking ??= this.lookWhileTold();
    return this.looking;
  }

  /** A sign of life to all; who has taken nothing for a whole round is cut off, and can resume. */
  beat(): void {
    for (const [stream, pieces] of this.streams) {
      if (!stream.beat()) pieces?.destroy(new Error('The client takes nothing.'));
      else if (stream.age >= OLDEST) stream.hear('over');
    }
  }

  async onModuleDestroy(): Promise<void> {
    this.stopping = true;
    if (this.timer) clearInterval(this.timer);
    for (const stream of this.streams.keys()) stream.hear('over');
    await this.news.close();
    await this.looking;
  }

  private isFull(who: Principal): boolean {
    const same = (key: keyof typeof MOST) =>
      [...this.streams.keys()].filter((stream) => stream.who[key] === who[key]).length;
    const keys = Object.keys(MOST) as (keyof typeof MOST)[];
    return this.streams.size >= MOST_TOGETHER || keys.some((key) => same(key) >= MOST[key]);
  }

  /** Opens the context, so that nothing is told to who may not. @returns what stands at the top of the stream */
  private async begin(stream: CallStream, lastEventId: string | undefined): Promise<string> {
    const { who } = stream;
    const [reach] = await this.db.read(who, (em) =>
      em.query<[{ last: number; oldest: number }]>(REACH, [who.tenantId]),
    );
    const asked = lastEventId === undefined ? reach.last : idOf(lastEventId);
    const known = asked === reach.last || (asked >= reach.oldest && asked < reach.last);
    stream.position = known ? asked : reach.last;
    // What was committed since that reading.
    stream.hear('news');
    return `retry: 3000\nid: ${stream.position}\n${known ? '' : RESET}\n`;
  }

  private watch(): void {
    this.timer ??= setInterval(() => {
      this.tick();
    }, LOOK).unref();
    void this.news.listen(this.hear);
  }

  private readonly hear = () => void this.look();

  private tick(): void {
    if (this.streams.size === 0) return;
    this.looks += 1;
    if (this.looks % BEAT === 0) this.beat();
    void this.look();
    void this.news.listen(this.hear);
  }

  private async lookWhileTold(): Promise<void> {
    for (;;) {
      this.told = false;
      await this.lookOnce().catch((error: unknown) => {
        this.logger.warn(`Changed calls cannot be looked for: ${JSON.stringify(loggable(error))}`);
      });
      if (!this.toldAgain()) break;
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
    }
    // In the same step as the question before, so that nothing is told in between.
    this.looking = null;
  }

  private toldAgain(): boolean {
    return this.told && !this.stopping;
  }

  private async lookOnce(): Promise<void> {
    const streams = [...this.streams.keys()];
    if (streams.length === 0) return;
    const last = await this.db.watchCalls(streams.map(({ who }) => who));
    streams.forEach((stream, i) => {
      const at = last[i];
      if (at === undefined) stream.hear('over');
      else if (at > stream.position) stream.hear('news');
    });
  }

  private async *pieces(stream: CallStream, top: string): AsyncGenerator<string, void> {
    yield top;
    for (;;) {
      const heard = await stream.next();
      if (heard === 'over') return;
      if (heard === 'beat') {
        yield ':\n\n';
        continue;
      }
      const rows = await this.page(stream);
      if (rows === null) return;
      stream.position = rows.at(-1)?.position ?? stream.position;
      if (rows.length === PAGE) stream.hear('news');
      if (rows.length > 0) yield rows.map(textOf).join('');
    }
  }

  /** In the context of the one who reads, which is checked each time; null when it does not open any more. */
  private async page({ who, position }: CallStream): Promise<CallEventRow[] | null> {
    try {
      return await this.reads.run(
        () => this.db.read(who, (em) => em.query<CallEventRow[]>(EVENTS, [who.tenantId, position])),
        () => new Problem('server.unavailable'),
      );
    } catch (error) {
      if (error instanceof Problem) return null;
      throw error;
    }
  }
}

/** Not Readable.from: destroyed, that one waits for the piece it has asked for, and here the next one may be far away. */
function readable(pieces: AsyncGenerator<string, void>, ended: () => void): Readable {
  return new Readable({
    read() {
      pieces.next().then(
        ({ value }) => this.push(value ?? null),
        (error: unknown) => this.destroy(error as Error),
      );
    },
    destroy(error, done) {
      ended();
      done(error);
    },
  });
}

const RESET = 'event: reset\ndata: {}\n';

/** What is no id of ours is as old as can be. */
const idOf = (text: string) => (/^\d{1,16}$/.test(text) ? Number(text) : -1);

function textOf({ position, type, callId, ...call }: CallEventRow): string {
  if (type === 'reset') return `id: ${position}\n${RESET}\n`;
  const gone = { id: callId };
  // Of a call that was changed and then deleted only the deletion is told, which follows.
  if (type !== 'deleted' && call.id !== callId) return `id: ${position}\n\n`;
  const data = JSON.stringify(type === 'deleted' ? gone : CallSummary.of(call));
  return `id: ${position}\nevent: call.${type}\ndata: ${data}\n\n`;
}
