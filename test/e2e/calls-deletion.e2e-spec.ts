import { TenantDb } from '../../src/kernel/database/tenant-db';
import { startApp, type TestApp } from '../support/app';
import type { Answer } from '../support/client';
import { register, type Person } from '../support/people';
import { joinAs, said, setRole, trailOf } from '../support/team';

let app: TestApp;
let alice: Person;

beforeAll(async () => {
  app = await startApp({ TENANCY_MODE: 'team' });
});
beforeEach(async () => {
  alice = await register(app, 'alice');
  await record(alice, 1200);
});
afterEach(() => jest.restoreAllMocks());
afterAll(() => app.close());

/** One call a minute; every third failed, every tenth has a tag, every hundredth tells of an invoice. */
const record = ({ tenantId }: Person, count: number) =>
  app.sql(
    `INSERT INTO calls (tenant_id, id, started_at, status, tags, transcript)
     SELECT $1, gen_random_uuid(), timestamptz '2025-01-01' + n * interval '1 min',
            CASE WHEN n % 3 = 0 THEN 'failed' ELSE 'ended' END,
            CASE WHEN n % 10 = 0 THEN ARRAY['vip'] ELSE ARRAY[]::text[] END,
            CASE WHEN n % 100 = 0 THEN 'la facture' ELSE 'rien' END
       FROM generate_series(1, $2::int) n`,
    [tenantId, count],
  );
const preview = (filter: unknown, { client }: Person = alice) =>
  client.post('/calls/delete-preview', { filter });
const remove = (filter: unknown, confirm: unknown, { client }: Person = alice) =>
  client.post('/calls/delete', { filter, confirm });
const confirmOf = async (filter: object, who = alice) =>
  (await preview(filter, who)).body.confirm as string;
const left = async ({ tenantId }: Person = alice) =>
  (await app.sql('SELECT id FROM calls WHERE tenant_id = $1', [tenantId])).length;

const failed = { status: 'failed' };

describe('a deletion of many calls', () => {
  it('takes what its preview told, in batches, and tells the trail', async () => {
    const bob = await register(app, 'bob');
    await record(bob, 10);
    const filter = { status: 'ended', startedAtLt: '2025-01-01T15:00:00Z' };

    const { status, body } = await preview(filter);

    expect(status).toBe(200);
    expect(body).toEqual({
      count: 600,
      oldest: '2025-01-01T00:01:00.000Z',
      newest: '2025-01-01T14:59:00.000Z',
      confirm: expect.stringMatching(/^[\w-]{30}$/),
    });
    expect(await left()).toBe(1200);
    const transactions = jest.spyOn(app.app.get(TenantDb), 'run');

    const deleted = await remove(filter, body.confirm);

    expect([deleted.status, deleted.body]).toEqual([200, { deleted: 600 }]);
    // Two batches, and what is told at the end.
    expect(transactions).toHaveBeenCalledTimes(3);
    expect([await left(), await left(bob)]).toEqual([600, 10]);
    expect((await preview(filter)).body).toMatchObject({ count: 0, oldest: null, newest: null });
    const told = (await trailOf(app, alice)).map(({ action, details }) => [action, details]);
    expect(told).toEqual([
      ['calls.deletion_started', { count: 600, filters: ['status', 'startedAtLt'] }],
      ['calls.deleted', { count: 600 }],
    ]);
  });

  it.each([
    [failed, 400],
    [{ tag: 'vip' }, 120],
    [{ q: 'factures' }, 12],
    [{ tag: 'vip', status: 'failed' }, 40],
    [{ customer: '+33612345678' }, 0],
  ])('goes by %j as the list does', async (filter, count) => {
    const confirm = await confirmOf(filter);

    expect((await remove(filter, confirm)).body).toEqual({ deleted: count });
    expect(await left()).toBe(1200 - count);
    const query = new URLSearchParams(filter as Record<string, string>).toString();
    expect((await alice.client.get(`/calls?${query}`)).body.items).toEqual([]);
  });

  it('of nothing is told nobody', async () => {
    await remove({ status: 'busy' }, await confirmOf({ status: 'busy' }));

    expect(await trailOf(app, alice)).toEqual([]);
  });
});

describe('it is refused, and every call stays', () => {
  const changed = [409, 'call.selection_changed'] as const;

  async function expectRefused(asking: () => Promise<Answer>, ...why: [number, string]) {
    const before = await left();
    expect(said(await asking())).toEqual(why);
    expect(await left()).toBe(before);
  }

  it('when a call was added, or another has taken its place', async () => {
    const confirm = await confirmOf(failed);
    const call = { direction: 'inbound', status: 'failed', startedAt: '2025-01-31T00:00:00Z' };
    await alice.client.post('/calls', call);
    await expectRefused(() => remove(failed, confirm), ...changed);

    await app.sql(
      `DELETE FROM calls WHERE (tenant_id, id) IN
         (SELECT tenant_id, id FROM calls WHERE tenant_id = $1 AND status = 'failed' ORDER BY sorted_at LIMIT 1)`,
      [alice.tenantId],
    );

    await expectRefused(() => remove(failed, confirm), ...changed);
  });

  it('when the preview was of another filter, person or tenant', async () => {
    const confirm = await confirmOf(failed);
    const admin = await joinAs(app, alice, { role: 'admin' });
    const bob = await register(app, 'bob');
    await app.sql('DELETE FROM calls WHERE tenant_id = $1', [alice.tenantId]);
    const none = await confirmOf({ status: 'failed' });

    await expectRefused(() => remove({ status: 'ended' }, none), ...changed);
    await expectRefused(() => remove({ customer: 'failed' }, none), ...changed);
    await expectRefused(() => remove(failed, none, admin), ...changed);
    await expectRefused(() => remove(failed, none, bob), ...changed);
    await expectRefused(() => remove(failed, confirm), ...changed);
    expect((await remove(failed, none)).status).toBe(200);
  });

  it.each(['x', 'A'.repeat(30), 'ÿ'.repeat(30), '-'.repeat(200)])(
    'with made up words: %s',
    async (confirm) => {
      await expectRefused(() => remove(failed, confirm), ...changed);
    },
  );

  it.each<[unknown, string, string]>([
    [{}, 'filter', 'filter.required'],
    [undefined, 'filter', 'field.required'],
    [null, 'filter', 'field.null'],
    [[], 'filter', 'body.object'],
    ['status', 'filter', 'body.object'],
    [{ status: 7 }, 'filter.status', 'text.type'],
    [{ status: null }, 'filter.status', 'field.null'],
    [{ status: '' }, 'filter.status', 'text.length'],
    [{ toString: 'failed' }, 'filter.toString', 'field.unknown'],
    [{ limit: 1 }, 'filter.limit', 'field.unknown'],
    [{ status: 'failed', tenantId: 'x' }, 'filter.tenantId', 'field.unknown'],
    [{ phoneNumberId: { $ne: null } }, 'filter.phoneNumberId', 'uuid.invalid'],
    [{ tag: ['vip'] }, 'filter.tag', 'text.type'],
    [{ status: '\u0000' }, 'filter.status', 'text.characters'],
  ])('with the filter %j', async (filter, field, code) => {
    for (const asking of [() => preview(filter), () => remove(filter, 'x')]) {
      const { status, body } = await asking();

      expect([status, body.code]).toEqual([400, 'request.invalid']);
      expect(body.errors).toMatchObject([{ field, code }]);
    }
    expect(await left()).toBe(1200);
  });

  it('to a member, who is not even told how many there are', async () => {
    const member = await joinAs(app, alice, { role: 'member' });

    const tooLow = [403, 'auth.role_too_low'] as const;
    await expectRefused(() => preview(failed, member), ...tooLow);
    await expectRefused(() => remove(failed, 'x', member), ...tooLow);
  });

  it('with more calls than go at once', async () => {
    await app.sql('ALTER TABLE calls DISABLE TRIGGER calls_indexed');
    await app.sql(
      `INSERT INTO calls (tenant_id, id, status) SELECT $1, gen_random_uuid(), 'many' FROM generate_series(1, 100001)`,
      [alice.tenantId],
    );
    await app.sql('ALTER TABLE calls ENABLE TRIGGER calls_indexed');

    for (const asking of [preview({ status: 'many' }), remove({ status: 'many' }, 'x')]) {
      const { status, body } = await asking;
      expect([status, body.errors]).toMatchObject([400, [{ code: 'filter.too_many' }]]);
    }
    await app.sql(`DELETE FROM calls WHERE status = 'many'`);
  });
});

describe('a deletion that is under way', () => {
  /** Runs once the first batch is gone. */
  function afterTheFirstBatch(then: () => Promise<unknown>): void {
    const db = app.app.get(TenantDb);
    const run: TenantDb['run'] = db.run.bind(db);
    jest.spyOn(db, 'run').mockImplementationOnce(async (who, work) => {
      const answer = await run(who, work);
      await then();
      return answer;
    });
  }

  it('ends when its admin is one no longer; what is gone has been told', async () => {
    const admin = await joinAs(app, alice, { role: 'admin' });
    const filter = { startedAtGe: '2025-01-01T00:00:00Z' };
    const confirm = await confirmOf(filter, admin);
    afterTheFirstBatch(() => setRole(alice, admin, 'member'));

    expect(said(await remove(filter, confirm, admin))).toEqual([403, 'auth.role_too_low']);

    expect(await left()).toBe(700);
    const told = (await trailOf(app, alice)).map(({ action, details }) => [action, details]);
    expect(told).toContainEqual([
      'calls.deletion_started',
      { count: 1200, filters: ['startedAtGe'] },
    ]);
  });

  it('is the only one of its tenant, and leaves what has come since', async () => {
    const filter = { startedAtGe: '2025-01-01T00:00:00Z' };
    const confirm = await confirmOf(filter);
    const other: unknown[] = [];
    afterTheFirstBatch(async () => {
      other.push(said(await remove(filter, confirm)));
      await record(alice, 1);
    });

    expect((await remove(filter, confirm)).body).toEqual({ deleted: 1200 });

    expect(other).toEqual([[429, 'call.deletion_busy']]);
    expect(await left()).toBe(1);
  });
});
