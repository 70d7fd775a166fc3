import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { OpenAPIObject } from '@nestjs/swagger';
import { withId } from '../support/api-document';
import { startApp, type TestApp } from '../support/app';
import { Client, type Answer } from '../support/client';
import { memberOf, type Member } from '../support/plane-session';

/** Enough to find what is odd, few enough for a run of the whole file to stay below twenty seconds. */
const some = { numRuns: 60 };
const text = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 80 }),
  fc.string({ minLength: 1, maxLength: 80 }),
  fc.constantFrom("' OR 1=1 --", '%', '*', 'null', '0', '\0', '..\\'),
);
/** What a header may hold on the wire: visible Latin-1, spaces and tabs. */
const headerText = fc.string({
  unit: fc.oneof(
    fc.constantFrom('\t', ' ', '"', ',', ';', '=', '*', '/'),
    fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
    fc.integer({ min: 0xa0, max: 0xff }).map((code) => String.fromCharCode(code)),
  ),
  maxLength: 120,
});

let app: TestApp;
let alice: Member;
let bob: Member;

beforeAll(async () => {
  app = await startApp({ DOCS: 'on' });
  alice = await memberOf(app, 'alice');
  bob = await memberOf(app, 'bob');
  for (const who of [alice, bob]) {
    for (const day of ['01', '02', '03']) {
      await who.client.post('/calls', {
        startedAt: `2025-03-${day}T10:00:00Z`,
        direction: 'inbound',
        status: 'ended',
        summary: `summary of ${who === alice ? 'alice' : 'bob'}`,
      });
    }
  }
});
afterAll(() => app.close());

const told = ({ status, body }: Answer) => ({ status, code: body?.code as string | undefined });

describe('a cursor', () => {
  const filters = [
    '',
    'order=asc&',
    'status=ended&',
    'direction=inbound&',
    'status=ended&direction=inbound&',
    'status=ended&order=asc&',
    'startedAtGe=2025-01-01T00:00:00Z&',
  ];
  const list = (who: Member, filter: string, cursor: string) =>
    who.client.get(`/calls?${filter}limit=1&cursor=${encodeURIComponent(cursor)}`);
  const genuine = async (who: Member, filter: string) =>
    (await who.client.get(`/calls?${filter}limit=1`)).body.nextCursor as string;
  const refused = { status: 400, code: 'cursor.invalid' };

  it('of any bytes that we have not made is refused', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 300 }), async (bytes) => {
        const cursor = Buffer.from(bytes).toString('base64url');

        expect(told(await list(alice, '', cursor))).toEqual(refused);
      }),
      some,
    );
  });

  it('of any text is refused', async () => {
    await fc.assert(
      fc.asyncProperty(text, async (cursor) => {
        const { status, code } = told(await list(alice, '', cursor));

        expect([status, ['cursor.invalid', 'request.invalid'].includes(code ?? '')]).toEqual([
          400,
          true,
        ]);
      }),
      some,
    );
  });

  it('with any bits of a genuine one flipped is refused', async () => {
    const bytes = Buffer.from(await genuine(alice, ''), 'base64url');
    const bits = fc.uniqueArray(fc.nat(bytes.length * 8 - 1), { minLength: 1, maxLength: 4 });

    await fc.assert(
      fc.asyncProperty(bits, async (flipped) => {
        const changed = Buffer.from(bytes);
        for (const bit of flipped)
          changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);

        expect(told(await list(alice, '', changed.toString('base64url')))).toEqual(refused);
      }),
      { numRuns: 150 },
    );
  });

  it('is good for its own tenant, filters and order, and for no other', async () => {
    const members = fc.constantFrom('alice', 'bob');
    const filter = fc.constantFrom(...filters);

    await fc.assert(
      fc.asyncProperty(members, filter, members, filter, async (from, made, to, used) => {
        const cursor = await genuine(from === 'alice' ? alice : bob, made);
        const answer = await list(to === 'alice' ? alice : bob, used, cursor);

        const fits = from === to && made === used;
        expect(told(answer)).toEqual(fits ? { status: 200, code: undefined } : refused);
        expect(answer.text).not.toContain(to === 'alice' ? 'of bob' : 'of alice');
      }),
      some,
    );
  });
});

describe('an id in a path', () => {
  let routes: { method: 'GET' | 'PATCH' | 'DELETE'; path: string }[];

  beforeAll(async () => {
    const { paths } = (await alice.client.get('/openapi.json')).body as OpenAPIObject;
    routes = Object.entries(paths).flatMap(([path, item]) =>
      // Who is no operator is told so before any id is looked at.
      path.includes('{') && !path.startsWith('/admin/')
        ? Object.keys(item).map((name) => ({ method: name.toUpperCase() as 'GET', path }))
        : [],
    );
  });

  /** What a client may see of an answer, without the number of the request and the path that it asked for. */
  const seen = ({ status, body }: Answer) => {
    const { requestId, instance, ...rest } = body as Record<string, unknown>;
    return { status, ...rest };
  };

  it('of any text is invalid or not found on every route, and again so when asked again', async () => {
    expect(routes).toHaveLength(11);
    await fc.assert(
      fc.asyncProperty(
        // A path with a lone dot is another path.
        fc.oneof(text, fc.uuid()).filter((id) => !/^\.{1,2}$/.test(id) && id.isWellFormed()),
        fc.nat(10),
        async (id, which) => {
          const { method, path } = routes[which] ?? { method: 'GET', path: '' };
          const ask = () => alice.client.send(method, withId(path, encodeURIComponent(id)));

          const [first, second] = [await ask(), await ask()];

          expect([400, 404]).toContain(first.status);
          expect(seen(second)).toEqual(seen(first));
        },
      ),
      { numRuns: 150 },
    );
  });

  it("of another tenant's row is answered as one that never existed", async () => {
    const ids: Record<string, string> = {
      calls: (await bob.client.get('/calls')).body.items[0].id as string,
      'phone-numbers': (await bob.client.get('/phone-numbers')).body.items[0].id as string,
      auth: bob.sessionId,
      tenant: bob.userId,
    };
    const foreign: unknown[] = [];
    const absent: unknown[] = [];
    for (const { method, path } of routes) {
      const ask = (id = '') => alice.client.send(method, withId(path, id));
      foreign.push(seen(await ask(ids[path.split('/')[1] ?? ''])));
      absent.push(seen(await ask(randomUUID())));
    }

    expect(foreign).toEqual(absent);
  });
});

describe('a header', () => {
  const anonymous = () => new Client(app.app);
  const closed = fc.constantFrom('/calls', '/me', '/ava-profile', '/phone-numbers', '/tenant');
  const secrets = /alice|bob|\+33612100067/;

  it('Authorization of any text opens nothing', async () => {
    const authorization = fc.oneof(
      headerText,
      headerText.map((rest) => `Bearer ${rest}`),
      headerText.map((rest) => `${alice.sessionId} ${rest}`),
    );

    await fc.assert(
      fc.asyncProperty(authorization, closed, async (value, path) => {
        const answer = await anonymous().get(path, { headers: { authorization: value } });

        expect(answer.status).toBe(401);
        expect(answer.text).not.toMatch(secrets);
      }),
      some,
    );
  });

  it.each(['if-match', 'accept-language', 'idempotency-key', 'if-none-match', 'x-request-id'])(
    '%s of any text makes nothing fail and shows nothing of another tenant',
    async (name) => {
      await fc.assert(
        fc.asyncProperty(headerText, async (value) => {
          const options = { headers: { [name]: value } };
          const answers = [
            await alice.client.patch('/ava-profile', { tone: 'warm' }, options),
            await alice.client.get('/calls?limit=1', options),
            await anonymous().get('/me', options),
          ];

          expect(answers.map(({ status }) => status >= 500)).toEqual([false, false, false]);
          expect(answers[2]?.status).toBe(401);
          expect(answers.map(({ text }) => text).join()).not.toContain('bob');
        }),
        { numRuns: 25 },
      );
    },
  );
});
