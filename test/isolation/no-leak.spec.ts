import type { OpenAPIObject } from '@nestjs/swagger';
import { FakeProvider } from '../../src/providers/fake-provider';
import { TwilioClient } from '../../src/providers/twilio.client';
import { VapiClient } from '../../src/providers/vapi.client';
import { Vault } from '../../src/kernel/security/vault';
import { apiDocument, operationsOf, type DocumentedOperation } from '../support/api-document';
import { startApp, type TestApp } from '../support/app';
import { Client, type Answer } from '../support/client';
import { createDatabase } from '../support/database';
import { login, password } from '../support/people';
import { dumpOf, ServerFiles } from '../support/table-files';
import type { Customer } from './customer';
import { operations } from './operations';
import { databaseFailures, MENDED, providerFailures } from './failures';
import { logAsServersUsuallyDo, overhear, planted } from './leak-setting';
import { asLine, ownRequest, poisoned, type Sent } from './poisoned';
import { credentials, formsOf, MARK, Secrets, stray } from './secrets';

const secrets = new Secrets();

let app: TestApp;
let provider: FakeProvider;
let document: OpenAPIObject;
let documented: ReadonlyMap<string, DocumentedOperation>;
let files: ServerFiles;
let alice: Customer;
let output: readonly string[];

beforeAll(async () => {
  output = overhear();
  const database = await createDatabase();
  await logAsServersUsuallyDo(database);
  files = await ServerFiles.from(database);
  provider = await FakeProvider.start();
  provider.answers(401, {});
  const urls = { VAPI_BASE_URL: provider.url, TWILIO_BASE_URL: provider.url };
  const settings = { DOCS: 'on', LOG_LEVEL: 'trace', TENANCY_MODE: 'team' };
  app = await startApp({ ...settings, ...urls }, database);
  document = await apiDocument(app);
  documented = new Map(operationsOf(document).map((operation) => [operation.id, operation]));
  alice = await planted(app, 'owner');
  for (const session of [alice, await login(app, alice.email)]) secrets.addSession(session);
  for (const token of Object.values(alice.mailTokens)) secrets.add('token of a mail', token);
});
afterAll(async () => {
  jest.restoreAllMocks();
  await files.close();
  await app.close();
  await provider.stop();
});

const callers = new Map<DocumentedOperation['who'], Promise<Customer>>();

/** Somebody in just the role that may, shared by operations as long as there is something left. */
function caller(who: DocumentedOperation['who']): Promise<Customer> {
  const one = callers.get(who) ?? planted(app, who);
  callers.set(who, one);
  return one;
}

/** Answers whose purpose it is to show a secret. */
const allowed: Readonly<Record<string, Parameters<Secrets['in']>[1]>> = {
  'POST /auth/register': ['access token', 'refresh token'],
  'POST /auth/login': ['access token', 'refresh token'],
  'POST /auth/refresh': ['access token', 'refresh token'],
  'POST /auth/tenant': ['access token', 'refresh token'],
  'POST /invitations/accept': ['access token', 'refresh token'],
  'POST /vapi-settings/reveal': ['credential'],
  'POST /twilio-settings/reveal': ['credential', 'account SID'],
  // A SID is a name, and shown whole to its owner.
  'GET /twilio-settings': ['account SID'],
  'POST /twilio-settings': ['account SID'],
  'POST /twilio-settings/verify': ['account SID'],
};

const send = (own: Customer, { method, url, body, headers = {} }: Sent): Promise<Answer> =>
  new Client(app.app).as(own.accessToken || undefined).send(method, url, body, { headers });

/** Secrets in an answer, which may name the path that was asked for and nothing else. */
function shownBy(
  { text, headers }: Answer,
  { method, url, what }: Sent,
  id = `${method} ${url}`,
): string[] {
  const path = `"instance":${JSON.stringify(url.split('?', 1)[0])}`;
  const shown = `${JSON.stringify(headers)}\n${text.replace(path, '')}`;
  return secrets.in(shown, allowed[id]).map((name) => `${method} ${url}, ${what}: ${name}`);
}

describe('an answer shows no secret', () => {
  it.each(Object.entries(operations))('%s', async (id, entry) => {
    const operation = documented.get(id);
    if (!operation) throw new Error(`The API has no operation ${id}.`);
    const asking = { entry, documented: operation, document };
    const shown: string[] = [];
    const ask = async (own: Customer, request: Sent) => {
      // An access token beside that of an invitation would ask for something else.
      const sent = entry.lines ? asLine(request) : request;
      const answer = await send(operation.open ? { ...own, accessToken: '' } : own, sent);
      shown.push(...shownBy(answer, request, id));
      return answer.status;
    };
    const first = await caller(operation.who);

    for (const request of poisoned(asking, first, stray)) await ask(first, request);
    let status = await ask(first, ownRequest(asking, first));
    if (status !== entry.ok) {
      // One of the requests before it has ended the session, or deleted what it is about.
      callers.delete(operation.who);
      const second = await caller(operation.who);
      status = await ask(second, ownRequest(asking, second));
    }
    if (operation.method === 'DELETE') callers.delete(operation.who);

    expect(shown).toEqual([]);
    expect(status).toBe(entry.ok);
  });

  it('is found where it may be shown, so that not finding it means something', async () => {
    const body = { password };
    const revealed = await alice.client.post('/vapi-settings/reveal', body);
    const loggedIn = await alice.client.post('/auth/login', { email: alice.email, password });

    expect(secrets.in(revealed.text)).toEqual(['credential']);
    expect(secrets.in(loggedIn.text)).toEqual(['access token']);
    for (const form of formsOf(Buffer.from(MARK))) {
      expect(secrets.in(Buffer.concat([Buffer.from('a text with '), form]))).toEqual([
        'credential',
      ]);
    }
    expect(secrets.in(Buffer.from(`user:${password}`).toString('base64'))).toEqual(['password']);
  });
});

describe('a failure shows no secret', () => {
  const settings = ['/vapi-settings', '/twilio-settings'];
  const { apiKey, ...twilio } = credentials;
  /** Everything that carries a secret to `users`. */
  const writes = (): Sent[] => [
    asked('/vapi-settings', { apiKey }),
    asked('/twilio-settings', twilio),
    asked('/auth/password', { currentPassword: password, newPassword: `${password} anew` }),
    asked('/auth/register', { email: 'new@example.com', password }),
  ];
  const failing = { what: 'failing', method: 'POST' } as const;
  const asked = (url: string, body?: unknown): Sent => ({ ...failing, url, body });

  async function expectSilence(requests: Sent[], status: number): Promise<void> {
    for (const request of requests) {
      const answer = await send(alice, request);
      expect(shownBy(answer, request)).toEqual([]);
      expect([request.url, answer.status]).toEqual([request.url, status]);
    }
  }

  /** With a deadline that a test can wait for. */
  const answeredBy = ({ url: baseUrl }: FakeProvider) => {
    for (const client of [app.app.get(VapiClient), app.app.get(TwilioClient)]) {
      Object.assign(client, { options: { baseUrl, deadline: 300 } });
    }
  };

  beforeEach(() => {
    answeredBy(provider);
  });
  afterEach(() => app.sql(MENDED));

  it.each(Object.entries(providerFailures))('of a provider: %s', async (_, [answer, status]) => {
    provider.answer = answer;
    await expectSilence(
      settings.map((url) => asked(`${url}/verify`)),
      status,
    );
  });

  it('of a provider: nobody listens', async () => {
    const gone = await FakeProvider.start();
    answeredBy(gone);
    await gone.stop();
    await expectSilence(
      settings.map((url) => asked(`${url}/verify`)),
      502,
    );
  });

  it.each(Object.entries(databaseFailures))('of the database: %s', async (_, failure) => {
    const [sql, status, logged] = failure;
    await app.sql(sql);
    const before = app.logs().length;

    await expectSilence(writes().slice(0, sql.includes('pg_sleep') ? 2 : 4), status);

    expect(app.logs().slice(before).includes(logged)).toBe(true);
  });

  it('of the sealing: the database refuses plain text and does not repeat it', async () => {
    const sealing = jest.spyOn(Vault.prototype, 'seal').mockImplementation((...to) => to[2]);
    const before = app.logs().length;

    await expectSilence(writes().slice(0, 2), 500);
    sealing.mockRestore();

    expect(app.logs().slice(before).includes('"constraint":"sealed_credential_form"')).toBe(true);
  });

  it('of a client that sends too much', async () => {
    const much = stray.padEnd(1024 * 1024 + 1, stray);
    const keys = settings.map((url) => asked(url, { apiKey: much }));
    await expectSilence([...keys, asked('/auth/login', { password: much })], 413);
    await expectSilence([asked('/calls', { notes: much.repeat(4) })], 413);
  });

  it('of one that takes an address that is taken', () =>
    expectSilence([asked('/auth/register', { email: alice.email, password })], 409));
});

describe('what stays behind holds no secret', () => {
  it('in the log and the output of the server', () => {
    const said = app.logs() + output.join('\n');
    const told = ['"level":20', '"msg":"server.error"', '"msg":"provider.unavailable"'];

    expect(secrets.in(said)).toEqual([]);
    expect(told.filter((line) => !said.includes(line))).toEqual([]);
  });

  it('in any table', async () => {
    const dump = [...(await dumpOf(app.database))];
    // Autovacuum samples values into pg_statistic when it likes: searched for secrets, no control.
    const kept = dump.filter(([name]) => name !== 'pg_statistic');
    const holding = (text: string) => kept.filter(([, rows]) => rows.includes(text));

    expect(dump.filter(([, rows]) => secrets.in(rows).length > 0)).toEqual([]);
    expect(holding(alice.email).map(([name]) => name)).toEqual(['account_tokens', 'users']);
    expect(holding('credential.reveal').map(([name]) => name)).toEqual(['audit_events']);
  });

  it('in any file of the database server: tables, write-ahead log, log', async () => {
    const found: string[] = [];
    const controls = new Set<string>();
    for await (const { name, bytes } of files.read()) {
      found.push(...secrets.in(bytes).map((secret) => `${name}: ${secret}`));
      if (bytes.includes(alice.email)) controls.add(name.split('/')[0] ?? '');
    }

    expect(found).toEqual([]);
    expect([...controls].toSorted()).toEqual(['base', 'pg_wal', 'postgres.log']);
  });
});
