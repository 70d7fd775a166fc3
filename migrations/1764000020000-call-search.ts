import type { MigrationInterface, QueryRunner } from 'typeorm';
import { SEARCH_FUNCTIONS_DOWN, SEARCH_FUNCTIONS_UP } from './support/search-functions';

/** The words of each call, beside it: in the row they would slow down every list. Earlier calls are indexed here. */
export class CallSearch1764000020000 implements MigrationInterface {
  async up(q: QueryRunner): Promise<void> {
    await q.query(`
      CREATE TABLE call_texts (
        tenant_id uuid NOT NULL CONSTRAINT call_texts_tenant_id_fkey REFERENCES tenants(id) ON DELETE CASCADE,
        id uuid NOT NULL,
        sorted_at timestamptz NOT NULL,
        vector tsvector NOT NULL,
        CONSTRAINT call_texts_pkey PRIMARY KEY (tenant_id, id),
        CONSTRAINT call_texts_call_fkey FOREIGN KEY (tenant_id, id)
          REFERENCES calls (tenant_id, id) ON UPDATE CASCADE ON DELETE CASCADE);
      ${SEARCH_FUNCTIONS_UP};
      INSERT INTO call_texts (tenant_id, id, sorted_at, vector)
        SELECT tenant_id, id, sorted_at, ava.call_vector(tenant_id, summary, transcript) FROM calls;
      -- What is pending in the index is read by every search, so it is kept short.
      CREATE INDEX call_texts_vector_idx ON call_texts USING gin (vector) WITH (gin_pending_list_limit = 256);
      ALTER TABLE call_texts ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
      CREATE POLICY call_texts_owner ON call_texts TO ava_owner USING (true) WITH CHECK (true);
      CREATE POLICY call_texts_tenant ON call_texts TO ava_tenant
        USING (tenant_id = (SELECT ava.tenant_id())) WITH CHECK (tenant_id = (SELECT ava.tenant_id()));
      CREATE POLICY call_texts_operator ON call_texts TO ava_operator
        USING ((SELECT ava.operator_id()) IS NOT NULL) WITH CHECK ((SELECT ava.operator_id()) IS NOT NULL);
      ANALYZE call_texts`);
  }

  async down(q: QueryRunner): Promise<void> {
    await q.query(`${SEARCH_FUNCTIONS_DOWN}; DROP TABLE call_texts`);
  }
}
