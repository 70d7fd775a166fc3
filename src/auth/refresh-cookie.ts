import { parseCookie, stringifySetCookie } from 'cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Settings } from '../kernel/config/settings';
import { Problem } from '../kernel/http/problem';
import type { Refresh, SessionView } from './auth.dto';

const NAME = 'ava_refresh';
const DAYS = 30;

/** Scripts cannot read it, other sites cannot send it, and it travels to /auth only. */
function setCookie(
  reply: FastifyReply,
  value: string,
  { maxAge, settings }: { maxAge: number; settings: Pick<Settings, 'publicUrl'> },
): void {
  const secure = settings.publicUrl.startsWith('https:');
  const scope = { path: '/auth', httpOnly: true, sameSite: 'strict', secure } as const;
  void reply.header('set-cookie', stringifySetCookie({ name: NAME, value, maxAge, ...scope }));
}

/** Moves the refresh token from the answer into the cookie when the client asked for that. */
export function handOver(
  session: SessionView,
  to: { cookie: boolean | undefined; reply: FastifyReply; settings: Settings },
): SessionView {
  const { refreshToken, ...rest } = session;
  if (to.cookie !== true || refreshToken === undefined) return session;
  setCookie(to.reply, refreshToken, { maxAge: DAYS * 86_400, settings: to.settings });
  return rest;
}

/** The token of the body, else of the cookie. @throws Problem 401 when there is neither */
export function refreshTokenOf(request: FastifyRequest, { refreshToken }: Refresh) {
  const fromCookie = parseCookie(request.headers.cookie ?? '')[NAME];
  const token = refreshToken ?? fromCookie;
  if (token === undefined) throw new Problem('auth.refresh_invalid');
  return { token, cookie: refreshToken === undefined };
}

export function clearRefreshCookie(reply: FastifyReply, settings: Settings): void {
  setCookie(reply, '', { maxAge: 0, settings });
}
