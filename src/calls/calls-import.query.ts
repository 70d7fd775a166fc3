/** Fields of a line → their columns. `provider` and `providerCallId` are the key by which a call is known again. */
const columns = {
  startedAt: ['started_at', 'timestamptz'],
  endedAt: ['ended_at', 'timestamptz'],
  direction: ['direction', 'text'],
  status: ['status', 'text'],
  customer: ['customer', 'text'],
  transcript: ['transcript', 'text'],
  summary: ['summary', 'text'],
  durationSeconds: ['duration_seconds', 'integer'],
  endedReason: ['ended_reason', 'text'],
  cost: ['cost', 'numeric(12,6)'],
  recordingUrl: ['recording_url', 'text'],
  phoneNumberId: ['phone_number_id', 'uuid'],
  messages: ['messages', 'jsonb'],
  notes: ['notes', 'text'],
  tags: ['tags', 'text[]'],
} as const;
const key = {
  provider: ['provider', 'text'],
  providerCallId: ['provider_call_id', 'text'],
} as const;

const all = Object.entries({ ...columns, ...key });
const rows = `jsonb_to_recordset($2::jsonb) AS r(id uuid, given text[], ${all
  .map(([field, [, type]]) => `"${field}" ${type}`)
  .join(', ')})`;

/** `$1` the tenant, `$2` the calls. Those that are there already are left out. */
export const insertNew = `INSERT INTO calls (tenant_id, id, ${all.map(([, [column]]) => column).join(', ')})
  SELECT $1, r.id, ${all.map(([field]) => `r."${field}"`).join(', ')} FROM ${rows}
  ON CONFLICT DO NOTHING RETURNING id`;

const changed = Object.entries(columns).map(([field, [column]]) => {
  const given = `'${field}' = ANY (r.given)`;
  return {
    set: `${column} = CASE WHEN ${given} THEN r."${field}" ELSE c.${column} END`,
    differs: `${given} AND c.${column} IS DISTINCT FROM r."${field}"`,
  };
});

/**
 * Those that were there before: fields that a line has not stay as they are, and so does a call that differs in none. What was erased at
 * its caller’s wish stays erased.
 */
export const updateChanged = `UPDATE calls c
  SET ${changed.map(({ set }) => set).join(', ')}, updated_at = now()
  FROM ${rows}
  WHERE c.tenant_id = $1 AND c.provider = r.provider AND c.provider_call_id = r."providerCallId" AND c.id <> r.id
    AND c.erased_at IS NULL AND (${changed.map(({ differs }) => differs).join(' OR ')})
  RETURNING c.id`;

/** Which numbers the tenant has; they stay until the calls on them are stored. */
export const knownNumbers =
  'SELECT id FROM phone_numbers WHERE tenant_id = $1 AND id = ANY ($2::uuid[]) FOR KEY SHARE';
