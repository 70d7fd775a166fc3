import type { RequestListener } from 'node:http';
import { credentials } from './secrets';

/** A provider that gives back what it was sent, in every place of its answer. */
const echo =
  (status: number): RequestListener =>
  ({ headers: { authorization = '' } }, response) => {
    const body = { message: authorization, code: 20003, ...credentials };
    const location = `/elsewhere?key=${encodeURIComponent(authorization)}`;
    response.writeHead(status, {
      'content-type': 'application/json',
      'x-echo': authorization,
      ...(status === 302 ? { location } : {}),
    });
    response.end(JSON.stringify(body));
  };

/** What a provider does → the status that the caller is answered. */
export const providerFailures: Readonly<Record<string, [RequestListener, status: number]>> = {
  'a 401 that repeats the key': [echo(401), 200],
  'a 403 that repeats the key': [echo(403), 200],
  'a 200 that repeats the key': [echo(200), 502],
  'a redirect that carries the key': [echo(302), 502],
  'a 429 that repeats the key': [echo(429), 502],
  'a 500 that repeats the key': [echo(500), 502],
  'a page that repeats the key': [
    ({ headers }, response) => response.end(`<p>${headers.authorization ?? ''}</p>`),
    502,
  ],
  'a line that breaks': [({ socket }) => socket.destroy(), 502],
  'no answer at all': [() => undefined, 502],
};

const trigger = (on: string, name: string, does: string) => `
  CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN ${does}; RETURN NEW; END $$;
  CREATE TRIGGER ${name} BEFORE INSERT OR UPDATE ON ${on} FOR EACH ROW EXECUTE FUNCTION ${name}();`;

/** A trigger comes too late to shorten the statement it is part of: what opens the tenant's plane does it. */
const deadline = (is: string, becomes: string) => `
  DO $do$ BEGIN
    EXECUTE replace(pg_get_functiondef('ava.enter_tenant'::regproc),
                    $$'statement_timeout', ${is},$$, $$'statement_timeout', ${becomes},$$);
  END $do$;`;
const SHORT = `'20'`;

/** What the database is made to do with the next write to `users` → the status, and the SQLSTATE that the log must show. */
export const databaseFailures: Readonly<
  Record<string, [sql: string, status: number, log: string]>
> = {
  'a constraint that is violated': [
    trigger('users', 'failing', `NEW.vapi_status := 'nonsense'`),
    500,
    '"sqlstate":"23514"',
  ],
  'an error that quotes the row': [
    trigger('users', 'failing', `RAISE EXCEPTION 'refused: %', NEW`),
    500,
    '"sqlstate":"P0001"',
  ],
  'a statement that takes too long': [
    deadline('timeout', SHORT) + trigger('users', 'failing', 'PERFORM pg_sleep(20)'),
    503,
    '',
  ],
  'a connection that is cut': [
    trigger('users', 'failing', 'PERFORM pg_terminate_backend(pg_backend_pid())'),
    503,
    '',
  ],
};

export const MENDED = `DROP FUNCTION IF EXISTS failing CASCADE; ${deadline(SHORT, 'timeout')}`;
