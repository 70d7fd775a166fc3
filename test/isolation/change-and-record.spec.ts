import { auditStatement } from '../../src/audit/audit.service';
import { TenantDb } from '../../src/kernel/database/tenant-db';
import type { Principal } from '../../src/kernel/security/principal';
import { startApp, type TestApp } from '../support/app';
import { memberOf, type Member } from '../support/plane-session';

let app: TestApp;
let alice: Member;

const RENAME = 'UPDATE users SET name = $1 WHERE id = $2';
const nobody = '00000000-0000-4000-8000-000000000000';
const principal = (sessionId = alice.sessionId): Principal => ({
  ...alice,
  sessionId,
  requestId: nobody,
  ip: null,
});
const change = (text: string, values: unknown[], who = principal()) =>
  app.app
    .get(TenantDb)
    .change(who, auditStatement(who, { action: 'test.renamed' }), (em) => em.query(text, values));
const records = () =>
  app.sql<{ xmin: string }>(`SELECT xmin FROM audit_events WHERE action = 'test.renamed'`);
const nameOf = () => app.sql('SELECT name FROM users WHERE id = $1', [alice.userId]);

beforeAll(async () => {
  app = await startApp();
  alice = await memberOf(app, 'alice');
});
afterEach(async () => {
  await app.sql('DROP TRIGGER IF EXISTS deadlock_once ON users');
});
afterAll(() => app.close());

describe('a change that is a single query', () => {
  it.each([
    ['when it fails', 'UPDATE users SET name = (1 / 0)::text || $1 WHERE id = $2', '22012'],
    ['when a policy refuses it', 'UPDATE calls SET notes = $1, tenant_id = $2', '42501'],
  ])('takes its record back %s', async (_, text, code) => {
    const changed = change(text, ['never', alice.userId]);

    await expect(changed).rejects.toMatchObject({ driverError: { code } });
    expect(await records()).toEqual([]);
  });

  it('is refused, and nothing recorded, when the session is another one', async () => {
    const lie = principal(nobody);

    await expect(change(RENAME, ['never', alice.userId], lie)).rejects.toMatchObject({
      code: 'auth.session_ended',
    });
    expect(await records()).toEqual([]);
    expect(await nameOf()).toEqual([{ name: 'alice' }]);
  });

  it('is one transaction with its record, also when it is run again after a deadlock', async () => {
    await app.sql('CREATE SEQUENCE attempts');
    await app.sql('GRANT USAGE ON SEQUENCE attempts TO PUBLIC');
    await app.sql(`CREATE FUNCTION deadlock_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF nextval('public.attempts') = 1 THEN RAISE deadlock_detected; END IF; RETURN new; END $$`);
    await app.sql(
      'CREATE TRIGGER deadlock_once BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION deadlock_once()',
    );

    await change(RENAME, ['alice again', alice.userId]);

    const [{ xmin } = {}] = await app.sql<{ xmin: string }>(
      'SELECT xmin FROM users WHERE id = $1',
      [alice.userId],
    );
    expect(await nameOf()).toEqual([{ name: 'alice again' }]);
    expect(await app.sql('SELECT last_value::int AS tries FROM attempts')).toEqual([{ tries: 2 }]);
    expect(await records()).toEqual([{ xmin }]);
  });
});

describe('saving a credential', () => {
  it('is one transaction with its record', async () => {
    const answer = await alice.client.post('/vapi-settings', {
      apiKey: 'a-key-that-is-long-enough',
    });

    const [{ xmin } = {}] = await app.sql<{ xmin: string }>(
      'SELECT xmin FROM users WHERE id = $1',
      [alice.userId],
    );
    expect(answer.status).toBe(200);
    expect(
      await app.sql(`SELECT xmin FROM audit_events WHERE action = 'credential.set'
       ORDER BY at DESC LIMIT 1`),
    ).toEqual([{ xmin }]);
  });
});
