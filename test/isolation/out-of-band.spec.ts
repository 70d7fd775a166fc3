import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { tables } from '../../src/kernel/database/planes';
import { Passwords } from '../../src/kernel/security/passwords';
import { startApp, type TestApp } from '../support/app';
import { Client } from '../support/client';
import { password, register, type Person } from '../support/people';

/** What could tell of another tenant without showing a row: time, counters, names that are taken, logs. */
let app: TestApp;
let alice: Person;
let bob: Person;
let bobsCall: string;

const call = {
  startedAt: '2025-01-31T09:30:00Z',
  direction: 'inbound',
  status: 'ended',
  provider: 'vapi',
  providerCallId: 'call-1',
};

beforeAll(async () => {
  app = await startApp();
  alice = await register(app, 'alice');
  bob = await register(app, 'bob');
  bobsCall = (await bob.client.post('/calls', call)).body.id as string;
});
afterAll(() => app.close());

/** The statements that a request makes, in order. Equal work is what equal time rests on. */
async function workOf(request: () => Promise<unknown>): Promise<string[]> {
  const runner = Object.getPrototypeOf(app.app.get(DataSource).createQueryRunner()) as {
    query: (sql: string, ...rest: unknown[]) => Promise<unknown>;
  };
  const query = runner.query;
  const statements: string[] = [];
  runner.query = function watched(this: unknown, sql: string, ...rest: unknown[]) {
    statements.push(sql);
    return query.call(this, sql, ...rest);
  };
  await request();
  runner.query = query;
  return statements;
}

describe('time', () => {
  it.each(['get', 'patch', 'delete'] as const)(
    '%s does the same for the call of another tenant as for one that never existed',
    async (method) => {
      const ask = (id: string) =>
        workOf(() => alice.client[method](`/calls/${id}`, method === 'patch' ? {} : undefined));

      const foreign = await ask(bobsCall);

      expect(foreign.length).toBeGreaterThan(0);
      expect(foreign).toEqual(await ask(randomUUID()));
    },
  );

  it('a login does the same for an unknown address as for a wrong password', async () => {
    // What it hashes without an account is held by passwords.spec.ts.
    const hashing = jest.spyOn(app.app.get(Passwords), 'matches');
    const log = (email: string) =>
      workOf(() => new Client(app.app).post('/auth/login', { email, password: `${password}!` }));

    const known = await log(bob.email);
    const unknown = await log('nobody@example.com');

    expect(hashing).toHaveBeenCalledTimes(2);
    expect(unknown).toEqual(known);
    hashing.mockRestore();
  });
});

describe('names that are taken', () => {
  it('are the tenant’s own: two tenants use the same number and the same provider’s call id', async () => {
    const number = { number: '+33612100067' };

    const answers = [
      await bob.client.post('/phone-numbers', number),
      await alice.client.post('/phone-numbers', number),
      await alice.client.post('/calls', call),
    ];

    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(answers[2]?.body.id).not.toBe(bobsCall);
  });
});

describe('counters', () => {
  it('are in no table with somebody’s rows: ids are random', async () => {
    const counting = await app.sql(
      `SELECT attrelid::regclass::text AS table, attname FROM pg_attribute a
         LEFT JOIN pg_attrdef d ON adrelid = attrelid AND adnum = attnum
        WHERE attrelid IN (SELECT to_regclass(n) FROM unnest($1::text[]) n) AND NOT attisdropped
          AND (attidentity <> '' OR pg_get_expr(adbin, adrelid) LIKE 'nextval%')`,
      [Object.keys(tables)],
    );

    expect(counting).toEqual([]);
    expect(bobsCall).toMatch(/^.{8}-.{4}-4/);
  });

  it('an ETag counts the changes of one’s own profile alone', async () => {
    const before = (await alice.client.get('/ava-profile')).headers.etag;
    await bob.client.patch('/ava-profile', { name: 'Emma' });

    expect((await alice.client.get('/ava-profile')).headers.etag).toBe(before);
  });

  it('members and tenants are counted among one’s own', async () => {
    expect((await alice.client.get('/tenant')).body.memberCount).toBe(1);
    expect((await alice.client.get('/tenants')).body.items).toHaveLength(1);
  });
});

it('the log tells of a request for another tenant’s call neither the id nor whose it is', async () => {
  await alice.client.get(`/calls/${bobsCall}`);

  for (const secret of [bobsCall, bob.tenantId, bob.userId, bob.email, alice.email]) {
    expect(app.logs()).not.toContain(secret);
  }
  expect(app.logs()).toContain('"/calls/:id"');
});
