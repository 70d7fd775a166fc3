import { randomUUID } from 'node:crypto';
import type { Client } from 'pg';
import { createDatabase, query, type TestDatabase } from '../support/database';
import { session, tenantWith } from '../support/tenants-in-sql';

let database: TestDatabase;
const clients: Client[] = [];
const sql = (text: string, params: unknown[] = []) => query(database.adminUrl, text, params);

beforeAll(async () => {
  database = await createDatabase();
});

afterAll(async () => {
  for (const client of clients) await client.end();
  await database.drop();
});

async function open(): Promise<Client> {
  const client = await session(database.adminUrl);
  clients.push(client);
  return client;
}

const leave = 'DELETE FROM memberships WHERE tenant_id = $1 AND user_id = $2';
const lastOwner = { code: '23514', constraint: 'tenants_keep_an_owner' };
const exists = async (tenant: string) =>
  (await sql('SELECT 1 FROM tenants WHERE id = $1', [tenant])).length === 1;

/** Until it has ended or waits for a lock that somebody else has. */
async function heldUp(work: Promise<unknown>): Promise<void> {
  const state = { over: false };
  const end = () => (state.over = true);
  void work.then(end, end);
  const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  while (!state.over && (await sql(waiting)).length === 0);
}

describe('A tenant keeps an owner', () => {
  it.each([
    ['leaves', leave],
    [
      'becomes a member',
      `UPDATE memberships SET role = 'member' WHERE tenant_id = $1 AND user_id = $2`,
    ],
    ['deletes the account', 'DELETE FROM users WHERE $1::uuid IS NOT NULL AND id = $2'],
  ])('when the last one %s', async (_, statement) => {
    const { tenant, people } = await tenantWith(database.adminUrl, 'owner', 'member', 'admin');
    const client = await open();

    const leaving = client.query(statement, [tenant, people[0]]);

    await expect(leaving).rejects.toMatchObject(lastOwner);
    const error: unknown = await leaving.catch((it: unknown) => it);
    expect(JSON.stringify(error) + String(error)).not.toContain(people[0]);
    expect(await sql('SELECT 1 FROM memberships WHERE tenant_id = $1', [tenant])).toHaveLength(3);
  });

  it('and never begins with a member only', async () => {
    const { tenant, people } = await tenantWith(database.adminUrl, 'owner');
    await sql('DELETE FROM tenants WHERE id = $1', [tenant]);
    const made = randomUUID();
    await sql(`INSERT INTO tenants (id, name) VALUES ($1, 'Empty')`, [made]);

    const joining = sql(
      `INSERT INTO memberships (tenant_id, user_id, role) VALUES ($1, $2, 'admin')`,
      [made, people[0]],
    );

    await expect(joining).rejects.toMatchObject(lastOwner);
  });

  it('and may hand over within one transaction, in either order', async () => {
    const { tenant, people } = await tenantWith(database.adminUrl, 'owner', 'member');
    const client = await open();

    await client.query('BEGIN');
    await client.query(leave, [tenant, people[0]]);
    await client.query(
      `UPDATE memberships SET role = 'owner' WHERE tenant_id = $1 AND user_id = $2`,
      [tenant, people[1]],
    );
    await client.query('COMMIT');

    expect(await sql('SELECT role FROM memberships WHERE tenant_id = $1', [tenant])).toEqual([
      { role: 'owner' },
    ]);
  });

  it.each(['memberships', 'users'])(
    'when two owners go from %s at the same moment',
    async (table) => {
      const { tenant, people } = await tenantWith(database.adminUrl, 'owner', 'owner', 'member');
      const [first, second] = [await open(), await open()];
      const goes =
        table === 'users' ? 'DELETE FROM users WHERE $1::uuid IS NOT NULL AND id = $2' : leave;

      const go = async (client: typeof first, person: string | undefined) => {
        await client.query('BEGIN');
        await client.query(goes, [tenant, person]);
        // The rule is looked at now, and not as late as with the end of the transaction: before the other has ended.
        await client.query('SET CONSTRAINTS ALL IMMEDIATE');
      };

      await go(first, people[0]);
      const late = go(second, people[1]).then(() => second.query('COMMIT'));
      await heldUp(late);
      const results = await Promise.allSettled([first.query('COMMIT'), late]);

      expect(results.map((it) => it.status).toSorted()).toEqual(['fulfilled', 'rejected']);
      expect(results.find((it) => it.status === 'rejected')?.reason).toMatchObject(lastOwner);
      expect(
        await sql(`SELECT 1 FROM memberships WHERE tenant_id = $1 AND role = 'owner'`, [tenant]),
      ).toHaveLength(1);
    },
  );
});

describe('A tenant whose last member goes', () => {
  it('is removed with all that belongs to it', async () => {
    const { tenant, people } = await tenantWith(database.adminUrl, 'owner');
    await sql(`INSERT INTO calls (tenant_id, id) VALUES ($1, $2)`, [tenant, randomUUID()]);
    await sql(
      `INSERT INTO ava_profiles (tenant_id, name, voice, tone) VALUES ($1, 'Ava', 'alloy', 'calm')`,
      [tenant],
    );
    const client = await open();

    await client.query(leave, [tenant, people[0]]);

    expect(await exists(tenant)).toBe(false);
    expect(await sql('SELECT 1 FROM calls WHERE tenant_id = $1', [tenant])).toEqual([]);
    expect(await sql('SELECT 1 FROM ava_profiles WHERE tenant_id = $1', [tenant])).toEqual([]);
    expect(await sql('SELECT 1 FROM users WHERE id = $1', [people[0]])).toHaveLength(1);
  });

  it('is removed when the last two go at the same moment', async () => {
    const { tenant, people } = await tenantWith(database.adminUrl, 'owner', 'owner');
    const sessions = [await open(), await open()];

    await Promise.all(
      sessions.map(async (client, i) => {
        await client.query('BEGIN');
        await client.query(leave, [tenant, people[i]]);
        await client.query('COMMIT');
      }),
    );

    expect(await exists(tenant)).toBe(false);
  });

  it('stays when somebody joins at that moment', async () => {
    const { tenant, people } = await tenantWith(database.adminUrl, 'owner');
    const { people: others } = await tenantWith(database.adminUrl, 'owner');
    const [joining, leaving] = [await open(), await open()];
    await joining.query('BEGIN');
    await joining.query(
      `INSERT INTO memberships (tenant_id, user_id, role) VALUES ($1, $2, 'owner')`,
      [tenant, others[0]],
    );

    const left = leaving.query(leave, [tenant, people[0]]);
    await heldUp(left);
    await joining.query('COMMIT');
    await left;

    expect(await sql('SELECT user_id FROM memberships WHERE tenant_id = $1', [tenant])).toEqual([
      { user_id: others[0] },
    ]);
  });

  it('is removed with a user who is deleted by hand, whose numbers go too', async () => {
    const { tenant, people } = await tenantWith(database.adminUrl, 'owner');
    const [number, call] = [randomUUID(), randomUUID()];
    await sql(
      `INSERT INTO phone_numbers (tenant_id, id, org_id, number) VALUES ($1, $2, $3, '+331')`,
      [tenant, number, people[0]],
    );
    await sql('INSERT INTO calls (tenant_id, id, phone_number_id) VALUES ($1, $2, $3)', [
      tenant,
      call,
      number,
    ]);
    await sql(
      `INSERT INTO sessions (id, user_id, tenant_id, refresh_hash, expires_at) VALUES ($1, $2, $3, '\\x00', now())`,
      [randomUUID(), people[0], tenant],
    );

    await sql('DELETE FROM users WHERE id = $1', [people[0]]);

    expect(await exists(tenant)).toBe(false);
    for (const table of ['phone_numbers', 'calls', 'sessions', 'memberships']) {
      expect(await sql(`SELECT 1 FROM ${table} WHERE tenant_id = $1`, [tenant])).toEqual([]);
    }
  });
});
