import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { invitationRow } from '../support/invitation-rows';
import type { Person } from '../support/people';
import type { Row } from './table-rows';

export type Mark = (field: string) => string;

/**
 * Rows are made by SQL, so that each text column, also those that no route writes, holds a text found nowhere else.
 * A new table with a tenant or user gets its row here; the suite tells when one is missing.
 */
export function rowsOf(
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
  const receipt = () => ({
    ...{ tenant_id: tenantId, id: randomUUID(), at: since, erased_by: userId },
    ...{ number_hash: mark('number-hash'), signature: mark('signature') },
    ...{ calls_erased: 1, mentions_masked: 1 },
  });
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
    invitations: [
      {
        ...invitationRow({ tenantId, inviter: userId, email: `${mark('closed')}@example.com` }),
        created_at: since,
        accepted_at: since,
        accepted_by: userId,
      },
    ],
    calls: [call(), call()],
    audit_events: [event, { ...event, id: randomUUID() }],
    retention_settings: [
      {
        ...{ tenant_id: tenantId, call_days: 36_500, changed_at: since, next_run_at: '2099-01-01' },
        ...{ transcripts_removed: 0, calls_removed: 0 },
      },
    ],
    erasure_receipts: [receipt(), receipt()],
    'pgboss.job': [job],
    phone_numbers_quarantine: [{ ...quarantined, reason: 'orphan', quarantined_at: since }],
  };
}

/** Rows that registration has made already. */
export function changesOf(
  mark: Mark,
): Record<string, { key: 'tenant_id' | 'id' | 'user_id'; to: Row }> {
  const profile = ['name', 'voice', 'tone', 'language', 'first_message', 'instructions'];
  return {
    ava_profiles: {
      key: 'tenant_id',
      to: Object.fromEntries(profile.map((field) => [field, mark(field)])),
    },
    // Left over, as it were: only what is suspended shows it.
    tenants: { key: 'id', to: { suspended_reason: mark('suspended') } },
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
