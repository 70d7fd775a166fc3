import PgBoss from 'pg-boss';
import type { MigrationInterface, QueryRunner } from 'typeorm';
import { ensurePlanes } from '../src/kernel/database/plane-roles';
import { JOB_FUNCTIONS_DOWN, JOB_FUNCTIONS_UP } from './support/job-functions';
import { makeQueue } from './support/queues';

const TABLES = [
  'version',
  'queue',
  'schedule',
  'subscription',
  'job',
  'archive',
  // Ours: which mails were handed over, so that none is sent twice.
  'mail_attempts',
];

/**
 * The queue: tables as the installed library makes them. A later version of the library is a migration of its own, with
 * `PgBoss.getMigrationPlans` from the version that stands in `pgboss.version`, and nothing to do where that is the new one.
 */
export class Jobs1764000012000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await ensurePlanes(q);
    await q.query(withoutTransaction(PgBoss.getConstructionPlans('pgboss')));
    await q.query(`
      CREATE INDEX job_id_idx ON pgboss.job (id);
      CREATE INDEX job_state_idx ON pgboss.job (state, created_on DESC, id DESC);
      CREATE INDEX job_waiting_idx ON pgboss.job (name, (coalesce(data->>'tenantId', data->>'userId'))) WHERE state < 'active'`);
    await q.query(`
      CREATE TABLE pgboss.mail_attempts (
        job_id uuid NOT NULL CONSTRAINT mail_attempts_pkey PRIMARY KEY,
        attempted_at timestamptz NOT NULL,
        sent_at timestamptz);
      CREATE INDEX mail_attempts_attempted_at_idx ON pgboss.mail_attempts (attempted_at)`);
    for (const table of TABLES) await q.query(protect(table));
    await makeQueue(q, 'mail');
    await q.query(JOB_FUNCTIONS_UP);
  }

  /** Jobs that wait are lost. The role stays, as the others do. */
  async down(q: QueryRunner): Promise<void> {
    await q.query(JOB_FUNCTIONS_DOWN);
    await q.query('DROP SCHEMA pgboss CASCADE');
  }
}

/** The library's text is a transaction with time-outs of its own; here it belongs to that of all migrations. */
function withoutTransaction(plans: string): string {
  return plans.replace(/^\s*BEGIN;(?:\s*SET LOCAL [^;]+;)*/, '').replace(/COMMIT;\s*$/, '');
}

/** Whoever becomes ava_queue without the server's proof sees and writes nothing. */
function protect(table: string): string {
  const rows = '(SELECT ava.is_server())';
  return `
    ALTER TABLE pgboss.${table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
    CREATE POLICY ${table}_owner ON pgboss.${table} TO ava_owner USING (true) WITH CHECK (true);
    CREATE POLICY ${table}_queue ON pgboss.${table} TO ava_queue USING (${rows}) WITH CHECK (${rows})`;
}
