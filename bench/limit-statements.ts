const summary = `id, customer, status, direction, started_at AS "startedAt", ended_at AS "endedAt",
  duration_seconds AS "durationSeconds", summary, phone_number_id AS "phoneNumberId", cost::float8 AS cost,
  ended_reason AS "endedReason", created_at AS "createdAt"`;

const settings = `vapi_api_key AS key, vapi_updated_at AS "updatedAt", vapi_verified_at AS "verifiedAt",
  vapi_status AS status`;

const page = (after: string) => `SELECT ${summary}, sorted_at::text AS at FROM calls
  WHERE tenant_id = $1 ${after} ORDER BY sorted_at DESC, id DESC LIMIT $2`;

export const firstPage = { name: 'first', text: page('') };

export const nextPage = {
  name: 'next',
  text: page('AND (sorted_at, id) < ($3::timestamptz, $4::uuid)'),
};

export const oneCall = {
  name: 'one',
  text: `SELECT ${summary}, transcript, messages, recording_url AS "recordingUrl", provider,
      provider_call_id AS "providerCallId", notes, tags, erased_at AS "erasedAt"
    FROM calls WHERE tenant_id = $1 AND id = $2`,
};

export const readSettings = {
  name: 'settings',
  text: `SELECT ${settings} FROM users WHERE id = $1`,
};

export const saveSettings = {
  name: 'save',
  text: `UPDATE users SET vapi_api_key = $2, vapi_updated_at = now(), vapi_verified_at = NULL,
      vapi_status = 'unverified' WHERE id = $1 RETURNING ${settings}`,
};
