import { ids, type Queryable } from '../../src/kernel/database/migration-tools';

/**
 * What holds for every queue: seven tries within about an hour, two minutes for a try before the job is taken for lost,
 * fourteen days to wait at most.
 */
const RULES = {
  policy: 'standard',
  retryLimit: 6,
  retryDelay: 30,
  retryBackoff: true,
  expireInSeconds: 120,
  retentionMinutes: 14 * 24 * 60,
};

/** A queue is a partition of `pgboss.job`. It is reached through its parent only, so nobody but the owner gets a policy. */
export async function makeQueue(q: Queryable, name: string): Promise<void> {
  await q.query('SELECT pgboss.create_queue($1, $2)', [name, JSON.stringify(RULES)]);
  const [partition = ''] = await ids(
    q,
    `SELECT format('pgboss.%I', partition_name) AS id FROM pgboss.queue WHERE name = $1`,
    [name],
  );
  await q.query(`
    ALTER TABLE ${partition} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    CREATE POLICY queue_owner ON ${partition} TO ava_owner USING (true) WITH CHECK (true)`);
}
