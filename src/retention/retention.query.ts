/** What a transcript is here: everything that was said, or was made of it. */
const HAS_CONTENT =
  '(transcript IS NOT NULL OR messages IS NOT NULL OR summary IS NOT NULL OR recording_url IS NOT NULL)';

/** Before this moment; of calls without a start, when they were recorded. No days, and nothing is before it. */
const before = (days: string) => `sorted_at < now() - ${days}::integer * interval '24 hours'`;

const calls = `calls WHERE tenant_id = $1 AND ${before('$2')}`;
const transcripts = (callDays: string, days: string) =>
  `calls WHERE tenant_id = $1 AND ${before(days)} AND ${HAS_CONTENT}
     AND sorted_at >= coalesce(now() - ${callDays}::integer * interval '24 hours', '-infinity')`;

/** `$1` the tenant, `$2` days of calls, `$3` days of transcripts. */
export const PREVIEW = `
  SELECT (SELECT count(*) FROM ${calls})::integer AS calls,
         (SELECT count(*) FROM ${transcripts('$2', '$3')})::integer AS transcripts,
         least((SELECT min(sorted_at) FROM ${calls}), (SELECT min(sorted_at) FROM ${transcripts('$2', '$3')})) AS oldest`;

/** `$1` the tenant, `$2` the days, `$3` how many at most; the oldest first. */
export const DELETE_CALLS = `
  WITH gone AS (
    DELETE FROM calls WHERE tenant_id = $1 AND id IN (
      SELECT id FROM ${calls} ORDER BY sorted_at LIMIT $3) RETURNING 1)
  SELECT count(*)::integer AS count FROM gone`;

export const CLEAR_TRANSCRIPTS = `
  WITH cleared AS (
    UPDATE calls SET transcript = NULL, messages = NULL, summary = NULL, recording_url = NULL, updated_at = now()
     WHERE tenant_id = $1 AND id IN (
       SELECT id FROM calls WHERE tenant_id = $1 AND ${before('$2')} AND ${HAS_CONTENT}
        ORDER BY sorted_at LIMIT $3) RETURNING 1)
  SELECT count(*)::integer AS count FROM cleared`;
