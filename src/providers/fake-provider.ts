import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** For tests: a provider on this machine that answers as it is told and remembers what it was asked. */
export class FakeProvider {
  readonly requests: IncomingMessage[] = [];
  /** What it does with the next requests. */
  answer: RequestListener = (_, response) => response.end();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<FakeProvider> {
    const server = createServer();
    const fake = new FakeProvider(server);
    server.on('request', (request, response) => {
      fake.requests.push(request);
      fake.answer(request, response);
    });
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    return fake;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** From now on this status and JSON, forgetting what was asked before. */
  answers(status: number, body: unknown): void {
    this.requests.length = 0;
    this.answer = (_, response) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    };
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((closed) => this.server.close(closed));
  }
}
