import { apiDocument, operationsOf, withId } from '../support/api-document';
import type { TestApp } from '../support/app';
import type { Answer } from '../support/client';
import { operatorOf } from '../support/operators';
import type { Person } from '../support/people';
import { customer, type Customer } from './customer';
import { startIsolatedApp } from './isolated-app';
import { leaksOf } from './leaks';
import { operations } from './operations';
import { Ownership } from './ownership';

/** Who, when and how much: where a text of a customer may come from that an operator is shown. Everything else is content. */
const METADATA = [
  'tenants.id',
  'tenants.name',
  'users.id',
  'users.email',
  'users.name',
  'memberships.tenant_id',
  'memberships.user_id',
  'audit_events.id',
  'audit_events.tenant_id',
  'audit_events.actor_id',
  'audit_events.subject_id',
  'audit_events.request_id',
  'pgboss.job.id',
];

let app: TestApp;
let olga: Person;
let bob: Customer;
/** Text of Bob → where it stands. */
let markers: ReadonlyMap<string, string>;
let content: ReadonlyMap<string, string>;

beforeAll(async () => {
  app = await startIsolatedApp();
  olga = await operatorOf(app);
  // The newest of everything, so that every list begins with it.
  bob = await customer(app, 'bob', { since: '2099-01-01' });
  const alice = await customer(app, 'alice');
  const ownership = await Ownership.of(app);
  markers = new Map([
    ...(await ownership.markers(bob, alice)),
    ...bob.secrets.map((text) => [text, 'a secret'] as const),
  ]);
  const metadata = (await ownership.texts(bob))
    .filter(({ at }) => METADATA.includes(at))
    .map(({ text }) => text);
  content = new Map([...markers].filter(([text]) => !metadata.includes(text)));
});
afterAll(() => app.close());

/** Every answer to this operation about Bob: as it is, and with each of its filters. */
async function answersTo(id: string): Promise<Answer[]> {
  const [method = '', path = ''] = id.split(' ');
  const entry = operations[id];
  const ids = { tenants: bob.tenantId, users: bob.userId, jobs: bob.jobId };
  const url = withId(path, ids[path.split('/')[2] as keyof typeof ids]);
  const queries = Object.entries(entry?.ids?.query ?? {}).map(
    ([name, of]) => `?${name}=${bob[of]}`,
  );
  const named = path === '/admin/tenants' ? [`?memberEmail=${bob.email}`, '?name=bob'] : [];
  const answers: Answer[] = [];
  for (const query of ['', ...queries, ...named]) {
    const answer = await olga.client.send(method as 'GET', `${url}${query}`, entry?.body?.(bob));
    expect([id, answer.status]).toEqual([id, entry?.ok]);
    answers.push(answer);
  }
  return answers;
}

it('no operation of operators shows a transcript, number, note, summary, name of a caller or credential', async () => {
  const documented = operationsOf(await apiDocument(app));
  const ofOperators = documented.filter(({ path }) => path.startsWith('/admin/'));

  const shown: string[] = [];
  const answers: Answer[] = [];
  for (const { id } of ofOperators) {
    for (const answer of await answersTo(id)) {
      answers.push(answer);
      shown.push(
        ...leaksOf(answer, { markers: content, asked: '' }).map((leak) => `${id} ${leak}`),
      );
    }
  }

  expect(ofOperators.length).toBeGreaterThanOrEqual(12);
  expect(ofOperators.map(({ who }) => who)).toEqual(ofOperators.map(() => 'operator'));
  expect(shown).toEqual([]);
  // It would have been seen: what they may be shown is found by the same search.
  const text = answers.map((answer) => answer.text).join('\n');
  const found = leaksOf({ text, headers: {} }, { markers, asked: '' }).join('\n');
  for (const told of [bob.tenantName, bob.personName, bob.email, bob.eventId, bob.jobId]) {
    expect(found).toContain(told);
  }
});

it('what is looked for stands in every column of a call, number, profile, session and credential', () => {
  const places = new Set(content.values());

  for (const place of [
    ...['transcript', 'summary', 'customer', 'messages', 'notes', 'tags', 'recording_url'].map(
      (column) => `calls.${column}`,
    ),
    ...['number', 'label', 'provider_sid'].map((column) => `phone_numbers.${column}`),
    ...['instructions', 'first_message', 'name'].map((column) => `ava_profiles.${column}`),
    ...['vapi_api_key', 'twilio_auth_token', 'password_hash', 'onboarding_flags'].map(
      (column) => `users.${column}`,
    ),
    ...['refresh_hash', 'ip', 'user_agent'].map((column) => `sessions.${column}`),
    ...['ip', 'details'].map((column) => `audit_events.${column}`),
    'a secret',
  ]) {
    expect([...places]).toContain(place);
  }
});
