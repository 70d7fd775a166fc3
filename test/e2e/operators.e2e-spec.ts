import { setOperator } from '../../src/commands/operators';
import { startApp, type TestApp } from '../support/app';
import { query } from '../support/database';
import { register, type Person } from '../support/people';
import { claim, LoginSession, sessionIdOf } from '../support/plane-session';
import { audit } from '../support/security-audit';

let app: TestApp;
let alice: Person;
let bob: Person;

beforeAll(async () => {
  app = await startApp();
  alice = await register(app, 'alice');
  bob = await register(app, 'bob');
  await alice.client.post('/vapi-settings', { apiKey: 'sk_alice_marker_0001' });
  await alice.client.post('/phone-numbers', { number: '+33612100067' });
});
afterAll(() => app.close());

const grant = (person: Person) => setOperator(app.database.adminUrl, person.email, true);
const revoke = (person: Person) => setOperator(app.database.adminUrl, person.email, false);
const events = () =>
  app.sql(
    `SELECT action, subject_id, actor_id, tenant_id FROM audit_events WHERE action LIKE 'operator.%' ORDER BY at`,
  );

describe('operator:grant and operator:revoke', () => {
  it('count at the next request, and are in the audit trail without an actor', async () => {
    const statuses = [(await bob.client.get('/admin/security-report')).status];
    await setOperator(app.database.adminUrl, bob.email.toUpperCase(), true);
    statuses.push((await bob.client.get('/admin/security-report')).status);
    await revoke(bob);
    statuses.push((await bob.client.get('/admin/security-report')).status);

    expect(statuses).toEqual([403, 200, 403]);
    const about = { subject_id: bob.userId, actor_id: null, tenant_id: null };
    expect(await events()).toEqual([
      { action: 'operator.grant', ...about },
      { action: 'operator.revoke', ...about },
    ]);
  });

  it('change nothing twice, and nothing for an address that nobody has', async () => {
    const before = await events();

    expect(await revoke(bob)).toContain('Nothing was changed');
    await expect(setOperator(app.database.adminUrl, 'nobody@x.com', true)).rejects.toThrow(
      'No user has this address.',
    );
    expect(await events()).toEqual(before);
  });
});

describe('GET /admin/security-report', () => {
  it.each([
    ['en', 'Only operators may do this'],
    ['fr', 'Réservé aux opérateurs'],
  ])('is refused to everybody else, in %s', async (language, title) => {
    const answer = await alice.client.get('/admin/security-report', {
      headers: { 'accept-language': language },
    });

    expect(answer.status).toBe(403);
    expect(answer.body).toMatchObject({ code: 'operator.required', title });
  });

  it('is what the command says, also when something is wrong', async () => {
    await grant(bob);
    await query(
      app.database.adminUrl,
      `SET session_replication_role = replica;
       INSERT INTO calls (tenant_id, id) VALUES (gen_random_uuid(), gen_random_uuid());
       INSERT INTO users (id, email, password_hash) VALUES (gen_random_uuid(), 'lost@x.com', 'x');
       ALTER TABLE phone_numbers DROP CONSTRAINT fk_phone_numbers_org`,
    );

    const answers = { en: await ask('en'), fr: await ask('fr') };

    for (const lang of ['en', 'fr'] as const) {
      const told = await audit(app.database, {}, { lang });
      expect({ ...answers[lang], checkedAt: '' }).toEqual({ ...told, checkedAt: '' });
    }
    expect(answers.en.score).toBe(90);
    expect(JSON.stringify(answers)).not.toMatch(/sk_alice|lost@|example\.com|3361210/);
  });

  const ask = async (language: string) =>
    (await bob.client.get('/admin/security-report', { headers: { 'accept-language': language } }))
      .body as Awaited<ReturnType<typeof audit>>;
});

describe('the way into the operator plane', () => {
  let login: LoginSession;
  const denied = '42501';
  const who = (person: Person) => ({ ...person, sessionId: sessionIdOf(person) });
  const enter = (person: Person, tenantId = person.tenantId) =>
    login.with({}, () =>
      login.meets('SELECT ava.enter_operator($1, $2, $3, $$1000$$)', [
        sessionIdOf(person),
        person.userId,
        tenantId,
      ]),
    );

  beforeAll(async () => {
    login = await LoginSession.open(app);
    await grant(bob);
  });
  afterAll(() => login.close());

  it('is open to an operator in a session of his own only', async () => {
    expect(await enter(bob)).toBe(1);
    expect(await enter(alice)).toBe('AVA04');
    expect(await enter(bob, alice.tenantId)).toBe('AVA01');
  });

  it('gives numbers to operators and to nobody else', async () => {
    const counts = 'SELECT 1 WHERE ava.security_counts(1, 1) IS NOT NULL';

    expect(await login.with(claim(who(bob), 'ava_operator'), () => login.meets(counts))).toBe(1);
    expect(await login.with(claim(who(alice), 'ava_operator'), () => login.meets(counts))).toBe(0);
    expect(await login.with(claim(who(bob)), () => login.meets(counts))).toBe(denied);
    expect(await login.with({}, () => login.meets(counts))).toBe(denied);
  });
});
