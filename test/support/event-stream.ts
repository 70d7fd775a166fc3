import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestApp } from './app';
import type { Person } from './people';

export interface ServerEvent {
  readonly id: string;
  /** `beat` for a comment, `position` for an id without an event. */
  readonly type: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- read field by field in assertions
  readonly data: any;
}

/** A client that follows the calls over a socket and takes nothing before it is asked to. */
export class EventStream {
  lastId = '';
  private text = '';
  private readonly chunks: AsyncIterator<Buffer>;

  private constructor(readonly answer: IncomingMessage) {
    this.chunks = answer[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  static async answer(
    { app }: Pick<TestApp, 'app'>,
    { accessToken }: Pick<Person, 'accessToken'>,
    lastEventId?: string,
  ): Promise<IncomingMessage> {
    const { port } = app.getHttpServer().address() as AddressInfo;
    const headers = {
      authorization: `Bearer ${accessToken}`,
      ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    };
    const asking = request({ port, path: '/calls/stream', headers, agent: false }).end();
    const [answer] = (await once(asking, 'response')) as [IncomingMessage];
    return answer;
  }

  /** The first thing that it says is where it begins. */
  static async open(
    app: Pick<TestApp, 'app'>,
    who: Pick<Person, 'accessToken'>,
    lastEventId?: string,
  ): Promise<EventStream> {
    return new EventStream(await EventStream.answer(app, who, lastEventId));
  }

  /** Waits for it; null when the stream has ended. */
  async next(): Promise<ServerEvent | null> {
    for (;;) {
      const end = this.text.indexOf('\n\n');
      if (end >= 0) {
        const block = this.text.slice(0, end);
        this.text = this.text.slice(end + 2);
        return this.read(block);
      }
      const { value, done } = await this.chunks.next();
      if (done) return null;
      this.text += String(value);
    }
  }

  async take(count: number): Promise<(ServerEvent | null)[]> {
    const events: (ServerEvent | null)[] = [];
    while (events.length < count) events.push(await this.next());
    return events;
  }

  close(): void {
    this.answer.destroy();
  }

  private read(block: string): ServerEvent {
    const fields = new Map(
      block.split('\n').map((line) => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon), line.slice(colon + 2)];
      }),
    );
    this.lastId = fields.get('id') ?? this.lastId;
    const data = fields.get('data');
    return {
      id: this.lastId,
      type: fields.get('event') ?? (fields.has('id') ? 'position' : 'beat'),
      data: data === undefined ? undefined : (JSON.parse(data) as unknown),
    };
  }
}
