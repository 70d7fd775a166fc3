import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import type { TestApp } from '../support/app';
import { login, register, type Person } from '../support/people';
import { mailTokensOf, saveCredentials } from './customer-secrets';

type Role = 'owner' | 'admin' | 'member';

/** What can be named in a request: by its owner with success, by anybody else in vain. */
export interface Ids {
  readonly tenantId: string;
  readonly userId: string;
  /** Somebody else in the same tenant. */
  readonly colleagueId: string;
  readonly callId: string;
  readonly phoneNumberId: string;
  readonly sessionId: string;
  /** Of a job that failed. */
  readonly jobId: string;
  readonly callCursor: string;
  readonly phoneNumberCursor: string;
  readonly memberCursor: string;
}

/** Somebody with a tenant of their own in which there are rows of every kind. */
export interface Customer extends Person, Ids {
  readonly tenantName: string;
  readonly mailTokens: Awaited<ReturnType<typeof mailTokensOf>>;
  /** What only this customer knows and no table holds as it is. */
  readonly secrets: readonly string[];
}

type Row = Readonly<Record<string, unknown>>;
type Mark = (field: string) => string;

/**
 * Rows are made by SQL, so that each text column, also those that no route writes, holds a text found nowhere else.
 * A new table with a tenant or user gets its row here; the suite tells when one is missing.
 */
function rowsOf(
  { tenantId, userId }: Person,
  { mark, since }: { mark: Mark; since: string },
): Record<string, Row[]> {
  const owner = { tenant_id: tenantId, created_at: since };
  const number = () => ({
    ...owner,
    org_id: userId,
    id: randomUUID(),
    number: phoneNumber(),
    label: mark('label'),
    provider: mark('provider'),
    provider_sid: mark('sid'),
  });
  const numbers = [number(), number()];
  const call = () => ({
    ...owner,
    id: randomUUID(),
    phone_number_id: numbers[0]?.id,
    customer: phoneNumber(),
    transcript: mark('transcript'),
    summary: mark('summary'),
    status: mark('status'),
    direction: mark('direction'),
    started_at: since,
    duration_seconds: 240,
    ended_reason: mark('reason'),
    recording_url: `https://example.com/${mark('recording')}.mp3`,
    provider: mark('provider'),
    provider_call_id: mark('provider-call'),
    messages: [{ role: 'bot', message: mark('message') }],
    notes: mark('notes'),
    tags: [mark('tag')],
  });
  const event = {
    id: randomUUID(),
    at: since,
    tenant_id: tenantId,
    actor_id: userId,
    subject_id: userId,
    action: 'credential.use',
    target: 'vapi',
    request_id: mark('request'),
    ip: address(),
    details: { note: mark('details') },
  };
  const job = {
    id: randomUUID(),
    name: 'mail',
    data: { tenantId, userId, payload: { id: mark('payload') } },
    state: 'failed',
    singleton_key: mark('key'),
    output: { code: 'job.error', note: mark('output') },
    created_on: since,
    completed_on: since,
  };
  const { provider: _provider, provider_sid: _sid, ...quarantined } = number();
  return {
    phone_numbers: numbers,
    calls: [call(), call()],
    audit_events: [event],
    'pgboss.job': [job],
    phone_numbers_quarantine: [{ ...quarantined, reason: 'orphan', quarantined_at: since }],
  };
}

/** Rows that registration has made already. */
function changesOf(mark: Mark): Record<string, { key: 'tenant_id' | 'id' | 'user_id'; to: Row }> {
  const profile = ['name', 'voice', 'tone', 'language', 'first_message', 'instructions'];
  return {
    ava_profiles: {
      key: 'tenant_id',
      to: Object.fromEntries(profile.map((field) => [field, mark(field)])),
    },
    users: { key: 'id', to: { onboarding_flags: { [mark('flag')]: mark('flag') } } },
    sessions: {
      key: 'user_id',
      to: {
        ip: address(),
        user_agent: mark('agent'),
        previous_hash: `\\x${randomBytes(32).toString('hex')}`,
      },
    },
  };
}

const address = () => {
  const group = () => `a${randomInt(0x1000).toString(16).padStart(3, '0')}`;
  return `2001:db8:${group()}:${group()}:${group()}:${group()}:1:1`;
};

const phoneNumber = () => `+336${randomInt(1e8).toString().padStart(8, '0')}`;

interface Making {
  /** In the tenant; with any but owner, somebody else owns it. */
  readonly role?: Role;
  /** When the rows were made. */
  readonly since?: string;
}

export async function customer(
  app: TestApp,
  name: string,
  { role = 'owner', since = '2025-01-31T09:30:00Z' }: Making = {},
): Promise<Customer> {
  const mark: Mark = (field) => `${name}-${field}-${randomBytes(6).toString('hex')}`;
  const tenantName = mark('tenant');
  const person = await register(app, name, { name: mark('name'), tenantName });
  const credentials = await saveCredentials(person);
  const other = await login(app, person.email);
  const named = await plant(app, person, { mark, since });
  const mailTokens = await mailTokensOf(app, person, mark);
  const colleagueId = await colleague(app, person, 'member');
  if (role !== 'owner') await demote(app, person, role);
  return {
    ...person,
    ...named,
    tenantName,
    mailTokens,
    colleagueId,
    sessionId: claimsOf(other.accessToken).sid,
    callCursor: await cursorOf(person, '/calls'),
    phoneNumberCursor: await cursorOf(person, '/phone-numbers'),
    memberCursor: await cursorOf(person, '/tenant/members'),
    secrets: [
      ...credentials,
      ...[person.accessToken, person.refreshToken, other.refreshToken],
      ...Object.values(mailTokens),
    ],
  };
}

async function plant(app: TestApp, person: Person, how: { mark: Mark; since: string }) {
  const rows = rowsOf(person, how);
  for (const [table, some] of Object.entries(rows)) await insert(app, table, some);
  for (const [table, { key, to }] of Object.entries(changesOf(how.mark))) {
    const id = key === 'tenant_id' ? person.tenantId : person.userId;
    await update(app, table, { key, id, to });
  }
  const idOf = (table: string) => rows[table]?.[0]?.id as string;
  return {
    callId: idOf('calls'),
    phoneNumberId: idOf('phone_numbers'),
    jobId: idOf('pgboss.job'),
  };
}

async function cursorOf({ client }: Person, list: string): Promise<string> {
  return (await client.get(`${list}?limit=1`)).body.nextCursor;
}

/** Ids of the same form that were never given to anything. */
export const absent = ({ callCursor, phoneNumberCursor, memberCursor }: Ids): Ids => ({
  tenantId: randomUUID(),
  userId: randomUUID(),
  colleagueId: randomUUID(),
  callId: randomUUID(),
  phoneNumberId: randomUUID(),
  sessionId: randomUUID(),
  jobId: randomUUID(),
  callCursor: madeUp(callCursor),
  phoneNumberCursor: madeUp(phoneNumberCursor),
  memberCursor: madeUp(memberCursor),
});

/** The cursor with another MAC: of the right form, but given to nobody. */
const madeUp = (cursor: string) => `${randomBytes(12).toString('base64url')}${cursor.slice(16)}`;

const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { sid: string };

async function insert(app: TestApp, table: string, rows: Row[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {}).join(', ');
  await app.sql(
    `INSERT INTO ${table} (${columns}) SELECT ${columns} FROM jsonb_populate_recordset(NULL::${table}, $1)`,
    [JSON.stringify(rows)],
  );
}

async function update(
  app: TestApp,
  table: string,
  { key, id, to }: { key: string; id: string; to: Row },
): Promise<void> {
  const changes = Object.keys(to).map((column) => `${column} = changed.${column}`);
  await app.sql(
    `UPDATE ${table} SET ${changes.join(', ')} FROM jsonb_populate_record(NULL::${table}, $1) AS changed
      WHERE ${table}.${key} = $2`,
    [JSON.stringify(to), id],
  );
}

async function colleague(app: TestApp, { tenantId }: Person, role: Role): Promise<string> {
  const id = randomUUID();
  await app.sql(
    `WITH made AS (
       INSERT INTO users (id, email, password_hash) VALUES ($1, $1::uuid || '@example.com', 'x') RETURNING id)
     INSERT INTO memberships (tenant_id, user_id, role) SELECT $2, id, $3 FROM made`,
    [id, tenantId, role],
  );
  return id;
}

/** Somebody else owns the tenant first. */
async function demote(app: TestApp, person: Person, role: Role): Promise<void> {
  await colleague(app, person, 'owner');
  await app.sql('UPDATE memberships SET role = $3 WHERE tenant_id = $1 AND user_id = $2', [
    person.tenantId,
    person.userId,
    role,
  ]);
}
