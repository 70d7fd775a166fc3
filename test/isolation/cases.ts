import type { Customer, Ids } from './customer';
import type { Outcome, Place } from './operations';
import { notAnOperator } from './operations-of-operators';
import { naming, ownRequest, type Attempt, type Subject } from './requests';
import type { World } from './world';

/** What to try, or why the case cannot arise. */
type Attempts = readonly Attempt[] | string;

export interface Case {
  readonly name: string;
  readonly about: string;
  readonly attempts: (subject: Subject) => Attempts | Promise<Attempts>;
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
  const refused: Outcome = subject.entry.lines ? [200] : [400, 'request.invalid'];
  return undeclared(subject, place).map(([field, id]) => ({
    request: naming(subject, place, [field, bob[id]]),
    twin: naming(subject, place, [field, nobody[id]]),
    expected: subject.documented.who === 'operator' ? notAnOperator : refused,
  }));
}

/** An operation without a query overlooks one: it must go on about the caller's own. */
async function overlooked(subject: Subject): Promise<Attempt[]> {
  const own = ownRequest(subject, await subject.caller());
  const ids = undeclared(subject, 'query').map(([field, id]) => [field, subject.world.bob[id]]);
  const url = `${own.url}?${new URLSearchParams(Object.fromEntries(ids)).toString()}`;
  return [{ request: { ...own, url }, expected: [subject.entry.ok], own: true }];
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
      const request = ownRequest(subject, await subject.caller());
      // Also without its filter, which would hide that a list forgot the tenant.
      const [bare = '', filter] = request.url.split('?');
      const requests = filter === undefined ? [request] : [request, { ...request, url: bare }];
      return requests.map((one) => ({ request: one, expected: [subject.entry.ok], own: true }));
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
      const request = ownRequest(subject, await subject.callerSuspended());
      return [{ request, expected: [subject.entry.ok], own: true }];
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
