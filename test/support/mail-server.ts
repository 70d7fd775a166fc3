import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

interface Received {
  readonly from: string;
  readonly to: readonly string[];
  readonly source: string;
  /** The parts of the message by their type, decoded. */
  readonly parts: Readonly<Record<string, string>>;
  header(name: string): string;
}

/** What the server says to a message: nothing, which takes it, or a reply such as 451. On hold it takes it and says nothing. */
type Verdict = number | 'hang up' | 'hold' | undefined;

interface Options extends SMTPServerOptions {
  /** Waits a tenth of a second for those who talk before they are greeted, and turns them away. */
  readonly lateGreeting?: boolean;
}

/** Greets at once: a tenth of a second for every mail would be a good part of the run. */
class PromptServer extends SMTPServer {
  override connect(...args: Parameters<SMTPServer['connect']>): void {
    super.connect(...args);
    const connection = [...this.connections].at(-1);
    if (!connection) return;
    connection.connectionReady();
    // Its timer finds nothing left to do.
    connection.connectionReady = () => undefined;
  }
}

/** A real SMTP server in this process, that can be down, in a bad mood, or gone in the middle. */
export class MailServer {
  readonly received: Received[] = [];
  toRecipient: Verdict;
  toMessage: Verdict;
  private server: SMTPServer | undefined;
  private port = 0;

  static async start(options: Options = {}): Promise<MailServer> {
    const server = new MailServer(options);
    await server.up();
    return server;
  }

  private constructor(private readonly options: Options) {}

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  /** On the same port as before. */
  async up(): Promise<void> {
    const { lateGreeting, ...options } = this.options;
    const server = new (lateGreeting ? SMTPServer : PromptServer)({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      disableReverseLookup: true,
      onRcptTo: (_address, _session, done) => {
        done(reply(this.toRecipient));
      },
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const { mailFrom, rcptTo } = session.envelope;
          if (this.toMessage === 'hang up') {
            this.hangUp();
            return;
          }
          const { toMessage } = this;
          if (toMessage === undefined || toMessage === 'hold') {
            this.received.push(
              read(Buffer.concat(chunks).toString(), {
                from: mailFrom === false ? '' : mailFrom.address,
                to: rcptTo.map(({ address }) => address),
              }),
            );
          }
          if (toMessage !== 'hold') done(reply(toMessage));
        });
      },
      ...options,
    });
    server.on('error', () => undefined);
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.server.address() as AddressInfo).port;
    this.server = server;
  }

  async down(): Promise<void> {
    const { server } = this;
    if (!server) return;
    this.server = undefined;
    this.hangUp(server);
    await new Promise<void>((resolve) => {
      server.close(resolve);
    });
  }

  private hangUp(server = this.server): void {
    for (const connection of server?.connections ?? []) {
      (connection as unknown as { _socket: { destroy(): void } })._socket.destroy();
    }
  }
}

function reply(verdict: Verdict): Error | null {
  if (typeof verdict !== 'number') return null;
  return Object.assign(new Error('alice@example.com is not liked here'), { responseCode: verdict });
}

function read(source: string, envelope: { from: string; to: string[] }): Received {
  const [head = '', ...body] = source.split('\r\n\r\n');
  const unfolded = head.replace(/\r\n[ \t]+/g, ' ');
  const header = (name: string) =>
    words(new RegExp(`^${name}: (.*)$`, 'im').exec(unfolded)?.[1] ?? '');
  const boundary = /boundary="([^"]+)"/.exec(unfolded)?.[1] ?? '';
  const parts = body
    .join('\r\n\r\n')
    .split(`--${boundary}`)
    .flatMap((part) => {
      const type = /Content-Type: ([\w/]+)/i.exec(part)?.[1];
      return type ? [[type, decoded(part)] as const] : [];
    });
  return { ...envelope, source, parts: Object.fromEntries(parts), header };
}

function decoded(part: string): string {
  const [head = '', ...body] = part.trim().split('\r\n\r\n');
  const text = body.join('\r\n\r\n');
  if (/base64/i.test(head)) return Buffer.from(text, 'base64').toString();
  if (!/quoted-printable/i.test(head)) return text;
  return quoted(text.replace(/=\r\n/g, ''), /=([0-9A-F]{2})/g);
}

const quoted = (text: string, code: RegExp) =>
  Buffer.from(
    text.replace(code, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  ).toString();

/** Words of a header as RFC 2047 encodes them. */
function words(text: string): string {
  return text
    .replace(/\?=\s+=\?/g, '?==?')
    .replace(/=\?utf-8\?([QB])\?([^?]*)\?=/gi, (_, how: string, word: string) =>
      how.toUpperCase() === 'B'
        ? Buffer.from(word, 'base64').toString('latin1')
        : word
            .replaceAll('_', ' ')
            .replace(/=([0-9A-F]{2})/g, (_all, hex: string) =>
              String.fromCharCode(Number.parseInt(hex, 16)),
            ),
    )
    .replace(/[\u0080-\u00ff]+/g, (bytes) => Buffer.from(bytes, 'latin1').toString());
}
