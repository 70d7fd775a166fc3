import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { startApp } from '../support/app';

const REQUEST = 'GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n';

describe('a server that is stopped', () => {
  it('answers what has arrived but is not read yet, and ends connections that ask nothing', async () => {
    const server = await startApp();
    const { app } = server;
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    const sockets: Socket[] = [];
    for (let i = 0; i < 20; i += 1) {
      const socket = connect(port, '127.0.0.1');
      await once(socket, 'connect');
      sockets.push(socket);
    }
    const [silent, ...asking] = sockets as [Socket, ...Socket[]];

    const answers = Promise.all(asking.map((socket) => text(socket)));
    for (const socket of asking) socket.write(REQUEST);
    const closed = server.close();
    const said = await answers;

    expect(await text(silent)).toBe('');
    expect(said.filter((answer) => !answer.startsWith('HTTP/1.1 200 OK'))).toEqual([]);
    await closed;
  });
});
