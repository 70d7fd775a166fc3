import type { DocumentedOperation } from '../support/api-document';
import type { Customer } from './customer';
import type { IsolationEntry, Outcome, Place } from './operations';
import type { World } from './world';

export interface Request {
  readonly url: string;
  readonly body?: object | undefined;
  /** As NDJSON. */
  readonly lines?: true | undefined;
  readonly authorization?: string | undefined;
  /** The id of somebody else, or of nobody, that stands in it. */
  readonly names?: string;
}

/** One request and what it must be answered; `twin` names what never existed and must get the same answer. */
export interface Attempt {
  readonly request: Request;
  readonly expected: Outcome;
  readonly twin?: Request;
  /** By the caller of the cell, about its own rows. */
  readonly own?: true;
}

export interface Subject {
  readonly entry: IsolationEntry;
  readonly documented: DocumentedOperation;
  readonly world: World;
  /** A customer in the least role that may: what is done to its rows touches nobody in the world. */
  readonly caller: () => Promise<Customer>;
  /** The same, in a tenant that has been suspended. */
  readonly callerSuspended: () => Promise<Customer>;
}

const PLACES = ['path', 'query', 'body'] as const;
const bearer = ({ accessToken }: Customer) => `Bearer ${accessToken}`;

/** The valid request of a customer. */
export function ownRequest({ entry, documented }: Subject, own: Customer): Request {
  const [path, query, body] = PLACES.map((place) =>
    Object.fromEntries(
      Object.entries(entry.ids?.[place] ?? {}).map(([field, id]) => [field, own[id]]),
    ),
  );
  return {
    url: urlOf(documented.path, path, query),
    body:
      entry.body || entry.ids?.body
        ? Object.entries(body ?? {}).reduce(withField, entry.body?.(own) ?? {})
        : undefined,
    lines: entry.lines,
    authorization: documented.who === 'public' ? undefined : bearer(own),
  };
}

/** A field of the body by its path; `filter.phoneNumberId` stands in the object `filter`. */
export function withField(body: object = {}, [field, value]: readonly [string, unknown]): object {
  const [name = '', ...rest] = field.split('.');
  if (rest.length === 0) return { ...body, [name]: value };
  const inner = (body as Record<string, object | undefined>)[name];
  return { ...body, [name]: withField(inner, [rest.join('.'), value]) };
}

function urlOf(template: string, path: Record<string, string> = {}, query = {}): string {
  const url = template.replace(/\{(\w+)\}/g, (_, name: string) => path[name] ?? name);
  const search = new URLSearchParams(query).toString();
  return search === '' ? url : `${url}?${search}`;
}

/** The caller's own request, with the id of somebody else in one place. */
export function naming(
  subject: Subject,
  place: Place,
  [field, id]: readonly [string, string],
): Request {
  const { documented, world, entry } = subject;
  const request = { ...ownRequest(subject, world.alice), names: id };
  const [path = ''] = request.url.split('?');
  if (place === 'body') return { ...request, body: withField(request.body, [field, id]) };
  if (place === 'path') {
    const ids = Object.entries(entry.ids?.path ?? {}).map(([name, of]) => [name, world.alice[of]]);
    return { ...request, url: urlOf(documented.path, { ...Object.fromEntries(ids), [field]: id }) };
  }
  // A cursor belongs to a list with its filters: Bob's was given for the one without.
  return { ...request, url: urlOf(path, {}, { [field]: id }) };
}
