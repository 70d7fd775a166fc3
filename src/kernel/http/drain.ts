import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

/**
 * Lets a shutdown end as soon as the last answer is out. A connection that stays open for the client's next request, or
 * that never sent one, would hold the server until a time-out.
 */
export function drainOnClose(fastify: FastifyInstance): void {
  let closing = false;
  const open = new Set<Socket>();
  const busy = new Set<Socket>();
  fastify.server.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => {
      open.delete(socket);
      busy.delete(socket);
    });
  });
  fastify.addHook('onRequest', (request, _reply, done) => {
    busy.add(request.socket);
    done();
  });
  fastify.addHook('preClose', (done) => {
    closing = true;
    for (const socket of open) if (!busy.has(socket)) socket.destroy();
    done();
  });
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) void reply.header('connection', 'close');
    done(null, payload);
  });
  fastify.addHook('onResponse', (request, _reply, done) => {
    busy.delete(request.socket);
    if (closing) {
      setImmediate(() => {
        fastify.server.closeIdleConnections();
      });
    }
    done();
  });
}
