/** What a check saw, as a code and values; the texts of each language make a sentence of it. */
export interface Evidence {
  readonly code: EvidenceCode;
  readonly values: Readonly<Record<string, string | number>>;
  /** null when it could not be seen. */
  readonly holds: boolean | null;
}

export type EvidenceCode =
  | 'key.there'
  | 'key.absent'
  | 'key.idle'
  | 'column.there'
  | 'column.absent'
  | 'column.optional'
  | 'column.sealed_type'
  | 'column.open_type'
  | 'policy.there'
  | 'policy.loose'
  | 'policy.absent'
  | 'policy.off'
  | 'policy.unforced'
  | 'policy.forced'
  | 'policy.earlier'
  | 'grant.secret'
  | 'grant.secrets_closed'
  | 'grant.exact'
  | 'grant.missing'
  | 'grant.extra'
  | 'function.loose'
  | 'function.fenced'
  | 'function.same'
  | 'function.changed'
  | 'function.missing'
  | 'function.unknown'
  | 'function.earlier'
  | 'route.own'
  | 'route.default'
  | 'route.no_default'
  | 'route.no_roles'
  | 'route.closed'
  | 'route.public'
  | 'route.unguarded'
  | 'route.operator'
  | 'route.no_permission'
  | 'count.hidden'
  | 'count.credentials'
  | 'count.users_without_tenant'
  | 'count.tenants_without_owner'
  | 'count.orphans'
  | 'count.no_orphans'
  | 'key_id.current'
  | 'key_id.old'
  | 'key_id.seen'
  | 'key_id.none'
  | 'key_id.unbound'
  | 'age.credentials'
  | 'operators.none'
  | 'operators.count'
  | 'operators.idle'
  | 'login.plain'
  | 'login.power'
  | 'login.absent'
  | 'login.unknown'
  | 'backup.verified'
  | 'backup.unknown'
  | 'tls.on'
  | 'tls.local'
  | 'tls.off'
  | 'tls.unknown'
  | 'pages.open'
  | 'pages.closed';

/** Worth points: the summary of the brief. They sum up to 100. */
export const points = {
  'isolation-user': 20,
  'isolation-tenant': 20,
  'one-profile': 5,
  routes: 15,
  cascade: 15,
  encryption: 15,
  'foreign-key': 5,
  'user-tenant': 5,
} as const;

/** Beyond the brief: told, and worth no points. */
export const hardening = [
  'policies',
  'grants',
  'functions',
  'function-bodies',
  'login',
  'column-type',
  'sealing-keys',
  'credential-age',
  'operators',
  'backups',
  'orphans',
  'users-without-tenant',
  'tenants-without-owner',
  'tls',
  'open-pages',
] as const;

export type ItemId = keyof typeof points;
export type FindingId = (typeof hardening)[number];
