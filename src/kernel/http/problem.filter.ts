import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerHasGone, isTransient, loggable } from '../database/database-errors';
import { Problem } from './problem';
import { problemBody } from './problem-body';
import type { ProblemCode } from './problem-catalogue';
import { localeOf } from './request-locale';
import { allowedMethods } from './route-table';

/** Everything that goes wrong ends here and leaves as `application/problem+json`. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    sendProblem(error, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
  }
}

export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const problem = toProblem(error, request);
  if (problem === error && problem.status >= 500) request.log.warn(problem.code);
  else if (problem.status >= 500) request.log.error({ error: loggable(error) }, problem.code);
  if (reply.raw.headersSent) return;
  const locale = localeOf(request.headers);
  void reply
    .code(problem.status)
    .headers({ ...headersFor(problem), ...problem.extras.headers })
    .header('content-language', locale)
    .header('vary', 'accept-language, origin')
    .header('content-type', 'application/problem+json; charset=utf-8')
    .send(JSON.stringify(problemBody(problem, { locale, url: request.url, id: request.id })));
}

function headersFor(problem: Problem): Record<string, string> {
  if (problem.status === 401) return { 'www-authenticate': 'Bearer' };
  return problem.status === 503 ? { 'retry-after': '2' } : {};
}

function toProblem(error: unknown, request: FastifyRequest): Problem {
  if (error instanceof Problem) return error;
  if (isTransient(error)) return new Problem('server.unavailable');
  if (callerHasGone(error)) return new Problem('auth.session_ended');
  const status = statusOf(error);
  if (status === 404) return unknownRoute(request);
  return new Problem(byStatus[status] ?? (status < 500 ? 'request.refused' : 'server.error'));
}

const byStatus: Readonly<Record<number, ProblemCode>> = {
  400: 'request.malformed',
  401: 'auth.token_invalid',
  408: 'request.timeout',
  413: 'request.too_large',
  415: 'request.media_type',
  431: 'request.headers_too_large',
  503: 'server.unavailable',
};

/** Errors of Nest carry getStatus(), those of Fastify and its parsers statusCode; all else is a bug of ours. */
function statusOf(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500;
}

function unknownRoute(request: FastifyRequest): Problem {
  const allow = allowedMethods(request.server, request.url);
  if (allow.length === 0) return new Problem('route.not_found');
  return new Problem('method.not_allowed', { headers: { allow: allow.join(', ') } });
}
