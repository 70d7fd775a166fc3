import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, type PoolClient } from 'pg';
import installed from 'pg/package.json';
import { queryInContext, type FirstStatement } from '../../src/kernel/database/context-query';
import { startApp, type TestApp } from '../support/app';
import { memberOf, type Member } from '../support/plane-session';
import { session } from '../support/tenants-in-sql';
import { syncsDuring, told } from '../support/wire';

/** One connection under the server's login, as the pool hands it to a request. */
let client: Client;
let app: TestApp;
let alice: Member;

const nobody = '00000000-0000-4000-8000-000000000000';
const contextOf = (who: Member, sessionId = who.sessionId): FirstStatement => ({
  text: 'SELECT ava.enter_tenant($1, $2, $3, $4)',
  values: [sessionId, who.userId, who.tenantId, '15000'],
});
const send = (text: string, values?: unknown[], context = contextOf(alice)) =>
  queryInContext(client as PoolClient, [context], { text, values });
const SETTINGS = `SELECT current_user AS role, coalesce(current_setting('ava.session_id', true), '') AS session,
  coalesce(current_setting('ava.tenant_id', true), '') AS tenant, current_setting('statement_timeout') AS patience`;

beforeAll(async () => {
  app = await startApp();
  alice = await memberOf(app, 'alice');
});
beforeEach(async () => {
  client = await session(app.database.serverUrl);
});
afterEach(() => client.end());
afterAll(() => app.close());

/** The connection answers, as the login itself, outside of any transaction. */
async function expectNoContext(): Promise<void> {
  const { rows } = await client.query(SETTINGS);
  const [{ state } = {}] = await app.sql<{ state: string }>(
    'SELECT state FROM pg_stat_activity WHERE pid = $1',
    [(client as unknown as { processID: number }).processID],
  );

  expect(rows).toEqual([
    {
      role: decodeURIComponent(new URL(app.database.serverUrl).username),
      session: '',
      tenant: '',
      patience: '0',
    },
  ]);
  expect(state).toBe('idle');
}

describe('a statement that brings its context along', () => {
  it('sees the context, which is gone with it', async () => {
    const { rows } = await send(SETTINGS);

    expect(rows).toEqual([
      { role: 'ava_tenant', session: alice.sessionId, tenant: alice.tenantId, patience: '15s' },
    ]);
    await expectNoContext();
  });

  it('runs in the transaction of its context, in one round trip', async () => {
    const locks = `SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()`;
    const context = { text: 'SELECT pg_advisory_xact_lock($1)', values: ['9'] };

    const seen: unknown[] = [];
    const syncs = await syncsDuring(client, async () => {
      seen.push(...(await send(locks, [], context)).rows);
    });

    // The first statement's lock lasts as long as its transaction.
    expect(seen).toEqual([{ count: 1 }]);
    expect(syncs).toBe(1);
    expect((await client.query(locks)).rows).toEqual([{ count: 0 }]);
  });

  it('shows rows of the tenant that the statement alone would be refused', async () => {
    const { rows } = await send('SELECT transcript FROM calls');

    expect(rows).toEqual([{ transcript: 'words of alice' }]);
    await expect(client.query('SELECT transcript FROM calls')).rejects.toMatchObject({
      code: '42501',
    });
  });

  it('answers nothing of the context itself, also when it has no rows', async () => {
    const none = await send('SELECT id FROM calls WHERE false');

    expect(told(none)).toEqual({
      command: 'SELECT',
      rowCount: 0,
      rows: [],
      fields: [['id', 2950]],
    });
  });

  it('answers ten thousand rows, each once and in order', async () => {
    const { rows, rowCount } = await send('SELECT n FROM generate_series(1, 10000) AS n');

    expect(rowCount).toBe(10_000);
    expect(rows).toEqual(Array.from({ length: 10_000 }, (_, at) => ({ n: at + 1 })));
  });

  it('answers what a write returns, and keeps what it wrote', async () => {
    const changed = await send('UPDATE calls SET notes = $1 RETURNING notes', ['kept']);
    const after = await send('SELECT notes FROM calls');

    expect([changed.command, changed.rowCount, changed.rows]).toEqual([
      'UPDATE',
      1,
      [{ notes: 'kept' }],
    ]);
    expect(after.rows).toEqual([{ notes: 'kept' }]);
  });

  it.each<[string, string, unknown[]]>([
    ['null', '$1::text', [null]],
    ['nothing at all', '$1::text', [undefined]],
    ['a number', '$1::int, $2::float8', [42, -0.5]],
    ['text with quotes and beyond ASCII', '$1::text', [`'";\\ é🙂 $1`]],
    ['true and false', '$1::bool, $2::bool', [true, false]],
    ['bytes', '$1::bytea', [Buffer.from([0, 1, 255, 92, 39])]],
    ['an instant', '$1::timestamptz', [new Date('2025-01-31T09:30:00.123Z')]],
    [
      'lists',
      '$1::text[], $2::int[]',
      [
        ['a', 'b"c', null],
        [1, 2],
      ],
    ],
    ['JSON', '$1::jsonb', [{ a: [1, 'two', null], b: { c: true } }]],
    ['no parameter', '1 AS one', []],
    ['parameters left out', '1 AS one', undefined as never],
  ])('takes %s as a plain statement does', async (_, columns, values) => {
    const plain = await client.query(`SELECT ${columns}`, values);

    const inContext = await send(`SELECT ${columns}`, values);

    expect(told(inContext)).toEqual(told(plain));
  });
});

describe('a context that is refused', () => {
  it('is told by its SQLSTATE, and the statement does not run', async () => {
    const lie = contextOf(alice, nobody);

    const refused = send('UPDATE calls SET notes = $1', ['never'], lie);

    await expect(refused).rejects.toMatchObject({ code: 'AVA01' });
    expect(await app.sql(`SELECT 1 FROM calls WHERE notes = 'never'`)).toEqual([]);
    await expectNoContext();
  });

  it('refuses the transaction too, and none is begun', async () => {
    const lie = contextOf(alice, nobody);

    await expect(send('START TRANSACTION', undefined, lie)).rejects.toMatchObject({
      code: 'AVA01',
    });
    await expectNoContext();
  });
});

describe('a statement that fails', () => {
  it.each([
    ['when it is parsed', 'SELECT nonsense', [], '42703'],
    ['when it runs', 'SELECT 1 / $1::int', [0], '22012'],
    ['after its first rows', 'SELECT 1 / (3 - n) FROM generate_series(1, 3) AS n', [], '22012'],
    ['for its parameter', 'SELECT $1::uuid', ['x'], '22P02'],
    ['for a policy', 'UPDATE calls SET tenant_id = $1', [nobody], '42501'],
  ])('%s is told by its SQLSTATE and leaves no context', async (_, text, values, code) => {
    await expect(send(text, values)).rejects.toMatchObject({ code });
    await expectNoContext();
  });

  it('before it is sent, for a parameter that cannot be, leaves no context', async () => {
    const odd = {
      toPostgres: () => {
        throw new Error('unsendable');
      },
    };

    await expect(send('SELECT $1::text', [odd])).rejects.toThrow('unsendable');
    await expectNoContext();
  });

  it('takes back what it wrote', async () => {
    const text = 'UPDATE calls SET notes = $1 RETURNING 1 / 0';

    await expect(send(text, ['half'])).rejects.toMatchObject({ code: '22012' });
    expect(await app.sql(`SELECT 1 FROM calls WHERE notes = 'half'`)).toEqual([]);
  });
});

describe('a transaction that brings its context along', () => {
  it.each(['COMMIT', 'ROLLBACK'])('keeps it until %s and no longer', async (end) => {
    await send('START TRANSACTION');
    const { rows: inside } = await client.query(SETTINGS);
    await client.query(end);

    expect(inside).toMatchObject([{ role: 'ava_tenant', session: alice.sessionId }]);
    await expectNoContext();
  });

  it('keeps it behind a savepoint that was rolled back', async () => {
    await send('START TRANSACTION');
    await client.query('SAVEPOINT here');
    await expect(client.query('SELECT 1 / 0')).rejects.toMatchObject({ code: '22012' });
    await client.query('ROLLBACK TO SAVEPOINT here');

    expect((await client.query(SETTINGS)).rows).toMatchObject([{ session: alice.sessionId }]);
    await client.query('ROLLBACK');
    await expectNoContext();
  });
});

describe('a statement that PostgreSQL does not answer in time', () => {
  it('is given up by the client, and leaves no context when it ends', async () => {
    await client.end();
    client = new Client({ connectionString: app.database.serverUrl, query_timeout: 50 });
    await client.connect();
    const holder = await session(app.database.adminUrl);
    await holder.query('SELECT pg_advisory_lock(7)');

    await expect(send('SELECT pg_advisory_xact_lock(7)')).rejects.toThrow('Query read timeout');
    await holder.end();
    await expectNoContext();
  });
});

describe('the driver that all this relies on', () => {
  it('is the version that the lock file names, and there is no other', () => {
    const lock = JSON.parse(readFileSync(join(__dirname, '../../package-lock.json'), 'utf8')) as {
      packages: Record<string, { version: string }>;
    };
    const copies = Object.keys(lock.packages).filter((path) => path.endsWith('node_modules/pg'));

    expect(copies).toEqual(['node_modules/pg']);
    expect(installed.version).toBe(lock.packages['node_modules/pg']?.version);
  });
});
