import { TenantDb } from '../../src/kernel/database/tenant-db';
import { readIfAllowed } from '../../src/kernel/http/downloads';
import { startApp, type TestApp } from '../support/app';
import { caller } from '../support/jobs';
import { register } from '../support/people';
import { session } from '../support/tenants-in-sql';

let app: TestApp;

beforeAll(async () => {
  app = await startApp();
});
afterAll(() => app.close());

const waiting = `SELECT 1 FROM pg_locks WHERE relation = 'calls'::regclass AND NOT granted`;

it('a page that is empty because the session has just ended is refused, and is not the end of the file', async () => {
  const alice = await register(app, 'alice');
  const asking = {
    who: { ...caller(alice), requestId: 'r', ip: null },
    permission: 'call.export',
  } as const;
  const holder = await session(app.database.adminUrl);
  await holder.query('BEGIN; LOCK TABLE calls');

  // The context opens, and then the read waits for the table.
  const page = readIfAllowed(app.app.get(TenantDb), asking, (em) =>
    em.query('SELECT id FROM calls'),
  );
  const outcome = page.catch((error: unknown) => error);
  while ((await app.sql(waiting)).length === 0);
  await app.sql('UPDATE sessions SET revoked_at = now() WHERE user_id = $1', [alice.userId]);
  await holder.query('COMMIT');

  expect(await outcome).toMatchObject({ code: 'auth.session_ended' });
  await holder.end();
});
