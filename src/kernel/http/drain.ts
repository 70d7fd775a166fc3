import type { FastifyInstance } from 'fastify';

/**
 * Lets a shutdown end as soon as the last answer is out: the connection of a request that was under way stays open for
 * the client's next one, and would hold the server until its keep-alive time-out.
 */
export function drainOnClose(fastify: FastifyInstance): void {
  let closing = false;
  fastify.addHook('preClose', (done) => {
    closing = true;
    done();
  });
  fastify.addHook('onSend', (_request, reply, payload, done) => {
    if (closing) void reply.header('connection', 'close');
    done(null, payload);
  });
  fastify.addHook('onResponse', (_request, _reply, done) => {
    if (closing) {
      setImmediate(() => {
        fastify.server.closeIdleConnections();
      });
    }
    done();
  });
}
