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
    afterReading(() => {
      for (const socket of open) if (!busy.has(socket)) socket.destroy();
      done();
    });
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

/** Connections that wait are accepted in one turn of the event loop and read in the next: what has arrived is answered. */
function afterReading(then: () => void, turns = 3): void {
  if (turns === 0) then();
  else
    setImmediate(() => {
      afterReading(then, turns - 1);
    });
}
