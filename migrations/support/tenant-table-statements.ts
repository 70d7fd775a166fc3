/** The statements that give each tenant table its final shape, with `tenant_id` first in every key, and back. */

export const PHONE_NUMBERS_UP = `
  ALTER TABLE phone_numbers
    DROP CONSTRAINT phone_numbers_pkey,
    ALTER COLUMN tenant_id SET NOT NULL,
    ALTER COLUMN updated_at SET NOT NULL,
    ALTER COLUMN updated_at SET DEFAULT now(),
    ALTER COLUMN number TYPE text,
    ALTER COLUMN label TYPE text,
    ADD COLUMN provider text,
    ADD COLUMN provider_sid text,
    ADD CONSTRAINT phone_numbers_pkey PRIMARY KEY (tenant_id, id),
    ADD CONSTRAINT phone_numbers_number_key UNIQUE (tenant_id, number),
    ADD CONSTRAINT phone_numbers_tenant_id_fkey FOREIGN KEY (tenant_id)
      REFERENCES tenants(id) ON DELETE CASCADE,
    ADD CONSTRAINT phone_numbers_membership_fkey FOREIGN KEY (tenant_id, org_id)
      REFERENCES memberships (tenant_id, user_id) DEFERRABLE INITIALLY DEFERRED;
  ALTER INDEX ix_phone_numbers_org_id RENAME TO phone_numbers_org_id_idx;
  CREATE INDEX phone_numbers_created_at_idx ON phone_numbers (tenant_id, created_at DESC, id DESC)`;

export const PHONE_NUMBERS_DOWN = `
  DROP INDEX phone_numbers_created_at_idx;
  ALTER INDEX phone_numbers_org_id_idx RENAME TO ix_phone_numbers_org_id;
  ALTER TABLE phone_numbers
    DROP CONSTRAINT phone_numbers_membership_fkey,
    DROP CONSTRAINT phone_numbers_tenant_id_fkey,
    DROP CONSTRAINT phone_numbers_number_key,
    DROP CONSTRAINT phone_numbers_pkey,
    DROP COLUMN tenant_id,
    DROP COLUMN provider,
    DROP COLUMN provider_sid,
    DROP COLUMN updated_at,
    ALTER COLUMN number TYPE varchar(32),
    ALTER COLUMN label TYPE varchar(255),
    ADD CONSTRAINT phone_numbers_pkey PRIMARY KEY (id)`;

// The update comes before the columns that make PostgreSQL write the table anew, so that it leaves no dead rows.
export const CALLS_UP = `
  ALTER TABLE calls ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now();
  UPDATE calls SET updated_at = created_at;
  ALTER TABLE calls
    DROP CONSTRAINT calls_pkey,
    ALTER COLUMN customer TYPE text,
    ALTER COLUMN status TYPE text,
    ADD COLUMN summary text,
    ADD COLUMN direction text,
    ADD COLUMN ended_at timestamptz,
    ADD COLUMN ended_reason text,
    ADD COLUMN cost numeric(12,6),
    ADD COLUMN recording_url text,
    ADD COLUMN provider text,
    ADD COLUMN provider_call_id text,
    ADD COLUMN phone_number_id uuid,
    ADD COLUMN messages jsonb,
    ADD COLUMN notes text,
    ADD COLUMN tags text[] NOT NULL DEFAULT '{}',
    ADD COLUMN sorted_at timestamptz GENERATED ALWAYS AS (COALESCE(started_at, created_at)) STORED,
    ADD CONSTRAINT calls_pkey PRIMARY KEY (tenant_id, id),
    ADD CONSTRAINT calls_provider_call_id_key UNIQUE (tenant_id, provider, provider_call_id),
    ADD CONSTRAINT calls_phone_number_fkey FOREIGN KEY (tenant_id, phone_number_id)
      REFERENCES phone_numbers (tenant_id, id) ON DELETE SET NULL (phone_number_id);
  DROP INDEX ix_calls_tenant_id;
  CREATE INDEX calls_sorted_at_idx ON calls (tenant_id, sorted_at DESC, id DESC);
  CREATE INDEX calls_status_idx ON calls (tenant_id, status, sorted_at DESC, id DESC);
  CREATE INDEX calls_customer_idx ON calls (tenant_id, customer, sorted_at DESC, id DESC);
  CREATE INDEX calls_phone_number_idx ON calls (tenant_id, phone_number_id, sorted_at DESC, id DESC)`;

export const CALLS_DOWN = `
  DROP INDEX calls_sorted_at_idx, calls_status_idx, calls_customer_idx, calls_phone_number_idx;
  ALTER TABLE calls
    DROP CONSTRAINT calls_phone_number_fkey,
    DROP CONSTRAINT calls_provider_call_id_key,
    DROP CONSTRAINT calls_pkey,
    DROP COLUMN sorted_at,
    DROP COLUMN summary,
    DROP COLUMN direction,
    DROP COLUMN ended_at,
    DROP COLUMN ended_reason,
    DROP COLUMN cost,
    DROP COLUMN recording_url,
    DROP COLUMN provider,
    DROP COLUMN provider_call_id,
    DROP COLUMN phone_number_id,
    DROP COLUMN messages,
    DROP COLUMN notes,
    DROP COLUMN tags,
    DROP COLUMN updated_at,
    ALTER COLUMN customer TYPE varchar(64),
    ALTER COLUMN status TYPE varchar(32),
    ADD CONSTRAINT calls_pkey PRIMARY KEY (id);
  CREATE INDEX ix_calls_tenant_id ON calls (tenant_id)`;

export const PROFILES_UP = `
  ALTER TABLE ava_profiles
    DROP CONSTRAINT ava_profiles_pkey,
    DROP CONSTRAINT ava_profiles_tenant_id_key,
    DROP COLUMN id,
    ALTER COLUMN name TYPE text,
    ALTER COLUMN voice TYPE text,
    ALTER COLUMN tone TYPE text,
    ADD COLUMN language text NOT NULL DEFAULT 'en',
    ADD COLUMN first_message text NOT NULL DEFAULT '',
    ADD COLUMN instructions text NOT NULL DEFAULT '',
    ADD COLUMN version integer NOT NULL DEFAULT 1,
    ADD COLUMN updated_at timestamptz NOT NULL DEFAULT now(),
    ADD CONSTRAINT ava_profiles_pkey PRIMARY KEY (tenant_id);
  UPDATE ava_profiles SET updated_at = created_at`;

export const PROFILES_DOWN = `
  ALTER TABLE ava_profiles
    DROP CONSTRAINT ava_profiles_pkey,
    DROP COLUMN language,
    DROP COLUMN first_message,
    DROP COLUMN instructions,
    DROP COLUMN version,
    DROP COLUMN updated_at,
    ALTER COLUMN name TYPE varchar(255),
    ALTER COLUMN voice TYPE varchar(64),
    ALTER COLUMN tone TYPE varchar(64),
    ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid(),
    ADD CONSTRAINT ava_profiles_pkey PRIMARY KEY (id),
    ADD CONSTRAINT ava_profiles_tenant_id_key UNIQUE (tenant_id);
  ALTER TABLE ava_profiles ALTER COLUMN id DROP DEFAULT`;
