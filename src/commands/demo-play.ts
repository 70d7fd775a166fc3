import { styleText } from 'node:util';
import { Client } from 'pg';

/** What a person in the demo does over HTTP. */
class Person {
  tenantId = '';
  private token = '';

  constructor(
    readonly name: string,
    private readonly url: string,
  ) {}

  async register(email: string, tenantName: string): Promise<void> {
    const body = { email, password: 'correct horse battery staple', name: this.name, tenantName };
    const session = (await this.send('POST', '/auth/register', body)).body as {
      accessToken: string;
      tenant: { id: string };
    };
    this.token = session.accessToken;
    this.tenantId = session.tenant.id;
  }

  async send(method: string, path: string, body?: unknown) {
    const answer = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(this.token === '' ? {} : { authorization: `Bearer ${this.token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    return {
      status: answer.status,
      text,
      body: (text === '' ? null : JSON.parse(text)) as unknown,
    };
  }
}

const keys = { alice: 'sk_alice_a1b2c3d4_xxx', bob: 'sk_bob_e5f6a7b8_yyy' };
let failures = 0;

/** Makes the brief's Alice and Bob and plays its three security tests. @returns whether all of them held */
export async function playDemo(url: string, adminUrl: string): Promise<boolean> {
  say('bold', `\nava-api runs on ${url}, with a database of its own that goes when this ends.\n`);
  const alice = new Person('Alice', url);
  const bob = new Person('Bob', url);
  const sql = new Client({ connectionString: adminUrl });
  await sql.connect();
  try {
    const callOfBob = await furnish(alice, bob);
    await userIsolation(alice, bob, sql);
    await tenantIsolation(alice, bob, callOfBob);
    await cascadeDelete(alice, bob, sql);
  } finally {
    await sql.end();
  }
  const verdict =
    failures === 0 ? 'All three tests of the brief hold.' : `${failures} checks FAILED.`;
  say(failures === 0 ? 'green' : 'red', `\n${verdict}`);
  say('dim', 'Next: npm start, then open http://localhost:3000/docs\n');
  return failures === 0;
}

async function furnish(alice: Person, bob: Person): Promise<string> {
  say('bold', 'Two customers of Ava: Alice and Bob');
  await alice.register('alice@x.com', 'Atelier Alice');
  await bob.register('bob@y.com', 'Bob & Fils');
  await alice.send('PATCH', '/ava-profile', { name: 'Ava', voice: 'alloy', tone: 'calm' });
  await bob.send('PATCH', '/ava-profile', { name: 'Emma', voice: 'nova', tone: 'warm' });
  await alice.send('POST', '/vapi-settings', { apiKey: keys.alice });
  await bob.send('POST', '/vapi-settings', { apiKey: keys.bob });
  const call = { startedAt: '2025-01-31T09:30:00Z', direction: 'inbound', status: 'ended' };
  await alice.send('POST', '/calls', { ...call, customer: '+33612100067', transcript: 'Hello...' });
  await alice.send('POST', '/calls', { ...call, customer: '+14155557351', transcript: 'Hi...' });
  const mine = { ...call, customer: '+14155552578', transcript: 'Bonjour' };
  const recorded = await bob.send('POST', '/calls', mine);
  say('dim', '  each has a tenant, a Vapi key, an assistant and calls: Alice two, Bob one');
  return (recorded.body as { id: string }).id;
}

async function userIsolation(alice: Person, bob: Person, sql: Client): Promise<void> {
  say('bold', '\nTest 1: user isolation. Alice tries to read Bob’s key.');
  const seen = await alice.send('GET', '/vapi-settings');
  tell('Alice: GET /vapi-settings', seen.text);
  const { apiKey } = seen.body as { apiKey: string };
  check('she gets her own key, masked', apiKey === 'sk_a…_xxx');
  check('nothing of Bob’s is in the answer', !seen.text.includes('yyy'));
  const { rows } = await sql.query<{ key: string }>(
    `SELECT vapi_api_key AS key FROM users WHERE email = 'bob@y.com'`,
  );
  const stored = rows[0]?.key ?? '';
  tell('In the database, Bob’s key reads', `${stored.slice(0, 40)}…`);
  check(
    'a thief of the database finds it sealed',
    /^v1\.\w{8}\.gAAAA/.test(stored) && !stored.includes(keys.bob),
  );
  const own = (await bob.send('GET', '/vapi-settings')).body as { apiKey: string };
  check('Bob still sees his own', own.apiKey === 'sk_b…_yyy');
}

async function tenantIsolation(alice: Person, bob: Person, id: string): Promise<void> {
  say('bold', '\nTest 2: tenant isolation. Alice tries to read a call of Bob.');
  const foreign = await alice.send('GET', `/calls/${id}`);
  tell(`Alice: GET /calls/${id}`, `${foreign.status} ${(foreign.body as { title: string }).title}`);
  check('she is told 404, as for a call that never existed', foreign.status === 404);
  check('not a word of the transcript', !foreign.text.includes('Bonjour'));
  const counts = [await countCalls(alice), await countCalls(bob)];
  check(`Alice lists two calls, Bob one (${counts.join(' and ')})`, counts.join() === '2,1');
  const own = await bob.send('GET', `/calls/${id}`);
  check('Bob reads his call', own.status === 200 && own.text.includes('Bonjour'));
}

async function cascadeDelete(alice: Person, bob: Person, sql: Client): Promise<void> {
  say('bold', '\nTest 3: cascade delete. Alice’s tenant is deleted.');
  tell('SQL', `DELETE FROM tenants WHERE id = '${alice.tenantId}'`);
  await sql.query('DELETE FROM tenants WHERE id = $1', [alice.tenantId]);
  for (const table of ['calls', 'ava_profiles', 'phone_numbers', 'memberships']) {
    const { rows } = await sql.query(`SELECT 1 FROM ${table} WHERE tenant_id = $1`, [
      alice.tenantId,
    ]);
    check(`no orphan in ${table}`, rows.length === 0);
  }
  check('her token is dead', (await alice.send('GET', '/calls')).status === 401);
  check('Bob’s call is still there', (await countCalls(bob)) === 1);
}

async function countCalls(person: Person): Promise<number> {
  return ((await person.send('GET', '/calls')).body as { items: unknown[] }).items.length;
}

function check(promise: string, held: boolean): void {
  if (!held) failures += 1;
  say(held ? 'green' : 'red', `  ${held ? '✓' : '✗ FAILED:'} ${promise}`);
}

function tell(what: string, text: string): void {
  console.log(`  ${styleText('cyan', what)} → ${text}`);
}

function say(style: Parameters<typeof styleText>[0], text: string): void {
  console.log(styleText(style, text));
}
