import type { OpenAPIObject } from '@nestjs/swagger';
import { FakeProvider } from '../../src/providers/fake-provider';
import { withId } from '../support/api-document';
import { startApp, type TestApp } from '../support/app';
import type { Answer } from '../support/client';
import { join, register, type Person } from '../support/people';
import { isOfType, type Schema } from '../support/schemas';
import { invitationTo } from '../support/invitation-rows';

type Responses = Record<string, { content?: Record<string, { schema: Schema }> }>;

let app: TestApp;
let vapi: FakeProvider;
let twilio: FakeProvider;
let alice: Person;
let document: OpenAPIObject;

beforeAll(async () => {
  [vapi, twilio] = [await FakeProvider.start(), await FakeProvider.start()];
  vapi.answers(200, []);
  twilio.answers(200, { sid: bodies.twilio.accountSid, status: 'active' });
  app = await startApp({
    DOCS: 'on',
    TENANCY_MODE: 'team',
    VAPI_BASE_URL: vapi.url,
    TWILIO_BASE_URL: twilio.url,
  });
  alice = await register(app, 'alice');
  document = (await alice.client.get('/openapi.json')).body as OpenAPIObject;
});
afterAll(async () => {
  await app.close();
  await vapi.stop();
  await twilio.stop();
});

const resolved = (schema: Schema): Schema => {
  const name = (schema.$ref ?? schema.allOf?.[0]?.$ref)?.split('/').at(-1);
  return name === undefined ? schema : (document.components?.schemas?.[name] as Schema);
};

/** Where a value is not what the schema says; a member that the schema does not name counts as such. */
function differences(value: unknown, told: Schema, at = 'body'): string[] {
  const schema = resolved(told);
  if (value === null && schema.nullable) return [];
  if (!isOfType(value, schema)) return [`${at} is no ${JSON.stringify(schema)}`];
  if (schema.enum?.includes(value) === false) return [`${at} is none of the choices`];
  const { items } = schema;
  if (Array.isArray(value) && items) {
    return value.flatMap((entry, i) => differences(entry, items, `${at}[${i}]`));
  }
  return schema.type === 'object' ? differencesOfMembers(value as object, schema, at) : [];
}

function differencesOfMembers(value: object, schema: Schema, at: string): string[] {
  const { properties = {}, required = [], additionalProperties = false } = schema;
  const unknown = Object.keys(value).filter((key) => !(key in properties) && !additionalProperties);
  const missing = required.filter((key) => !(key in value));
  return [
    ...unknown.map((key) => `${at}.${key} is not documented`),
    ...missing.map((key) => `${at}.${key} is missing`),
    ...Object.entries(value).flatMap(([key, member]) =>
      properties[key] ? differences(member, properties[key], `${at}.${key}`) : [],
    ),
  ];
}

function complaints(id: string, answer: Answer): string[] {
  const [method = '', path = ''] = id.split(' ');
  const item = document.paths[path] as Record<string, { responses: Responses }>;
  const told = item[method.toLowerCase()]?.responses[String(answer.status)];
  if (answer.status >= 400 || !told) return [`answers ${answer.status}`];
  return complaintsOfBody(answer, told.content);
}

function complaintsOfBody(
  { body, text, headers }: Answer,
  content: Responses[string]['content'] = {},
) {
  const type = typeOf(headers['content-type']);
  if (type !== 'none' && !(type in content)) return [`is ${type}, which is not documented`];
  const schema = content['application/json']?.schema;
  if (schema && type === 'application/json') return differences(body, schema);
  const [rule, complaint] = ofText[type] ?? [/(?!)/, 'is of no known type'];
  return rule.test(text) ? [] : [complaint];
}

const typeOf = (header: unknown) =>
  /^[^;]+/.exec(typeof header === 'string' ? header : 'none')?.[0] ?? '';

/** What an answer that is no JSON has to look like. */
const ofText: Readonly<Record<string, [RegExp, string]>> = {
  none: [/^$/, 'has a body'],
  'text/csv': [/^(.+\r\n)+$/, 'is no CSV'],
  'text/event-stream': [/^retry: \d+\nid: \d+\n\n$/, 'is no event stream'],
  'application/x-ndjson': [/^(\{.*\}\n)+$/, 'is no NDJSON'],
};

const bodies = {
  call: {
    startedAt: '2025-01-31T09:30:00Z',
    endedAt: '2025-01-31T09:34:00Z',
    direction: 'inbound',
    status: 'ended',
    customer: '+33612100067',
    transcript: 'Bonjour…',
    summary: 'Asks for a date.',
    endedReason: 'customer-ended-call',
    cost: 0.42,
    recordingUrl: 'https://example.com/r/1.mp3',
    provider: 'vapi',
    providerCallId: 'of-vapi-1',
    messages: [{ role: 'bot', message: 'Bonjour' }],
    ...{ notes: 'Called back.', tags: ['vip'] },
  },
  bareCall: { startedAt: '2025-01-31T09:30:00Z', direction: 'web', status: 'queued' },
  profile: { name: 'Emma', voice: 'nova', tone: 'warm' },
  number: { number: '+33612345678' },
  suspension: { reason: 'Not paid.' },
  vapi: { apiKey: 'sk_alice_xxx_0001' },
  twilio: { accountSid: `AC${'a'.repeat(32)}`, authToken: '0a'.repeat(16) },
};

/** Of what the path is about. */
const idIn = (path: string, ids: Readonly<Record<string, string>>) =>
  Object.entries(ids).find(([start]) => path.startsWith(start))?.[1] ?? '';

describe('the answers', () => {
  it('have exactly the members, types and nulls that the document tells', async () => {
    const found: string[] = [];
    const check = async (id: string, asking: Promise<Answer>) => {
      const answer = await asking;
      found.push(...complaints(id, answer).map((complaint) => `${id} ${complaint}`));
      return answer;
    };
    const { client, email, refreshToken, tenantId } = alice;
    const password = 'correct horse battery staple';
    await app.sql('UPDATE users SET operator = true WHERE id = $1', [alice.userId]);

    await check(
      'POST /auth/register',
      client.post('/auth/register', { email: 'x@y.fr', password }),
    );
    await check('POST /auth/login', client.post('/auth/login', { email, password, cookie: true }));
    await check('POST /auth/refresh', client.post('/auth/refresh', { refreshToken }));
    await check(
      'POST /auth/password-reset',
      client.post('/auth/password-reset', { email: 'nobody@example.com' }),
    );
    await check('POST /auth/verify-email/resend', client.post('/auth/verify-email/resend'));
    const newAddress = { email: 'alice.new@example.com', currentPassword: password };
    await check('PATCH /me', client.patch('/me', newAddress));
    await check('POST /auth/tenant', client.post('/auth/tenant', { tenantId }));
    await check('GET /vapi-settings', client.get('/vapi-settings'));
    await check('GET /twilio-settings', client.get('/twilio-settings'));
    await check('POST /vapi-settings', client.post('/vapi-settings', bodies.vapi));
    await check('POST /twilio-settings', client.post('/twilio-settings', bodies.twilio));
    for (const url of ['/vapi-settings', '/twilio-settings']) {
      await check(`POST ${url}/verify`, client.post(`${url}/verify`));
      await check(`POST ${url}/reveal`, client.post(`${url}/reveal`, { password }));
    }
    await check('PUT /ava-profile', client.put('/ava-profile', bodies.profile));
    await check('PATCH /ava-profile', client.patch('/ava-profile', { language: 'fr-CA' }));
    const number = await check('POST /phone-numbers', client.post('/phone-numbers', bodies.number));
    const call = await check('POST /calls', client.post('/calls', bodies.call));
    await check('POST /calls', client.post('/calls', bodies.call));
    await check('POST /calls', client.post('/calls', bodies.bareCall));
    const headers = { 'content-type': 'application/x-ndjson' };
    await check('POST /calls/import', client.post('/calls/import', '{}\n', { headers }));
    for (const format of ['csv', 'ndjson', 'json']) {
      await check('GET /calls/export', client.get(`/calls/export?format=${format}`));
    }
    const [url, filter] = ['/calls/delete', { status: 'unheard-of' }] as const;
    const told = await check(`POST ${url}-preview`, client.post(`${url}-preview`, { filter }));
    await check(`POST ${url}`, client.post(url, { filter, confirm: told.body.confirm }));
    await check(
      'PATCH /onboarding',
      client.patch('/onboarding', { flags: { vapi_skipped: true } }),
    );
    await check('PATCH /me', client.patch('/me', { name: null }));
    await check('POST /tenants', client.post('/tenants', { name: 'Atelier 2' }));
    await check('PATCH /tenant', client.patch('/tenant', { name: 'Atelier' }));
    const ids = {
      '/calls': call.body.id as string,
      '/phone-numbers': number.body.id as string,
      '/admin/tenants': tenantId,
      '/admin/users': alice.userId,
    };
    await check('PATCH /calls/{id}', client.patch(`/calls/${ids['/calls']}`, { tags: [] }));
    await check(
      'PATCH /phone-numbers/{id}',
      client.patch(`/phone-numbers/${ids['/phone-numbers']}`, { label: 'Accueil' }),
    );
    const [job] = await app.sql<{ id: string }>(
      `INSERT INTO pgboss.job (name, data, state, output)
       VALUES ('mail', jsonb_build_object('tenantId', $1::text), 'failed', '{"code":"mail.rejected"}') RETURNING id`,
      [tenantId],
    );
    for (const path of Object.keys(document.paths).filter((one) => document.paths[one]?.get)) {
      await check(`GET ${path}`, client.get(withId(path, idIn(path, ids))));
    }
    const invitations = '/tenant/invitations';
    const asked = await check(
      `POST ${invitations}`,
      client.post(invitations, { email: 'guest@example.com', role: 'member' }),
    );
    const invitation = `${invitations}/${String(asked.body.id)}`;
    await check(`POST ${invitations}/{id}/resend`, client.post(`${invitation}/resend`));
    await check(`GET ${invitations}`, client.get(invitations));
    await check(`DELETE ${invitations}/{id}`, client.delete(invitation));
    for (const act of ['preview', 'accept', 'decline']) {
      const token = await invitationTo(app, email);
      await check(`POST /invitations/${act}`, client.post(`/invitations/${act}`, { token }));
    }
    const other = await register(app, 'other');
    const admin = {
      tenant: `/admin/tenants/${other.tenantId}`,
      user: `/admin/users/${other.userId}`,
    };
    await check(
      'POST /admin/tenants/{id}/suspend',
      client.post(`${admin.tenant}/suspend`, bodies.suspension),
    );
    await check('GET /admin/tenants', client.get('/admin/tenants?state=suspended'));
    await check('POST /admin/tenants/{id}/resume', client.post(`${admin.tenant}/resume`));
    await check('POST /admin/users/{id}/end-sessions', client.post(`${admin.user}/end-sessions`));
    const max = await join(app, await register(app, 'max'), { tenantId, role: 'member' });
    const ada = await join(app, await register(app, 'ada'), { tenantId, role: 'member' });
    const member = `/tenant/members/${ada.userId}`;
    await check('PATCH /tenant/members/{userId}', client.patch(member, { role: 'admin' }));
    await check('DELETE /tenant/members/{userId}', client.delete(member));
    await check(
      'POST /tenant/transfer',
      client.post('/tenant/transfer', { userId: max.userId, password }),
    );
    await check('POST /admin/jobs/{id}/retry', client.post(`/admin/jobs/${job?.id}/retry`));
    await check('GET /me/deletion-preview', client.get('/me/deletion-preview'));
    await check('DELETE /me/email-change', client.delete('/me/email-change'));
    await check('DELETE /auth/sessions', client.delete('/auth/sessions'));
    await check('DELETE /calls/{id}', client.delete(`/calls/${ids['/calls']}`));
    await check(
      'DELETE /phone-numbers/{id}',
      client.delete(`/phone-numbers/${ids['/phone-numbers']}`),
    );
    await check('DELETE /vapi-settings', client.delete('/vapi-settings'));
    await check('POST /auth/logout', client.post('/auth/logout'));

    expect(found).toEqual([]);
  });
});
