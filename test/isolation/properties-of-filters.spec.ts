import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { startApp, type TestApp } from '../support/app';
import { draws } from '../support/draws';
import { register, type Person } from '../support/people';

const CALLS = 60;
/** Few, so that many calls begin at the very moment that a filter names. */
const DAYS = 6;
const statuses = ['ended', 'failed', 'Ended', 'a b&c=d'];
const customers = ['+33612100067', '+1234', 'é🙂', "' OR 1=1 --"];
const directions = ['inbound', 'outbound', 'web'];
const numbers = [randomUUID(), randomUUID()];

interface Row {
  id: string;
  status: string | null;
  direction: string | null;
  customer: string | null;
  phoneNumberId: string | null;
  /** As `sorted_at`: the start, or when the call was recorded. In microseconds, like PostgreSQL. */
  at: bigint;
}
type Filter = Partial<Record<string, string>>;

let app: TestApp;
let alice: Person;
let rows: Row[];

beforeAll(async () => {
  app = await startApp();
  alice = await register(app, 'alice');
  const bob = await register(app, 'bob');
  rows = await record(alice, 1, numbers);
  await record(bob, 2, [randomUUID(), randomUUID()]);
});
afterAll(() => app.close());

/** Calls as the earlier system and providers leave them, some without a start, several at the same moment. */
async function record(who: Person, seed: number, own: string[]): Promise<Row[]> {
  const draw = draws(seed);
  const pick = (of: string[]) => of[draw(of.length + 1)] ?? null;
  await app.sql(
    `INSERT INTO phone_numbers (tenant_id, id, org_id, number) SELECT $1, id, $2, 'n' || id FROM unnest($3::uuid[]) AS id`,
    [who.tenantId, who.userId, own],
  );
  for (let at = 0; at < CALLS; at += 1) {
    const day = String(1 + draw(DAYS)).padStart(2, '0');
    const start = draw(6) === 0 ? null : `2025-03-${day}T10:00:00.00000${draw(3)}Z`;
    await app.sql(
      `INSERT INTO calls (tenant_id, id, status, direction, customer, phone_number_id, started_at, created_at, tags)
       VALUES ($1, gen_random_uuid(), $2, $3, $4, $5, $6, $7, '{}')`,
      [
        who.tenantId,
        pick(statuses),
        pick(directions),
        pick(customers),
        pick(own),
        start,
        `2025-03-${day}T11:00:00Z`,
      ],
    );
  }
  const stored = await app.sql<Omit<Row, 'at'> & { at: string }>(
    `SELECT id, status, direction, customer, phone_number_id AS "phoneNumberId",
            (extract(epoch FROM coalesce(started_at, created_at)) * 1000000)::bigint::text AS at
       FROM calls WHERE tenant_id = $1`,
    [who.tenantId],
  );
  return stored.map((row) => ({ ...row, at: BigInt(row.at) }));
}

const micros = (instant: string) => {
  const [, digits = ''] = /\.(\d+)/.exec(instant) ?? [];
  const whole = Date.parse(instant.replace(/\.\d+/, ''));
  return BigInt(whole) * 1000n + BigInt(digits.padEnd(6, '0'));
};

/** Ids of the calls that a filter lets through, in the order of the list. */
function expected({ order, startedAtGe, startedAtGt, startedAtLe, startedAtLt, ...same }: Filter) {
  const sign = order === 'asc' ? 1 : -1;
  const before = (a: Row, b: Row) => (a.at === b.at ? a.id < b.id : a.at < b.at);
  return rows
    .filter((row) => Object.entries(same).every(([name, value]) => row[name as 'status'] === value))
    .filter(({ at }) => startedAtGe === undefined || at >= micros(startedAtGe))
    .filter(({ at }) => startedAtGt === undefined || at > micros(startedAtGt))
    .filter(({ at }) => startedAtLe === undefined || at <= micros(startedAtLe))
    .filter(({ at }) => startedAtLt === undefined || at < micros(startedAtLt))
    .sort((a, b) => (before(a, b) ? -sign : sign))
    .map(({ id }) => id);
}

const queryOf = (filter: Filter) =>
  Object.entries(filter)
    .map(([name, value = '']) => `&${name}=${encodeURIComponent(value)}`)
    .join('');

const instants = fc.oneof(
  fc
    .tuple(
      fc.integer({ min: 1, max: DAYS }),
      fc.constantFrom('', ':00', ':00.000001', ':00.000002'),
    )
    .map(([day, end]) => `2025-03-${String(day).padStart(2, '0')}T10:00${end}Z`),
  fc
    .tuple(fc.integer({ min: 1, max: DAYS }), fc.constantFrom('12:00:00+02:00', '00:30-09:30'))
    .map(([day, end]) => `2025-03-${String(day).padStart(2, '0')}T${end}`),
  fc
    .date({ min: new Date('1970-01-02'), max: new Date('9999-12-30'), noInvalidDate: true })
    .map((date) => date.toISOString()),
);
const choices: Record<string, fc.Arbitrary<string>> = {
  status: fc.constantFrom(...statuses, 'nobody'),
  direction: fc.constantFrom(...directions),
  customer: fc.constantFrom(...customers, '+'),
  phoneNumberId: fc.constantFrom(...numbers, '00000000-0000-4000-8000-000000000000'),
  startedAtGe: instants,
  startedAtGt: instants,
  startedAtLe: instants,
  startedAtLt: instants,
  order: fc.constantFrom('asc', 'desc'),
};
/** Three filters at most: more of them would let hardly any call through. */
const valid: fc.Arbitrary<Filter> = fc
  .tuple(fc.record(choices), fc.subarray(Object.keys(choices), { maxLength: 3 }))
  .map(([all, chosen]) => Object.fromEntries(chosen.map((name) => [name, all[name]])));
const names = [
  'q',
  'status',
  'direction',
  'customer',
  'phoneNumberId',
  'startedAtGe',
  'startedAtLt',
];
const anyText = fc
  .oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.string({ maxLength: 40 }),
    instants,
    fc.uuid(),
  )
  .filter((one) => one.isWellFormed());

describe('the filters of the list of calls', () => {
  it('let through what a filter in memory does, in the same order', async () => {
    await fc.assert(
      fc.asyncProperty(valid, async (filter) => {
        const answer = await alice.client.get(`/calls?limit=100${queryOf(filter)}`);

        expect(answer.status).toBe(200);
        expect(answer.body.items.map(({ id }: Row) => id)).toEqual(expected(filter));
      }),
      { numRuns: 150 },
    );
  });

  it('do the same page by page, whatever the size of the pages', async () => {
    await fc.assert(
      fc.asyncProperty(valid, fc.integer({ min: 5, max: 40 }), async (filter, limit) => {
        const ids: string[] = [];
        let cursor = '';
        do {
          const page = await alice.client.get(`/calls?limit=${limit}${queryOf(filter)}${cursor}`);
          ids.push(...page.body.items.map(({ id }: Row) => id));
          cursor = page.body.nextCursor === null ? '' : `&cursor=${page.body.nextCursor as string}`;
        } while (cursor !== '');

        expect(ids).toEqual(expected(filter));
      }),
      { numRuns: 40 },
    );
  });

  it('of any text are understood or refused, and show no row of another tenant', async () => {
    const own = new Set(rows.map(({ id }) => id));
    const filters = fc.dictionary(fc.constantFrom(...names), anyText, { minKeys: 1, maxKeys: 3 });

    await fc.assert(
      fc.asyncProperty(filters, async (filter) => {
        const { status, body } = await alice.client.get(`/calls?limit=100${queryOf(filter)}`);
        const items: Row[] = status === 200 ? body.items : [];

        expect([200, 400]).toContain(status);
        expect(items.filter(({ id }) => !own.has(id))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });
});
