import { migrationNames } from '../../src/kernel/database/data-source';
import { createDatabase, query } from '../support/database';
import { down, newVault, up } from '../support/earlier-database';

const vault = newVault();

it('the words of earlier calls are written anew: uncompressed, and the summary apart from the transcript', async () => {
  const database = await createDatabase('template0');
  await up(database, vault);
  const words = () =>
    query<{ vector: string; storage: string }>(
      database.adminUrl,
      `SELECT vector::text, (SELECT attstorage FROM pg_attribute
                              WHERE attrelid = 'call_texts'::regclass AND attname = 'vector') AS storage FROM call_texts`,
    );
  const last =
    migrationNames.length - migrationNames.findIndex((name) => name.startsWith('FasterSearch'));
  await down(database, vault, last);
  await query(
    database.adminUrl,
    `WITH tenant AS (INSERT INTO tenants (id, name) VALUES (gen_random_uuid(), 'Acme') RETURNING id)
     INSERT INTO calls (tenant_id, id, summary) SELECT id, gen_random_uuid(), 'x' FROM tenant`,
  );
  await query(database.adminUrl, `UPDATE call_texts SET vector = 'facture:1A chaudiere:2 panne:4'`);
  const [before] = await words();

  await up(database, vault);
  const [after] = await words();

  await database.drop();
  expect(before).toEqual({ vector: "'chaudiere':2 'facture':1A 'panne':4", storage: 'x' });
  expect(after).toEqual({ vector: "'chaudiere':4 'facture':1A 'panne':6", storage: 'e' });
});
