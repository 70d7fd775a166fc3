import { Injectable } from '@nestjs/common';
import { QueueDb } from '../kernel/database/queue-db';

/** Each mark clears two that are old: the table cannot grow for ever. */
const MARK = `
  WITH old AS (
    DELETE FROM pgboss.mail_attempts WHERE job_id IN (
      SELECT job_id FROM pgboss.mail_attempts WHERE attempted_at < now() - interval '60 days'
       ORDER BY attempted_at LIMIT 2 FOR UPDATE SKIP LOCKED))
  INSERT INTO pgboss.mail_attempts (job_id, attempted_at) VALUES ($1, now())
  ON CONFLICT DO NOTHING RETURNING job_id`;

/**
 * Which mails were handed over. A mark is made before, so that after a crash nobody takes a mail for unsent that may be on
 * its way already.
 */
@Injectable()
export class MailAttempts {
  constructor(private readonly db: QueueDb) {}

  /** @returns `begun` when nobody has tried before; otherwise what is known of the earlier try */
  async begin(jobId: string): Promise<'begun' | 'sent' | 'unknown'> {
    if ((await this.db.executeSql(MARK, [jobId])).rows.length > 0) return 'begun';
    const { rows } = await this.db.executeSql(
      'SELECT sent_at IS NOT NULL AS sent FROM pgboss.mail_attempts WHERE job_id = $1',
      [jobId],
    );
    return (rows as { sent: boolean }[])[0]?.sent ? 'sent' : 'unknown';
  }

  async sent(jobId: string): Promise<void> {
    await this.db.executeSql('UPDATE pgboss.mail_attempts SET sent_at = now() WHERE job_id = $1', [
      jobId,
    ]);
  }

  /** It is certain that the mail did not go out. */
  async refused(jobId: string): Promise<void> {
    await this.db.executeSql('DELETE FROM pgboss.mail_attempts WHERE job_id = $1', [jobId]);
  }
}
