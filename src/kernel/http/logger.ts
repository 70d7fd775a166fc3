import type { LoggerService } from '@nestjs/common';
import pino, { type DestinationStream, type Logger as PinoLogger } from 'pino';
import type { Settings } from '../config/settings';

/** Last line of defence: what should never be logged is struck out when somebody logs an object that holds it. */
const redacted = [
  'password',
  'currentPassword',
  'newPassword',
  'apiKey',
  'authToken',
  'accessToken',
  'refreshToken',
  'authorization',
  'cookie',
  'transcript',
  'customer',
  'email',
].flatMap((name) => [name, `*.${name}`, `*.*.${name}`]);

/** Lines are written together, each within this many milliseconds: a write for each cost as much as a query. */
const LOG_DELAY = 100;

/** Whatever is still to be written goes out when the process ends. */
export function createLogger(
  settings: Pick<Settings, 'logLevel'>,
  destination: DestinationStream = pino.destination({
    sync: false,
    minLength: 8_192,
    periodicFlush: LOG_DELAY,
  }),
): PinoLogger {
  return pino({ level: settings.logLevel, redact: redacted, base: null }, destination);
}

/** Nest's own messages through the same logger. */
export class NestLogger implements LoggerService {
  constructor(private readonly pino: PinoLogger) {}

  /** Nest tells at `log` which routes it maps: noise for whoever runs the server. */
  log(message: unknown, context?: unknown): void {
    this.pino.debug({ context }, String(message));
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.pino.error({ context: rest.at(-1) }, text(message));
  }
  warn(message: unknown, context?: unknown): void {
    this.pino.warn({ context }, text(message));
  }
  debug(message: unknown, context?: unknown): void {
    this.pino.debug({ context }, text(message));
  }
  fatal(message: unknown, context?: unknown): void {
    this.pino.fatal({ context }, text(message));
  }
}

function text(message: unknown): string {
  return message instanceof Error ? `${message.name}: ${message.message}` : String(message);
}
