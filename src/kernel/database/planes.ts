/** What a plane may do with a table: every column, or those named. */
export type Columns = '*' | readonly string[];
export interface Rights {
  readonly select?: Columns;
  readonly insert?: Columns;
  readonly update?: Columns;
  readonly delete?: true;
}

export type Plane = 'tenant' | 'identity' | 'operator' | 'queue';
export const planes: readonly Plane[] = ['tenant', 'identity', 'operator', 'queue'];

/**
 * `tenant`: rows of one tenant, `tenant_id` first in every key. `person`: rows of one user, or the tenant itself.
 * `trail`: rows of a tenant that outlive it.
 */
interface Table extends Partial<Record<Exclude<Plane, 'queue'>, Rights>> {
  readonly kind: 'tenant' | 'person' | 'trail';
}

const credentials = ['vapi', 'twilio'].flatMap((provider) =>
  ['updated_at', 'verified_at', 'status'].map((name) => `${provider}_${name}`),
);
const secrets = ['vapi_api_key', 'twilio_account_sid', 'twilio_auth_token'];
const account = [
  ...['id', 'email', 'email_verified_at', 'name', 'locale', 'onboarding_flags'],
  ...['created_at', 'updated_at'],
];
const session = ['id', 'user_id', 'tenant_id', 'created_at', 'last_seen_at', 'expires_at'];
/** Neither when it was nor who did it: the database fills in both. */
const event = ['id', 'tenant_id', 'subject_id', 'action', 'target', 'request_id', 'ip', 'details'];
/** What operators see of an event: neither from where it was done nor what else is told of it. */
const told = [
  ...event.filter((name) => name !== 'ip' && name !== 'details'),
  'at',
  'actor_id',
  'by_operator',
];
const device = ['revoked_at', 'ip', 'user_agent'];

/** Every table that holds somebody's rows, with the least that each plane needs. Applied at the end of each migration. */
export const tables: Readonly<Record<string, Table>> = {
  tenants: {
    kind: 'person',
    tenant: { select: '*', update: ['name'], delete: true },
    operator: { select: '*' },
  },
  users: {
    kind: 'person',
    tenant: {
      select: [...account, ...secrets, ...credentials],
      update: ['name', 'locale', 'onboarding_flags', 'updated_at', ...secrets, ...credentials],
    },
    identity: {
      select: [...account, 'operator', 'password_hash', 'password_changed_at'],
      insert: ['id', 'email', 'password_hash', 'name', 'locale'],
      update: ['email', 'email_verified_at', 'password_hash', 'password_changed_at', 'updated_at'],
      delete: true,
    },
    operator: { select: ['id', 'email', 'name', 'locale', 'operator', 'created_at'] },
  },
  sessions: {
    kind: 'person',
    tenant: { select: [...session, ...device], update: ['revoked_at'] },
    identity: { select: '*', insert: '*', update: '*', delete: true },
    operator: { select: [...session, 'revoked_at'] },
  },
  account_tokens: {
    kind: 'person',
    tenant: { select: ['user_id', 'purpose', 'email', 'expires_at', 'used_at'] },
    identity: { select: '*', insert: '*', update: '*', delete: true },
  },
  memberships: {
    kind: 'tenant',
    tenant: { select: '*' },
    identity: { select: '*' },
    operator: { select: '*' },
  },
  invitations: { kind: 'tenant', tenant: { select: '*' } },
  calls: {
    kind: 'tenant',
    tenant: { select: '*', insert: '*', update: '*', delete: true },
    operator: {
      select: [
        'tenant_id',
        'id',
        'status',
        'direction',
        'started_at',
        'ended_at',
        'duration_seconds',
        'cost',
        'provider',
        'created_at',
        'sorted_at',
      ],
    },
  },
  call_texts: { kind: 'tenant', tenant: { select: '*' } },
  call_events: { kind: 'tenant', tenant: { select: '*' } },
  call_feeds: { kind: 'tenant', tenant: { select: '*' } },
  ava_profiles: {
    kind: 'tenant',
    tenant: { select: '*', update: '*' },
    identity: { insert: '*' },
    operator: { select: ['tenant_id', 'version', 'created_at', 'updated_at'] },
  },
  audit_events: {
    kind: 'trail',
    tenant: { select: '*', insert: event },
    identity: { insert: event },
    operator: { select: told, insert: event },
  },
  phone_numbers: {
    kind: 'tenant',
    tenant: { select: '*', insert: '*', update: '*', delete: true },
    operator: { select: ['tenant_id', 'id', 'provider', 'created_at'] },
  },
  retention_settings: { kind: 'tenant', tenant: { select: '*', insert: '*', update: '*' } },
  erasure_receipts: { kind: 'tenant', tenant: { select: '*', insert: '*' } },
};

/** Tables that no plane reaches, each with the reason why it needs no policy. */
export const globalTables: Readonly<Record<string, string>> = {
  typeorm_migrations: 'Names of migrations; the login may read it to tell what is pending.',
  migration_reports: 'Reports for the operator; read as the owner only.',
  phone_numbers_quarantine:
    'Rows that a migration set aside for the operator; read as the owner only.',
  'ava.server_proofs': 'Hashes by which the database knows its server; read by functions only.',
  'ava.rate_limits': 'Counters under hashed keys; counted by a function only.',
};

/**
 * The queue's own tables: of tenants and users they hold ids. Only plane `queue` has rights to them, and only with the
 * server's proof does it see a row. The queues themselves are partitions of `pgboss.job`, which nobody reaches directly.
 */
export const queueTables: Readonly<Record<string, Rights>> = {
  'pgboss.version': { select: '*', update: ['maintained_on'] },
  'pgboss.queue': { select: '*' },
  'pgboss.job': { select: '*', insert: '*', update: '*', delete: true },
  'pgboss.archive': { select: '*', insert: '*', delete: true },
  'pgboss.mail_attempts': {
    select: '*',
    insert: ['job_id', 'attempted_at'],
    update: ['sent_at'],
    delete: true,
  },
  'pgboss.schedule': {},
  'pgboss.subscription': {},
};

/** Every table with what a plane may do with it. */
export function rightsOn(plane: Plane): [table: string, rights: Rights][] {
  if (plane === 'queue') return Object.entries(queueTables);
  return Object.entries(tables).map(([table, { [plane]: rights = {} }]) => [table, rights]);
}

/** Functions of schema `ava` that the server's login and each plane may call; the policies' own are for every plane. */
export const callable = {
  login: [
    'enter_tenant',
    'enter_identity',
    'enter_operator',
    'enter_queue',
    'enter_job',
    'standing',
    'suspension',
    'open_job',
    'watch_calls',
  ],
  policies: ['tenant_id', 'user_id', 'operator_id', 'identity_user', 'is_server', 'claimed'],
  tenant: [
    'my_tenants',
    'my_credential_usage',
    'enqueue',
    'members',
    'member',
    'set_member_role',
    'remove_member',
    'transfer_tenant',
    'invitation_state',
    'invite',
    'resend_invitation',
    'revoke_invitation',
    'note_delivery',
    'fold',
    'word_forms',
    'call_query',
    'matching_calls',
  ],
  identity: [
    'find_account',
    'session_owner',
    'open_tenant',
    'my_tenants',
    'others_in',
    'hand_over_numbers',
    'find_login',
    'take_turns',
    'enqueue',
    'find_invitation',
    'accept_invitation',
    'decline_invitation',
    'token_owner',
    'sweep_account_tokens',
    'my_events',
    'my_numbers',
    'my_invitations',
    'departure',
    'my_credentials',
  ],
  operator: [
    'security_counts',
    'list_jobs',
    'retry_job',
    'find_tenants',
    'find_users',
    'installation_counts',
    'suspend_tenant',
    'resume_tenant',
    'end_sessions',
  ],
  queue: ['schedule_retention'],
} as const satisfies Record<Plane | 'login' | 'policies', readonly string[]>;
