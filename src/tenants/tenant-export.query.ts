/** One page of rows of one kind, by key: `$1` the tenant, `$2` and `$3` where the page before ended, `$4` how many. */
interface Part {
  readonly type: string;
  /** Rows a page. Few where a row may have megabytes, as a page is what is held in memory. */
  readonly rows: number;
  readonly sql: string;
}

const MANY = 100;
const FEW = 10;

/** The key as text is exact to the microsecond, which a Date is not. */
const page = (columns: string, table: string, at = 'created_at') =>
  `SELECT id AS "$id", ${at}::text AS "$at", id, ${columns} FROM ${table}
    WHERE tenant_id = $1 AND ($2::timestamptz IS NULL OR (${at}, id) > ($2::timestamptz, $3::uuid))
    ORDER BY ${at}, id LIMIT $4`;

/** There is one: what comes after it is nothing. */
const single = (columns: string, from: string) =>
  `SELECT ${columns} FROM ${from}
    AND $2::timestamptz IS NULL AND $3::uuid IS NULL LIMIT $4`;

/** Everything that is the tenant's, column by column: what is not named here does not leave, and no credential is the tenant's. */
export const parts: readonly Part[] = [
  {
    type: 'tenant',
    rows: MANY,
    sql: single('id, name, created_at AS "createdAt"', 'tenants WHERE id = $1'),
  },
  {
    type: 'member',
    rows: MANY,
    sql: `SELECT id AS "$id", joined_at::text AS "$at", id AS "userId", name, email, role, joined_at AS "joinedAt"
            FROM ava.members($2, $3, $4) WHERE $1::uuid IS NOT NULL`,
  },
  {
    type: 'invitation',
    rows: MANY,
    sql: page(
      `email, role, invited_by AS "invitedBy", created_at AS "createdAt", expires_at AS "expiresAt",
       accepted_at AS "acceptedAt", accepted_by AS "acceptedBy", declined_at AS "declinedAt", revoked_at AS "revokedAt"`,
      'invitations',
    ),
  },
  {
    type: 'ava_profile',
    rows: MANY,
    sql: single(
      `name, voice, tone, language, first_message AS "firstMessage", instructions, version,
       created_at AS "createdAt", updated_at AS "updatedAt"`,
      'ava_profiles WHERE tenant_id = $1',
    ),
  },
  {
    type: 'phone_number',
    rows: MANY,
    sql: page(
      'number, label, provider, org_id AS "ownerId", created_at AS "createdAt"',
      'phone_numbers',
    ),
  },
  {
    type: 'call',
    rows: FEW,
    sql: page(
      `customer, status, direction, started_at AS "startedAt", ended_at AS "endedAt",
       duration_seconds AS "durationSeconds", summary, phone_number_id AS "phoneNumberId", cost::float8 AS cost,
       ended_reason AS "endedReason", transcript, messages, recording_url AS "recordingUrl", provider,
       provider_call_id AS "providerCallId", notes, tags, erased_at AS "erasedAt", created_at AS "createdAt"`,
      'calls',
      'sorted_at',
    ),
  },
  {
    type: 'retention',
    rows: MANY,
    sql: single(
      `transcript_days AS "transcriptDays", call_days AS "callDays", changed_at AS "changedAt",
       last_run_at AS "lastRunAt"`,
      'retention_settings WHERE tenant_id = $1',
    ),
  },
  {
    type: 'erasure_receipt',
    rows: MANY,
    sql: page(
      `at, erased_by AS by, number_hash AS "numberHash", calls_erased AS "callsErased",
       mentions_masked AS "mentionsMasked", signature`,
      'erasure_receipts',
      'at',
    ),
  },
  {
    type: 'audit_event',
    rows: MANY,
    sql: page(
      // Which operator it was, and from where, is not the tenant's to know.
      `at, CASE WHEN NOT by_operator THEN actor_id END AS "actorId", by_operator AS "byOperator",
       subject_id AS "subjectId", action, target, request_id AS "requestId",
       CASE WHEN NOT by_operator THEN host(ip) END AS ip, details`,
      'audit_events',
      'at',
    ),
  },
];
