import type { Client, PoolClient } from 'pg';
import { queryInContext, type FirstStatement } from '../../src/kernel/database/context-query';
import { meetServer, PLANNED_ANEW } from '../../src/kernel/database/named-statements';
import { Vault } from '../../src/kernel/security/vault';
import { startApp, type TestApp } from '../support/app';
import { memberOf, type Member } from '../support/plane-session';
import { session } from '../support/tenants-in-sql';
import { syncsDuring } from '../support/wire';

let client: Client;
let app: TestApp;
let alice: Member;
let bob: Member;

const within = ({ sessionId, userId, tenantId }: Member): FirstStatement => ({
  text: 'SELECT ava.enter_tenant($1, $2, $3, $4)',
  values: [sessionId, userId, tenantId, '15000'],
});
const send = (context: FirstStatement, text: string, values: unknown[] = []) =>
  queryInContext(client as PoolClient, [context], { text, values });
const named = async () => {
  const { rows } = await client.query<{ statement: string }>(
    `SELECT statement FROM pg_prepared_statements WHERE name LIKE 'ava\\_%'`,
  );
  return rows.map(({ statement }) => statement);
};
const times = async (count: number, work: () => Promise<unknown>) => {
  for (let i = 0; i < count; i += 1) await work();
};

beforeAll(async () => {
  app = await startApp();
  alice = await memberOf(app, 'alice');
  bob = await memberOf(app, 'bob');
});
beforeEach(async () => {
  client = await session(app.database.serverUrl);
  await meetServer(client);
});
afterEach(() => client.end());
afterAll(() => app.close());

describe('statements that are brought along', () => {
  it('answers for the last alone of those it brings along', async () => {
    const before = { text: 'UPDATE calls SET tags = $1 RETURNING tags', values: ['{before}'] };
    const answers: unknown[] = [];
    const syncs = await syncsDuring(client, async () => {
      const sent = queryInContext(client as PoolClient, [within(alice), before], {
        text: 'SELECT tags FROM calls',
      });
      answers.push(...(await sent).rows);
    });

    expect([syncs, answers]).toEqual([1, [{ tags: ['before'] }]]);
  });
});

describe('a statement that comes often', () => {
  it('is parsed once a connection, and shows each tenant its own rows alone', async () => {
    const own = 'SELECT id FROM tenants WHERE $1';

    await times(3, () => send(within(alice), own, [true]));
    const seen = [];
    for (const who of [alice, bob, alice, bob]) {
      seen.push((await send(within(who), own, [true])).rows);
    }

    expect(await named()).toEqual([own]);
    expect(seen).toEqual([alice, bob, alice, bob].map(({ tenantId }) => [{ id: tenantId }]));
  });

  it('has no name when each run is to be planned for its own values', async () => {
    const anew = `${PLANNED_ANEW} SELECT id FROM tenants WHERE $1`;

    await times(4, () => send(within(alice), anew, [true]));

    expect(await named()).toEqual([]);
  });

  it('shows nothing in a context that is refused, nor without one', async () => {
    const own = 'SELECT name FROM tenants WHERE $1';
    await times(4, () => send(within(alice), own, [true]));

    const refused = send(within({ ...bob, tenantId: alice.tenantId }), own, [true]);

    await expect(refused).rejects.toThrow('the session has ended');
    await expect(client.query({ name: 'ava_2', text: own, values: [true] })).rejects.toThrow(
      'permission denied',
    );
    expect((await send(within(bob), own, [true])).rows).toHaveLength(1);
  });

  it('is not taken for parsed when its context was refused', async () => {
    const own = 'SELECT created_at FROM tenants WHERE $1';
    await times(2, () => send(within(alice), own, [true]));

    const refused = send(within({ ...alice, sessionId: bob.sessionId }), own, [true]);

    await expect(refused).rejects.toThrow('the session has ended');
    expect(await named()).toEqual([]);
    expect((await send(within(alice), own, [true])).rows).toHaveLength(1);
    expect(await named()).toEqual([own]);
  });

  it('may be of a schema that only its plane can use', async () => {
    const jobs = 'SELECT count(*)::integer AS jobs FROM pgboss.job WHERE $1';
    const queue: FirstStatement = {
      text: 'SELECT ava.enter_queue($1, $2)',
      values: [app.app.get(Vault).serverProofs.join(), '15000'],
    };

    await times(4, () => send(queue, jobs, [true]));

    expect(await named()).toEqual([jobs]);
    await expect(send(within(alice), jobs, [true])).rejects.toThrow('permission denied');
  });

  it('may be wrong without harm to the next one', async () => {
    const wrong = 'SELECT 1 / $1::integer AS one';
    await times(3, () => send(within(alice), wrong, [1]));

    await expect(send(within(alice), wrong, [0])).rejects.toThrow('division by zero');
    await times(3, () =>
      expect(send(within(alice), 'SELECT $1 FROM nothing', [1])).rejects.toThrow(),
    );

    expect((await send(within(alice), wrong, [1])).rows).toEqual([{ one: 1 }]);
  });

  it('that differs each time leaves no names behind', async () => {
    for (let i = 0; i < 20; i += 1) await send(within(alice), `SELECT $1::integer + ${i}`, [i]);

    expect(await named()).toEqual([]);
  });
});

describe('behind a pooler', () => {
  it('no statement has a name, as the next one may meet another server connection', async () => {
    await client.end();
    client = await session(app.database.serverUrl);
    // A pooler answers with a process id of its own.
    Object.assign(client, { processID: 1 });
    await meetServer(client);

    await times(5, () =>
      send(within(alice), 'SELECT id FROM memberships WHERE $1', [true]).catch(() => null),
    );
    await times(5, () => send(within(alice), 'SELECT id FROM calls WHERE $1', [true]));

    expect(await named()).toEqual([]);
  });
});
