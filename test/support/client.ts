import type { NestFastifyApplication } from '@nestjs/platform-fastify';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | number | undefined>>;
  readonly text: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- answers are read field by field in assertions
  readonly body: any;
}

interface Options {
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Speaks HTTP to the application without a socket. */
export class Client {
  constructor(
    private readonly app: NestFastifyApplication,
    private readonly token?: string,
  ) {}

  /** The same client with another access token, or none. */
  as(token: string | undefined): Client {
    return new Client(this.app, token);
  }

  get(url: string, options?: Options): Promise<Answer> {
    return this.send('GET', url, undefined, options);
  }

  post(url: string, body?: unknown, options?: Options): Promise<Answer> {
    return this.send('POST', url, body, options);
  }

  put(url: string, body?: unknown, options?: Options): Promise<Answer> {
    return this.send('PUT', url, body, options);
  }

  patch(url: string, body?: unknown, options?: Options): Promise<Answer> {
    return this.send('PATCH', url, body, options);
  }

  delete(url: string, body?: unknown, options?: Options): Promise<Answer> {
    return this.send('DELETE', url, body, options);
  }

  /** @param body text is sent as it is, with the headers given; all else as JSON */
  async send(method: Method, url: string, body?: unknown, options: Options = {}): Promise<Answer> {
    const token = options.token ?? this.token;
    const asked = {
      method,
      url,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(body === undefined
        ? {}
        : { payload: typeof body === 'string' ? body : JSON.stringify(body) }),
    };
    const endless = method === 'GET' && url.startsWith('/calls/stream');
    const answer = await (endless ? beginning(this.app, asked) : this.app.inject(asked));
    return answerOf(answer);
  }
}

type Injected = Pick<Awaited<ReturnType<typeof beginning>>, 'statusCode' | 'headers' | 'payload'>;

function answerOf({ statusCode, headers, payload }: Injected): Answer {
  const json = /[/+]json/.test(String(headers['content-type'])) && payload !== '';
  const body = json ? (JSON.parse(payload) as unknown) : undefined;
  return { status: statusCode, headers, text: payload, body };
}

/** What never ends is read up to its first piece, and then left. */
async function beginning(
  app: NestFastifyApplication,
  asked: Parameters<NestFastifyApplication['inject']>[0] & object,
) {
  const answer = await app.inject({ ...asked, payloadAsStream: true });
  const stream = answer.stream();
  const endless = String(answer.headers['content-type']).startsWith('text/event-stream');
  let payload = '';
  for await (const piece of stream) {
    payload += String(piece);
    if (endless) break;
  }
  answer.raw.res.destroy();
  return { statusCode: answer.statusCode, headers: answer.headers, payload };
}
