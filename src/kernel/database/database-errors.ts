import { types } from 'node:util';
import {
  EntityNotFoundError,
  QueryFailedError,
  QueryRunnerAlreadyReleasedError,
  QueryRunnerProviderAlreadyReleasedError,
} from 'typeorm';

interface DriverError {
  readonly code?: string;
  readonly constraint?: string;
  readonly table?: string;
  readonly severity?: string;
}

export function sqlstateOf(error: unknown): string {
  if (!(error instanceof QueryFailedError)) return '';
  return (error.driverError as DriverError).code ?? '';
}

/** The constraint that refused the write, when the error is a violation of one (SQLSTATE class 23). */
export function violatedConstraint(error: unknown): string | undefined {
  if (!(error instanceof QueryFailedError)) return undefined;
  const { code, constraint } = error.driverError as DriverError;
  return code?.startsWith('23') ? constraint : undefined;
}

const ownerKeys = /_tenant_id_fkey$|_user_id_fkey$|_membership_fkey$|^fk_phone_numbers_org$/;

/** The caller's own user, membership or tenant was deleted while the request was under way. */
export function callerHasGone(error: unknown): boolean {
  return error instanceof EntityNotFoundError || ownerKeys.test(violatedConstraint(error) ?? '');
}

/** Two transactions waited for each other, or for the same row, and this one was chosen to give way. */
export function gaveWay(error: unknown): boolean {
  return ['40P01', '40001'].includes(sqlstateOf(error));
}

/** Connection refused or lost, server shutting down, too many connections, time-out, deadlock: the client may try again. */
export function isTransient(error: unknown): boolean {
  if (connectionDied(error)) return true;
  const driverError = error instanceof QueryFailedError ? (error.driverError as Error) : error;
  if (!types.isNativeError(driverError)) return false;
  const { code = '', severity } = driverError as DriverError;
  // FATAL ends the connection or lets none begin: the database is gone, closed or refuses the login.
  if (severity === 'FATAL') return true;
  if (/^(08|53|57P|57014|40001|40P01|25P03|ECONN|EPIPE|ETIMEDOUT)/.test(code)) return true;
  return lost.test(driverError.message);
}

const lost =
  /^(Connection terminated|timeout exceeded when trying to connect|Query read timeout|Cannot use a pool after|Client .* is not queryable$)/;

/** TypeORM takes a connection from its runner when it dies between two queries, so that the second fails with one of these. */
function connectionDied(error: unknown): boolean {
  return (
    error instanceof QueryRunnerAlreadyReleasedError ||
    error instanceof QueryRunnerProviderAlreadyReleasedError
  );
}

/**
 * What of an error may be logged: where it happened and of which kind it is. Never a statement, a parameter or a row, and
 * no message: PostgreSQL quotes values in its own, a parser what it could not read, an HTTP client the header it refused.
 */
export function loggable(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const type = error.name;
  if (error instanceof QueryFailedError) {
    const { code, constraint, table } = error.driverError as DriverError;
    return { type, sqlstate: code, constraint, table, stack: framesOf(error) };
  }
  const { code } = error as NodeJS.ErrnoException;
  return { type, code: codes.test(String(code)) ? code : undefined, stack: framesOf(error) };
}

/** As Node and the drivers write them; anything else may be a text of somebody. */
const codes = /^[A-Z][A-Z0-9_]{1,63}$/;

/** The stack without its message, which can have lines that look like frames. */
function framesOf({ stack = '', message }: Error): string {
  const at = stack.indexOf(message);
  const lines = stack.slice(at < 0 ? 0 : at + message.length).split('\n');
  return lines.filter((line) => /^\s+at /.test(line)).join('\n');
}
