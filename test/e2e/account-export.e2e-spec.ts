import { apiDocument } from '../support/api-document';
import { startApp, type TestApp } from '../support/app';
import { Client } from '../support/client';
import { login, register } from '../support/people';
import { openInvitation } from '../support/invitation-rows';
import { joinAs, said, setRole } from '../support/team';
import { customer, type Customer } from '../isolation/customer';
import { Ownership } from '../isolation/ownership';

let app: TestApp;
let bob: Customer;
let ownership: Ownership;

beforeAll(async () => {
  app = await startApp({ DOCS: 'on' });
  bob = await customer(app, 'bob');
  ownership = await Ownership.of(app);
});
afterAll(() => app.close());

/** What holds something of a person and is not in the export, each with the reason. */
const exceptions: Readonly<Record<string, string>> = {
  'users.password_hash': 'A hash serves nobody but who wants to guess the password.',
  'users.vapi_api_key': 'Sealed; shown as a mask.',
  'users.twilio_account_sid': 'Sealed; shown as a mask.',
  'users.twilio_auth_token': 'Sealed; shown as a mask.',
  'sessions.refresh_hash': 'The hash of a token that opens the account.',
  'sessions.previous_hash': 'The hash of a token that opened it.',
  'account_tokens.id': 'Names a row of a token, and nothing about the person.',
  'account_tokens.nonce': 'Part of what a token is derived from.',
  'account_tokens.token_hash': 'The hash of a token that opens the account.',
  tenants: 'The tenant’s; its name is in the export.',
  calls: 'The tenant’s, which its members read with GET /calls.',
  call_texts: 'The words of calls, which its members read with GET /calls.',
  call_events: 'Ids of calls that changed within the last hour.',
  ava_profiles: 'The tenant’s, which its members read with GET /ava-profile.',
  invitations:
    'The tenant’s; those to the person’s address, or sent by the person, are in the export.',
  erasure_receipts: 'The tenant’s; what the person erased is told by the events in the export.',
  phone_numbers_quarantine: 'Set aside by a migration, for the operator; no plane reaches it.',
  'pgboss.job': 'Ids of work under way, gone after days.',
};
const excepted = (place: string) =>
  place in exceptions || place.slice(0, place.lastIndexOf('.')) in exceptions;

const read = async ({ client }: { client: Client }) => client.get('/me/export');

describe('GET /me/export', () => {
  it('has every text that any table holds of the person, or there is a reason why not', async () => {
    const { text } = await read(bob);

    const all = await ownership.texts(bob);
    const ofColleagues = ({ at, text: value }: (typeof all)[number]) =>
      at === 'memberships.user_id' && value !== bob.userId;
    const held = all.filter((one) => !ofColleagues(one));
    const missing = held.filter(
      ({ at, text: value }) => !excepted(at) && !text.includes(JSON.stringify(value).slice(1, -1)),
    );

    expect(held.length).toBeGreaterThan(40);
    expect([...new Set(missing.map(({ at }) => at))]).toEqual([]);
  });

  it('names only exceptions that exist', async () => {
    const places = await app.sql<{ place: string }>(
      `SELECT c.oid::regclass || '.' || attname AS place FROM pg_class c JOIN pg_attribute ON attrelid = c.oid
        WHERE relkind IN ('r', 'p') AND attnum > 0
       UNION SELECT oid::regclass::text FROM pg_class`,
    );
    const known = new Set(places.map(({ place }) => place));

    expect(Object.keys(exceptions).filter((place) => !known.has(place))).toEqual([]);
  });

  it('has every place where the id of the person stands, or there is a reason why not', async () => {
    const columns = await app.sql<{ name: string; place: string; column: string }>(
      `SELECT c.oid::regclass::text AS name, c.oid::regclass || '.' || attname AS place, quote_ident(attname) AS column
         FROM pg_class c JOIN pg_attribute ON attrelid = c.oid
        WHERE relkind IN ('r', 'p') AND NOT relispartition AND attnum > 0 AND NOT attisdropped
          AND relnamespace IN ('public'::regnamespace, 'ava'::regnamespace, 'pgboss'::regnamespace)`,
    );
    const shown = [
      'users.id',
      'sessions.user_id',
      'account_tokens.user_id',
      'memberships.user_id',
      'phone_numbers.org_id',
      'audit_events.actor_id',
      'audit_events.subject_id',
    ];
    await bob.client.post('/auth/verify-email/resend');
    const found: string[] = [];
    for (const { name, place, column } of columns) {
      const rows = await app.sql(
        `SELECT 1 FROM ${name} WHERE strpos(${column}::text, $1) > 0 LIMIT 1`,
        [bob.userId],
      );
      if (rows.length > 0 && !excepted(place)) found.push(place);
    }

    expect(found.toSorted()).toEqual(shown.toSorted());
  });

  it('comes as a file, with what the API shows of it', async () => {
    const { status, headers, body } = await read(bob);

    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(headers['content-disposition']).toBe('attachment; filename="ava-export.json"');
    expect(headers['cache-control']).toContain('no-store');
    expect(body.account).toMatchObject({ id: bob.userId, email: bob.email, operator: false });
    expect(body.tenants).toEqual([
      expect.objectContaining({ id: bob.tenantId, name: bob.tenantName, role: 'owner' }),
    ]);
    expect(body.sessions).toHaveLength(2);
    expect(body.phoneNumbers).toHaveLength(2);
    expect(body.mailTokens.map(({ purpose }: { purpose: string }) => purpose).sort()).toEqual([
      'email-change',
      'password-reset',
      'verify-email',
    ]);
  });

  it('names exactly the members that the document describes', async () => {
    const { body } = await read(bob);
    const { components } = await apiDocument(app);
    const schemas = components?.schemas as Record<string, { properties: object }>;
    const told = (name: string) => Object.keys(schemas[name]?.properties ?? {}).sort();
    const shown = (value: object) => Object.keys(value).sort();

    expect(shown(body)).toEqual(told('PersonalData'));
    expect(shown(body.account)).toEqual(told('AccountData'));
    expect(shown(body.tenants[0])).toEqual(told('TenantData'));
    expect(shown(body.sessions[0])).toEqual(told('SessionData'));
    expect(shown(body.credentials.vapi)).toEqual(told('VapiData'));
    expect(shown(body.credentials.twilio)).toEqual(told('TwilioData'));
    expect(shown(body.mailTokens[0])).toEqual(told('MailTokenData'));
    expect(shown(body.phoneNumbers[0])).toEqual(told('NumberData'));
    expect(shown(body.invitations[0])).toEqual(told('InvitationData'));
    expect(shown(body.events[0])).toEqual(told('EventData'));
  });

  it('shows no secret: no key but its mask, no token, no hash', async () => {
    const [row] = await app.sql('SELECT * FROM users WHERE id = $1', [bob.userId]);
    const hidden = [row?.password_hash, row?.vapi_api_key, row?.twilio_auth_token] as string[];
    const { text, body } = await read(bob);

    const masks = bob.secrets.filter((secret) => secret.includes('…'));
    const found = [...bob.secrets, ...hidden].filter((secret) => text.includes(secret));

    expect(masks).toHaveLength(2);
    expect(found.toSorted()).toEqual(masks.toSorted());
    expect(body.credentials.twilio.accountSid).toMatch(/^AC..….{4}$/);
  });

  it('tells of all tenants, and of what others did not where they did it from', async () => {
    const olga = await register(app, 'olga', { tenantName: 'Chez Olga' });
    const max = await joinAs(app, olga, { role: 'member', name: 'max' });
    await setRole(olga, max, 'admin');
    await login(app, max.email);

    const { body, text } = await read(max);

    expect(body.tenants).toHaveLength(2);
    expect(body.events).toEqual([
      expect.objectContaining({
        action: 'member.role_changed',
        tenantId: olga.tenantId,
        own: false,
        aboutMe: true,
        requestId: null,
        ip: null,
      }),
    ]);
    expect(text).not.toContain(olga.userId);
    expect(text).not.toContain(olga.email);
  });

  it('has the invitations that were sent to the person and by the person, and no others', async () => {
    const [olga, max] = [await register(app, 'olga'), await register(app, 'max')];
    const other = await joinAs(app, olga, { role: 'admin', name: 'other' });
    const invite = (tenantId: string, inviter: string, email: string) =>
      openInvitation(app, { tenantId, inviter, email });
    await invite(olga.tenantId, olga.userId, max.email.toUpperCase());
    await invite(max.tenantId, max.userId, 'guest@example.com');
    await invite(olga.tenantId, other.userId, 'stranger@example.com');

    const { body, text } = await read(max);

    expect(body.invitations).toEqual([
      expect.objectContaining({ email: 'guest@example.com', sent: true, tenantId: max.tenantId }),
      expect.objectContaining({ email: max.email.toUpperCase(), sent: false, role: 'member' }),
    ]);
    expect(text).not.toContain('stranger');
    expect(text).not.toContain(olga.userId);
  });

  it('has a long trail to its last event, each once', async () => {
    const ada = await register(app, 'ada');
    await app.sql(
      `INSERT INTO audit_events (id, at, tenant_id, actor_id, subject_id, action)
       SELECT gen_random_uuid(), now() - n / 3 * interval '1 microsecond', $1, $2, $2, 'test.' || n
         FROM generate_series(1, 2500) n`,
      [ada.tenantId, ada.userId],
    );

    const { body } = await read(ada);

    const events = body.events as { action: string }[];
    expect(events).toHaveLength(2500);
    expect(new Set(events.map(({ action }) => action)).size).toBe(2500);
  });

  it('is given ten times an hour', async () => {
    const limited = await startApp({ RATE_LIMITS: 'on' });
    try {
      const ada = await register(limited, 'ada.limited');
      const answers: (string | number | undefined)[][] = [];
      for (let i = 0; i <= 10; i += 1) answers.push(said(await read(ada)));

      expect(answers.slice(0, 10).map(([status]) => status)).toEqual(Array(10).fill(200));
      expect(answers[10]).toEqual([429, 'rate.limited']);
    } finally {
      await limited.close();
    }
  });
});
