import { randomUUID } from 'node:crypto';
import { rowsOf } from '../support/catalogue';
import { query, type TestDatabase } from '../support/database';
import { down, earlierDatabase, newVault, up, userSql } from '../support/earlier-database';

const vault = newVault();
const databases: TestDatabase[] = [];

async function earlier(changes: string): Promise<TestDatabase> {
  const database = await earlierDatabase(changes);
  databases.push(database);
  return database;
}

afterAll(async () => {
  for (const database of databases) await database.drop();
});

describe('People of the earlier database', () => {
  it('share an address three times: the oldest keeps it, then the lower-case one, then the lower id', async () => {
    const [a, b, c] = [
      '00000000-0000-4000-8000-000000000001',
      '00000000-0000-4000-8000-000000000002',
      '00000000-0000-4000-8000-000000000003',
    ];
    const database = await earlier(
      userSql(a, { email: 'ZOÉ@x.com' }) +
        userSql(b, { email: 'zoé@x.com' }) +
        userSql(c, { email: 'Zoé@x.com', at: '2025-06-01' }),
    );

    await up(database, vault);

    const rows = await query(
      database.adminUrl,
      'SELECT email FROM users WHERE id IN ($1, $2, $3) ORDER BY id',
      [a, b, c],
    );
    expect(rows.map((row) => row.email as string)).toEqual([
      `${a}@duplicate.invalid`,
      'zoé@x.com',
      `${c}@duplicate.invalid`,
    ]);
  });

  it('and tenants need not know each other', async () => {
    const [empty, lonely, nameless, quoted] = [
      randomUUID(),
      randomUUID(),
      randomUUID(),
      randomUUID(),
    ];
    const database = await earlier(
      `INSERT INTO tenants (id, name) VALUES ('${empty}', 'Nobody''s "😀" \\');` +
        userSql(lonely, { email: 'lonely+tag@x.com' }) +
        userSql(nameless, { email: '@x.com' }) +
        userSql(quoted, { email: `o'neil"😀@odd@x.com`, flags: `{"it's": "\\"😀\\""}` }),
    );

    const said = (await up(database, vault)).join('\n');

    const owned = await query(
      database.adminUrl,
      `SELECT u.id, t.name, m.role FROM users u JOIN memberships m ON m.user_id = u.id JOIN tenants t ON t.id = m.tenant_id`,
    );
    expect(owned).toEqual(
      expect.arrayContaining([
        { id: lonely, name: 'lonely+tag', role: 'owner' },
        { id: nameless, name: 'Ava', role: 'owner' },
        { id: quoted, name: `o'neil"😀@odd`, role: 'owner' },
      ]),
    );
    expect(
      await query(database.adminUrl, 'SELECT name FROM tenants WHERE id = $1', [empty]),
    ).toEqual([{ name: `Nobody's "😀" \\` }]);
    expect(said).toContain(`Tenants without any user, kept (1): ${empty}.`);
  });

  it.each(['null', '[]', '"x"', '5', '{"a": {"b": [1, null, "é😀"]}}'])(
    'keep the flags %s',
    async (flags) => {
      const id = randomUUID();
      const database = await earlier(userSql(id, { flags }));

      await up(database, vault);

      const [row] = await query(
        database.adminUrl,
        'SELECT onboarding_flags::text AS flags FROM users WHERE id = $1',
        [id],
      );
      expect(JSON.parse(row?.flags as string)).toEqual(JSON.parse(flags));
    },
  );

  it.each(['{"a": "\\u0000"}', '{"a": "\\ud800"}', '{"n": 1e999999}'])(
    'keep the flags %s as text, for jsonb cannot hold them, and get them back',
    async (flags) => {
      const id = randomUUID();
      const database = await earlier(userSql(id, { flags }));
      const stored = async () =>
        (
          await query(
            database.adminUrl,
            'SELECT onboarding_flags::text AS flags FROM users WHERE id = $1',
            [id],
          )
        )[0]?.flags as string;

      const said = (await up(database, vault)).join('\n');
      expect(JSON.parse(await stored())).toEqual({ _earlier: flags });
      expect(said).toContain(id);
      await down(database, vault);

      expect(await stored()).toBe(flags);
    },
  );
});

describe('Numbers and calls of the earlier database', () => {
  it('that a tenant has twice: the oldest stays, the others are kept aside and come back', async () => {
    const [oldest, younger, youngest, elsewhere] = [
      randomUUID(),
      randomUUID(),
      randomUUID(),
      randomUUID(),
    ];
    const number = (id: string, email: string, at: string) =>
      `INSERT INTO phone_numbers (id, org_id, number, label, created_at)
       SELECT '${id}', id, '+331', 'it''s "😀"', '${at}' FROM users WHERE email = '${email}';`;
    const database = await earlier(
      number(younger, 'Chloe@Horizon.fr', '2025-02-02') +
        number(oldest, 'driss@horizon.fr', '2025-01-01') +
        number(youngest, 'driss@horizon.fr', '2025-03-03') +
        number(elsewhere, 'bob@x.com', '2025-04-04'),
    );
    const before = await rowsOf(database.adminUrl);

    const said = (await up(database, vault)).join('\n');
    const kept = await query(
      database.adminUrl,
      `SELECT id FROM phone_numbers WHERE number = '+331' ORDER BY created_at`,
    );
    const aside = await query(
      database.adminUrl,
      `SELECT q.id, q.label, t.name FROM phone_numbers_quarantine q JOIN tenants t ON t.id = q.tenant_id
        WHERE reason = 'duplicate' ORDER BY q.created_at`,
    );
    await down(database, vault);

    expect(kept).toEqual([{ id: oldest }, { id: elsewhere }]);
    expect(aside).toEqual([
      { id: younger, label: `it's "😀"`, name: 'Équipe Horizon' },
      { id: youngest, label: `it's "😀"`, name: 'Équipe Horizon' },
    ]);
    expect(said).toContain(
      'Numbers that a tenant had twice, moved to phone_numbers_quarantine (2)',
    );
    expect((await rowsOf(database.adminUrl)).phone_numbers).toEqual(before.phone_numbers);
  });

  it('keep a transcript of 2 MB and a call without any value', async () => {
    const [long, bare] = [randomUUID(), randomUUID()];
    const database = await earlier(
      `INSERT INTO calls (id, tenant_id, transcript)
       SELECT '${long}', id, (SELECT string_agg(md5(i::text) || E'\\n''"😀\\\\', '') FROM generate_series(1, 60000) i)
         FROM tenants WHERE name = 'Bob & Fils';
       INSERT INTO calls (id, tenant_id) SELECT '${bare}', id FROM tenants WHERE name = 'Bob & Fils'`,
    );
    const transcript = () =>
      query(
        database.adminUrl,
        'SELECT md5(transcript) AS hash, octet_length(transcript) AS bytes FROM calls WHERE id = $1',
        [long],
      );
    const before = await transcript();

    await up(database, vault);

    expect(await transcript()).toEqual(before);
    expect(before[0]?.bytes as number).toBeGreaterThan(2_000_000);
    const [row] = await query(
      database.adminUrl,
      'SELECT sorted_at = created_at AS same, status, direction, tags FROM calls WHERE id = $1',
      [bare],
    );
    expect(row).toEqual({ same: true, status: null, direction: null, tags: [] });
  });
});
