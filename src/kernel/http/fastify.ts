import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  LogController,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify';
import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger as PinoLogger } from 'pino';
import type { Settings } from '../config/settings';
import { loggable } from '../database/database-errors';
import { drainOnClose } from './drain';
import { holdsMoreValuesThan, JSON_DEPTH, JSON_VALUES, nestsDeeperThan } from './json-depth';
import { Problem } from './problem';
import { problemBody } from './problem-body';
import type { ProblemCode } from './problem-catalogue';
import { sendProblem } from './problem.filter';
import { rememberRoutes } from './route-table';
import { acceptStreams, LONGEST_ARRIVAL } from './streamed-bodies';

const MIB = 1024 * 1024;
/** A recorded call may bring its transcript and messages. */
const largerBodies: Readonly<Record<string, number>> = { '/calls': 4 * MIB };

/** The HTTP server with everything bounded: body, depth, headers (16 KiB by Node), time to receive a request. */
export function createAdapter(settings: Settings, logger: PinoLogger): FastifyAdapter {
  const addHeaders = constantHeaders(settings.publicUrl.startsWith('https:'));
  const adapter = new FastifyAdapter({
    loggerInstance: logger,
    logController: new AnswerLog({ disableRequestLogging: true }),
    bodyLimit: MIB,
    trustProxy: trustedProxies(settings.trustProxy),
    genReqId: requestId,
    // That of a streamed body; others have less, see acceptStreams.
    requestTimeout: LONGEST_ARRIVAL,
    http: { headersTimeout: 30_000, requireHostHeader: false },
    connectionTimeout: 60_000,
    keepAliveTimeout: 72_000,
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    routerOptions: { maxParamLength: 500 },
    // These come before any hook: an unreadable URL, a parameter that is too long.
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => {
      addHeaders(request, reply, () => {
        sendProblem(error, request, reply);
      });
    },
    clientErrorHandler: answerBrokenHttp,
  });
  const fastify = adapter.getInstance();
  rememberRoutes(fastify);
  drainOnClose(fastify);
  acceptOnlyJson(fastify);
  acceptStreams(fastify, ({ socket }) => {
    answerBrokenHttp({ name: '', message: '', code: 'ERR_HTTP_REQUEST_TIMEOUT' }, socket);
  });
  fastify.addHook('onRoute', (route) => {
    const bodyLimit = largerBodies[route.url];
    if (bodyLimit && route.method === 'POST') route.bodyLimit = bodyLimit;
  });
  fastify.addHook('onRequest', addHeaders);
  answerOddHttp(fastify);
  fastify.addHook('onResponse', responseLog(logger));
  return adapter;
}

/** Browsers of these origins may call the API, with the refresh cookie. */
export function allowOrigins(app: NestFastifyApplication, settings: Settings): void {
  if (settings.corsOrigins.length === 0) return;
  app.enableCors({
    origin: [...settings.corsOrigins],
    credentials: true,
    maxAge: 600,
    exposedHeaders: ['etag', 'x-request-id', 'retry-after'],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  });
}

function trustedProxies(trust: Settings['trustProxy']) {
  return typeof trust === 'number' ? (_: string, hop: number) => hop < trust : trust;
}

/** An id from a proxy is kept when it is harmless in a log line. */
function requestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && /^[\w-]{8,64}$/.test(given) ? given : randomUUID();
}

function acceptOnlyJson(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    (request: FastifyRequest, body: Buffer, done) => {
      // Clients that always send the header, also with DELETE, send no body at all.
      if (body.length === 0) {
        done(null, undefined);
        return;
      }
      const refused = refusal(body);
      if (refused) done(new Problem(refused));
      else void parse(request, body.toString('utf8'), done);
    },
  );
}

/** What is wrong with a body before it is worth parsing. */
function refusal(body: Buffer): ProblemCode | undefined {
  if (nestsDeeperThan(body, JSON_DEPTH)) return 'request.too_deep';
  if (holdsMoreValuesThan(body, JSON_VALUES)) return 'request.too_many_values';
  return isUtf8(body) ? undefined : 'request.malformed';
}

/** Written once instead of computed for each answer. */
function constantHeaders(https: boolean) {
  const headers: Record<string, string> = {
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cross-origin-resource-policy': 'same-site',
    ...(https ? { 'strict-transport-security': 'max-age=31536000; includeSubDomains' } : {}),
  };
  return (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    void reply.headers(headers).header('x-request-id', request.id);
    done();
  };
}

/** Of an answer that broke off half-way: what went wrong, without statement or value. */
class AnswerLog extends LogController {
  override streamError(error: Error, request: FastifyRequest): void {
    request.log.warn({ error: loggable(error) }, 'the answer broke off');
  }
}

/**
 * One line a request: the route's pattern, never its values, so that no id or filter ends in the log. It holds nothing to strike
 * out, and looking for it in each line cost a twentieth of a request.
 */
function responseLog(logger: PinoLogger) {
  const lines = logger.child({}, { redact: [] });
  return (request: FastifyRequest, reply: FastifyReply, done: () => void): void => {
    lines.info(
      {
        reqId: request.id,
        method: request.method,
        route: request.is404 ? 'unknown' : request.routeOptions.url,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
      },
      'request',
    );
    done();
  };
}

/** What Node would answer in words of its own: CONNECT, an expectation that nobody meets, HTTP/1.1 without a Host. */
function answerOddHttp(fastify: FastifyInstance): void {
  const refuse = ({ socket }: IncomingMessage) => {
    answerBrokenHttp(new Error('odd'), socket);
  };
  fastify.server.on('connect', refuse).on('checkExpectation', refuse);
  fastify.addHook('onRequest', ({ raw }, reply, done) => {
    const hostless = raw.headers.host === undefined && raw.httpVersion === '1.1';
    if (hostless) void reply.header('connection', 'close');
    done(hostless ? new Problem('request.malformed') : undefined);
  });
}

const brokenHttp: Readonly<Record<string, ProblemCode>> = {
  HPE_HEADER_OVERFLOW: 'request.headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request.timeout',
};

/** What Node's parser refuses never reaches Fastify: broken HTTP, headers over 16 KiB, a client that is too slow. */
function answerBrokenHttp(error: Error & { code?: string }, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const problem = new Problem(brokenHttp[error.code ?? ''] ?? 'request.malformed');
  const body = JSON.stringify(problemBody(problem, { locale: 'en', url: '', id: randomUUID() }));
  socket.end(
    `HTTP/1.1 ${problem.status} Refused\r\ncontent-type: application/problem+json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
