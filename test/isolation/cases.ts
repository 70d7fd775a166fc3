import type { DocumentedOperation } from '../support/api-document';
import type { Customer, Ids } from './customer';
import { notAnOperator, type IsolationEntry, type Outcome, type Place } from './operations';
import type { World } from './world';

export interface Request {
  readonly url: string;
  readonly body?: object | undefined;
  readonly authorization?: string | undefined;
  /** The id of somebody else, or of nobody, that stands in it. */
  readonly names?: string;
}

/** One request and what it must be answered; `twin` names what never existed and must get the same answer. */
export interface Attempt {
  readonly request: Request;
  readonly expected: Outcome;
  readonly twin?: Request;
}

interface Subject {
  readonly entry: IsolationEntry;
  readonly documented: DocumentedOperation;
  readonly world: World;
  /** A customer of this cell alone, in the least role that may: what is done to its rows touches nobody else. */
  readonly fresh: () => Promise<Customer>;
  /** The same, in a tenant that has been suspended. */
  readonly freshSuspended: () => Promise<Customer>;
}

/** What to try, or why the case cannot arise. */
type Attempts = readonly Attempt[] | string;

export interface Case {
  readonly name: string;
  readonly about: string;
  readonly attempts: (subject: Subject) => Attempts | Promise<Attempts>;
}

const PLACES = ['path', 'query', 'body'] as const;
const bearer = ({ accessToken }: Customer) => `Bearer ${accessToken}`;

/** The valid request of a customer. */
function ownRequest({ entry, documented }: Subject, own: Customer): Request {
  const [path, query, body] = PLACES.map((place) =>
    Object.fromEntries(
      Object.entries(entry.ids?.[place] ?? {}).map(([field, id]) => [field, own[id]]),
    ),
  );
  return {
    url: urlOf(documented.path, path, query),
    body: entry.body || entry.ids?.body ? { ...entry.body?.(own), ...body } : undefined,
    authorization: documented.who === 'public' ? undefined : bearer(own),
  };
}

function urlOf(template: string, path: Record<string, string> = {}, query = {}): string {
  const url = template.replace(/\{(\w+)\}/g, (_, name: string) => path[name] ?? name);
  const search = new URLSearchParams(query).toString();
  return search === '' ? url : `${url}?${search}`;
}

/** The caller's own request, with the id of somebody else in one place. */
function naming(subject: Subject, place: Place, [field, id]: readonly [string, string]): Request {
  const { documented, world, entry } = subject;
  const request = { ...ownRequest(subject, world.alice), names: id };
  const [path = ''] = request.url.split('?');
  if (place === 'body') return { ...request, body: { ...request.body, [field]: id } };
  if (place === 'path') {
    const ids = Object.entries(entry.ids?.path ?? {}).map(([name, of]) => [name, world.alice[of]]);
    return { ...request, url: urlOf(documented.path, { ...Object.fromEntries(ids), [field]: id }) };
  }
  // A cursor belongs to a list with its filters: Bob's was given for the one without.
  return { ...request, url: urlOf(path, {}, { [field]: id }) };
}

function foreignIds(subject: Subject, place: Place): Attempt[] {
  const { entry, world } = subject;
  return Object.entries(entry.ids?.[place] ?? {}).map(([field, id]) => ({
    request: naming(subject, place, [field, world.bob[id]]),
    twin: naming(subject, place, [field, world.nobody[id]]),
    expected: entry.foreign?.[place] ?? [404],
  }));
}

/** Fields that a careless handler might take an owner from; none of them is declared. */
const smuggled: Readonly<Record<string, keyof Ids>> = {
  tenantId: 'tenantId',
  userId: 'userId',
  ownerId: 'userId',
  id: 'userId',
};

const undeclared = ({ entry }: Subject, place: 'query' | 'body') =>
  Object.entries(smuggled).filter(([field]) => !(field in (entry.ids?.[place] ?? {})));

function smuggling(subject: Subject, place: 'query' | 'body'): Attempt[] {
  const { bob, nobody } = subject.world;
  return undeclared(subject, place).map(([field, id]) => ({
    request: naming(subject, place, [field, bob[id]]),
    twin: naming(subject, place, [field, nobody[id]]),
    expected: subject.documented.who === 'operator' ? notAnOperator : [400, 'request.invalid'],
  }));
}

/** An operation without a query overlooks one: it must go on about the caller's own. */
async function overlooked(subject: Subject): Promise<Attempt[]> {
  const own = ownRequest(subject, await subject.fresh());
  const ids = undeclared(subject, 'query').map(([field, id]) => [field, subject.world.bob[id]]);
  const url = `${own.url}?${new URLSearchParams(Object.fromEntries(ids)).toString()}`;
  return [{ request: { ...own, url }, expected: [subject.entry.ok] }];
}

const takesQuery = ({ documented }: Subject) =>
  (documented.operation.parameters ?? []).some((one) => 'in' in one && one.in === 'query');

/** The valid request of Alice, with a header that opens nothing. */
function refusedHeader(
  name: string,
  about: string,
  headerOf: (world: World) => readonly [header: string | undefined, code: string],
): Case {
  return {
    name,
    about,
    attempts: (subject) => {
      if (subject.documented.who === 'public') return 'public: needs no token';
      const [authorization, code] = headerOf(subject.world);
      const request = { ...ownRequest(subject, subject.world.alice), authorization };
      return [{ request, expected: [401, code] }];
    },
  };
}

/** The valid request of somebody who may not, or no longer. */
function refusedCaller(
  name: string,
  about: string,
  { of, expected }: { of: (world: World) => Customer; expected: Outcome },
): Case {
  return {
    name,
    about,
    attempts: (subject) => {
      if (subject.documented.who === 'public') return 'public: needs no token';
      return [{ request: ownRequest(subject, of(subject.world)), expected }];
    },
  };
}

function foreign(
  { name, place, about }: { name: string; place: Place; about: string },
  otherwise: (subject: Subject) => Attempts | Promise<Attempts>,
): Case {
  return {
    name,
    about,
    attempts: async (subject) => {
      const others = await otherwise(subject);
      const declared = foreignIds(subject, place);
      if (typeof others === 'string') return declared.length === 0 ? others : declared;
      return [...declared, ...others];
    },
  };
}

const ended: Outcome = [401, 'auth.session_ended'];

export const cases: readonly Case[] = [
  {
    name: 'own',
    about: 'A valid token of the least role that may, and own data: succeeds.',
    attempts: async (subject) => {
      const request = ownRequest(subject, await subject.fresh());
      // Also without its filter, which would hide that a list forgot the tenant.
      const [bare = '', filter] = request.url.split('?');
      const requests = filter === undefined ? [request] : [request, { ...request, url: bare }];
      return requests.map((one) => ({ request: one, expected: [subject.entry.ok] }));
    },
  },
  refusedHeader('no token', 'No Authorization header.', ({ forged }) => forged.none),
  refusedHeader('malformed', 'Not a token at all.', ({ forged }) => forged.garbage),
  refusedHeader('expired', 'Signed by us, run out.', ({ forged }) => forged.expired),
  refusedHeader(
    'alg none',
    'Algorithm "none", no signature.',
    ({ forged }) => forged['algorithm none'],
  ),
  refusedHeader('HS512', 'Our key, another algorithm.', ({ forged }) => forged['algorithm HS512']),
  refusedHeader('other key', 'Signed with another key.', ({ forged }) => forged['another key']),
  refusedHeader('refresh token', 'Alice’s refresh token as access token.', ({ alice }) => [
    `Bearer ${alice.refreshToken}`,
    'auth.token_invalid',
  ]),
  refusedCaller('logged out', 'A token of a session that was logged out.', {
    of: ({ asLoggedOut }) => asLoggedOut,
    expected: ended,
  }),
  refusedCaller('removed', 'A token of a member who was removed from the tenant.', {
    of: ({ asRemoved }) => asRemoved,
    expected: ended,
  }),
  {
    name: 'suspended',
    about: 'A token for a tenant that is suspended: refused, but for what is about the person.',
    attempts: async (subject) => {
      if (subject.documented.who === 'public') return 'public: needs no token';
      if (!subject.entry.evenWhenSuspended) {
        const request = ownRequest(subject, subject.world.suspended);
        return [{ request, expected: [403, 'tenant.suspended'] }];
      }
      const request = ownRequest(subject, await subject.freshSuspended());
      return [{ request, expected: [subject.entry.ok] }];
    },
  },
  {
    name: 'lower role',
    about: 'A member of the same tenant, in the role just below the least one.',
    attempts: (subject) => {
      const { who } = subject.documented;
      if (who === 'public') return 'public: needs no token';
      if (who === 'member') return 'every member may';
      if (who === 'operator') {
        return [{ request: ownRequest(subject, subject.world.alice), expected: notAnOperator }];
      }
      const caller = subject.world[who === 'owner' ? 'asAdmin' : 'asMember'];
      const expected = [403, 'auth.role_too_low'] as const;
      return [{ request: ownRequest(subject, caller), expected }];
    },
  },
  foreign(
    { name: 'id in path', place: 'path', about: 'Bob’s id in the path.' },
    () => 'no id in its path',
  ),
  foreign(
    {
      name: 'id in body',
      place: 'body',
      about: 'Bob’s id in a field of the body, or smuggled in as tenantId, userId, ownerId, id.',
    },
    (subject) =>
      subject.documented.operation.requestBody ? smuggling(subject, 'body') : 'takes no body',
  ),
  foreign(
    {
      name: 'id in query',
      place: 'query',
      about: 'Bob’s id in a filter, or smuggled in; where no query is read, it must be overlooked.',
    },
    (subject) => (takesQuery(subject) ? smuggling(subject, 'query') : overlooked(subject)),
  ),
  foreign(
    { name: 'cursor', place: 'cursor', about: 'A cursor that Bob was given.' },
    () => 'takes no cursor',
  ),
];
