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

/** What of an error may be logged: never a statement, a parameter or a row (PostgreSQL quotes values in its messages). */
export function loggable(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  if (error instanceof QueryFailedError) {
    const { code, constraint, table } = error.driverError as DriverError;
    return { type: error.name, sqlstate: code, constraint, table, stack: frames.join('\n') };
  }
  return { type: error.name, message: error.message, stack: frames.join('\n') };
}
