import { connect, type AddressInfo } from 'node:net';
import { startApp, type TestApp } from '../support/app';
import { register } from '../support/people';

let app: TestApp;
let port: number;
let token: string;

beforeAll(async () => {
  app = await startApp();
  token = (await register(app, 'alice')).accessToken;
  await app.app.listen(0, '127.0.0.1');
  port = (app.app.getHttpServer().address() as AddressInfo).port;
});
afterAll(() => app.close());

/** Sends bytes as they are and waits until the server closes the connection. */
function send(...parts: string[]): Promise<{ status: number; head: string; body: string }> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(parts.join('\r\n')));
    let text = '';
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => (text += chunk));
    // Closing with bytes unread resets the connection; the answer has come before that.
    socket.on('error', () => undefined);
    socket.on('close', () => {
      const [head = '', body = ''] = text.split('\r\n\r\n', 2);
      resolve({ status: Number(/^HTTP\/1\.1 (\d{3}) /.exec(head)?.[1]), head, body });
    });
  });
}

const host = 'Host: localhost';
const end = ['Connection: close', '', ''];

describe('a body that does not arrive', () => {
  it('is given up after 30 seconds, and one that has arrived is not', async () => {
    const timers = jest.spyOn(global, 'setTimeout');
    const clear = jest.spyOn(global, 'clearTimeout');
    const waits = () =>
      timers.mock.calls.flatMap(([run, ms], i) => (ms === 30_000 ? [{ run, i }] : []));
    const login = ['POST /auth/login HTTP/1.1', host, 'Content-Type: application/json'];

    await send(...login, 'Content-Length: 2', 'Connection: close', '', '{}');
    const [arrived] = waits();
    expect(clear).toHaveBeenCalledWith(timers.mock.results[arrived?.i ?? -1]?.value);
    const answer = send(...login, 'Content-Length: 20', '', '{"email":');
    while (waits().length < 2) await new Promise((resolve) => setImmediate(resolve));
    waits()[1]?.run();

    expect((await answer).status).toBe(408);
    expect(JSON.parse((await answer).body)).toMatchObject({ code: 'request.timeout' });
    jest.restoreAllMocks();
  });
});

describe('over a socket', () => {
  it.each([
    ['what is not HTTP at all', ['GARBAGE', '', '']],
    ['a TLS hello', ['\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', '', '']],
    ['a method nobody knows', ['BREW /health/live HTTP/1.1', host, ...end]],
    ['a version nobody speaks', ['GET /health/live HTTP/9.9', host, ...end]],
    ['no Host', ['GET /health/live HTTP/1.1', 'Connection: keep-alive', '', '']],
    ['a tunnel', ['CONNECT example.com:443 HTTP/1.1', host, '', '']],
    ['what nobody can meet', ['GET /health/live HTTP/1.1', host, 'Expect: rain', '', '']],
    ['a header without a name', ['GET /health/live HTTP/1.1', host, ': empty', ...end]],
    ['a header name with a space', ['GET /health/live HTTP/1.1', host, 'A b: c', ...end]],
    ['a space before the colon', ['GET /health/live HTTP/1.1', host, 'Content-Length : 1', ...end]],
    [
      'a length that is no number',
      ['POST /auth/login HTTP/1.1', host, 'Content-Length: x', ...end],
    ],
    [
      'two lengths',
      ['POST /auth/login HTTP/1.1', host, 'Content-Length: 1', 'Content-Length: 2', ...end],
    ],
    [
      'a length beside chunks (request smuggling)',
      [
        'POST /auth/login HTTP/1.1',
        host,
        'Content-Length: 6',
        'Transfer-Encoding: chunked',
        'Connection: close',
        '',
        '0',
        '',
        'X',
      ],
    ],
  ])('%s is 400 in problem form and ends the connection', async (_, parts) => {
    const answer = await send(...parts);

    expect(answer.status).toBe(400);
    expect(answer.head).toContain('content-type: application/problem+json; charset=utf-8');
    expect(answer.head).toContain('connection: close');
    expect(JSON.parse(answer.body)).toMatchObject({ status: 400, code: 'request.malformed' });
  });

  it('20 KiB of headers are 431 in problem form', async () => {
    const answer = await send(
      'GET /health/live HTTP/1.1',
      host,
      `X-Long: ${'a'.repeat(20 * 1024)}`,
      ...end,
    );

    expect(answer.status).toBe(431);
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'request.headers_too_large' });
  });

  it('an address of 20 KiB is 431 too', async () => {
    const answer = await send(`GET /${'a'.repeat(20 * 1024)} HTTP/1.1`, host, ...end);

    expect(answer.status).toBe(431);
  });

  it.each(['TRACE', 'PROPFIND', 'QUERY'])(
    '%s, a method it has no use for, is 4xx',
    async (name) => {
      const answer = await send(`${name} /health/live HTTP/1.1`, host, ...end);

      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.status).toBeLessThan(500);
      expect(answer.head).toMatch(/content-type: application\/problem\+json/i);
    },
  );

  it('a broken chunk in a body is 400', async () => {
    const answer = await send(
      'POST /auth/login HTTP/1.1',
      host,
      'Content-Type: application/json',
      'Transfer-Encoding: chunked',
      'Connection: close',
      '',
      'ZZ',
      '{}',
      '',
    );

    expect(answer.status).toBe(400);
  });

  it('a body that grows past the limit without telling its length is 413', async () => {
    const chunk = `10000\r\n${'a'.repeat(0x10000)}`;
    const answer = await send(
      'POST /auth/login HTTP/1.1',
      host,
      'Content-Type: application/json',
      'Transfer-Encoding: chunked',
      'Connection: close',
      '',
      ...Array.from({ length: 17 }, () => chunk),
      '0',
      '',
      '',
    );

    expect(answer.status).toBe(413);
    expect(answer.body).toContain('request.too_large');
  });

  it('a good request is served after all of that', async () => {
    const answer = await send('GET /me HTTP/1.1', host, `Authorization: Bearer ${token}`, ...end);

    expect(answer.status).toBe(200);
    expect(answer.body).toContain('alice.');
  });
});
