import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { NDJSON } from './ndjson';
import { Problem } from './problem';

/** Milliseconds in which the body of an ordinary request has to arrive, and a streamed one. */
const ARRIVAL = 30_000;
export const LONGEST_ARRIVAL = 60 * 60 * 1000;

/** Routes that read their body while it arrives: of any length, and for longer than others may take. */
const streamed: ReadonlySet<string> = new Set(['/calls/import']);
const isStreamed = ({ routeOptions: { url = '' } }: FastifyRequest) => streamed.has(url);

/** @param cutOff ends a connection whose request takes too long */
export function acceptStreams(
  fastify: FastifyInstance,
  cutOff: (request: IncomingMessage) => void,
): void {
  fastify.addContentTypeParser(NDJSON, (request: FastifyRequest, body: IncomingMessage, done) => {
    if (isStreamed(request)) done(null, body);
    else done(new Problem('request.media_type'));
  });
  fastify.addHook('preParsing', (request, reply, payload, done) => {
    if (hasBody(request) && !isStreamed(request)) {
      const timer = setTimeout(() => {
        cutOff(request.raw);
      }, ARRIVAL).unref();
      const clear = () => {
        clearTimeout(timer);
      };
      request.raw.once('end', clear);
      reply.raw.once('finish', clear).once('close', clear);
    }
    done(null, payload);
  });
  // Answered before all of it has arrived: what is left is not waited for.
  fastify.addHook('onSend', (request, reply, payload, done) => {
    if (!request.raw.complete && hasBody(request)) void reply.header('connection', 'close');
    done(null, payload);
  });
}

function hasBody({ headers }: FastifyRequest): boolean {
  return (headers['content-length'] ?? headers['transfer-encoding'] ?? '0') !== '0';
}

/** The body of a route that streams it. @throws Problem 415 when it is not NDJSON */
export const NdjsonBody = createParamDecorator(
  (_: undefined, context: ExecutionContext): Readable => {
    const { body } = context.switchToHttp().getRequest<FastifyRequest>();
    if (body instanceof Readable) return body;
    throw new Problem('request.media_type');
  },
);
