import { randomUUID } from 'node:crypto';
import { createDatabase, query, type TestDatabase } from '../support/database';
import { tenantWith } from '../support/tenants-in-sql';

let database: TestDatabase;
const sql = (text: string, params: unknown[] = []) => query(database.adminUrl, text, params);

beforeAll(async () => {
  database = await createDatabase();
});

afterAll(async () => {
  await database.drop();
});

const leave = 'DELETE FROM memberships WHERE tenant_id = $1 AND user_id = $2';

describe('A phone number', () => {
  it('goes with its user, and the calls of the tenant stay', async () => {
    const { tenant, people } = await tenantWith(database.adminUrl, 'owner', 'member');
    const [number, call] = [randomUUID(), randomUUID()];
    await sql(
      `INSERT INTO phone_numbers (tenant_id, id, org_id, number) VALUES ($1, $2, $3, '+331')`,
      [tenant, number, people[1]],
    );
    await sql('INSERT INTO calls (tenant_id, id, phone_number_id) VALUES ($1, $2, $3)', [
      tenant,
      call,
      number,
    ]);

    await sql('DELETE FROM users WHERE id = $1', [people[1]]);

    expect(await sql('SELECT 1 FROM phone_numbers WHERE tenant_id = $1', [tenant])).toEqual([]);
    expect(await sql('SELECT phone_number_id FROM calls WHERE id = $1', [call])).toEqual([
      { phone_number_id: null },
    ]);
  });

  it('never belongs to somebody outside of its tenant', async () => {
    const { tenant, people } = await tenantWith(database.adminUrl, 'owner', 'member');
    const { people: strangers } = await tenantWith(database.adminUrl, 'owner');
    const add = `INSERT INTO phone_numbers (tenant_id, id, org_id, number) VALUES ($1, gen_random_uuid(), $2, '+332')`;
    const refused = { code: '23503', constraint: 'phone_numbers_membership_fkey' };

    await expect(sql(add, [tenant, strangers[0]])).rejects.toMatchObject(refused);
    await sql(add, [tenant, people[1]]);
    await expect(sql(leave, [tenant, people[1]])).rejects.toMatchObject(refused);
  });

  it('is not taken into a call of another tenant', async () => {
    const [mine, yours] = [
      await tenantWith(database.adminUrl, 'owner'),
      await tenantWith(database.adminUrl, 'owner'),
    ];
    const number = randomUUID();
    await sql(
      `INSERT INTO phone_numbers (tenant_id, id, org_id, number) VALUES ($1, $2, $3, '+333')`,
      [mine.tenant, number, mine.people[0]],
    );

    const calling = sql(
      'INSERT INTO calls (tenant_id, id, phone_number_id) VALUES ($1, gen_random_uuid(), $2)',
      [yours.tenant, number],
    );

    await expect(calling).rejects.toMatchObject({
      code: '23503',
      constraint: 'calls_phone_number_fkey',
    });
  });
});
