/** A table as the earlier (Python) system has it: how to make it, and how to recognise it. */
export interface EarlierTable {
  readonly name: string;
  readonly ddl: string;
  /** column → kind of type; lengths may differ */
  readonly columns: Readonly<Record<string, string>>;
  /** constraint → its definition, in the words of pg_get_constraintdef */
  readonly constraints: Readonly<Record<string, string>>;
  readonly indexes: readonly string[];
}

const time = 'timestamptz';

const tenants: EarlierTable = {
  name: 'tenants',
  ddl: `
    CREATE TABLE tenants (
      id uuid CONSTRAINT tenants_pkey PRIMARY KEY,
      name varchar(255) NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now())`,
  columns: { id: 'uuid', name: 'text', created_at: time },
  constraints: { tenants_pkey: 'PRIMARY KEY (id)' },
  indexes: [],
};

const users: EarlierTable = {
  name: 'users',
  ddl: `
    CREATE TABLE users (
      id uuid CONSTRAINT users_pkey PRIMARY KEY,
      email varchar(255) NOT NULL CONSTRAINT users_email_key UNIQUE,
      hashed_password varchar(255) NOT NULL,
      tenant_id uuid CONSTRAINT users_tenant_id_fkey REFERENCES tenants(id),
      vapi_api_key varchar(255),
      twilio_account_sid varchar(255),
      twilio_auth_token varchar(255),
      onboarding_flags json NOT NULL DEFAULT '{}',
      created_at timestamptz NOT NULL DEFAULT now())`,
  columns: {
    id: 'uuid',
    email: 'text',
    hashed_password: 'text',
    tenant_id: 'uuid',
    vapi_api_key: 'text',
    twilio_account_sid: 'text',
    twilio_auth_token: 'text',
    onboarding_flags: 'json',
    created_at: time,
  },
  constraints: {
    users_pkey: 'PRIMARY KEY (id)',
    users_email_key: 'UNIQUE (email)',
    users_tenant_id_fkey: 'FOREIGN KEY (tenant_id) REFERENCES tenants(id)',
  },
  indexes: [],
};

const calls: EarlierTable = {
  name: 'calls',
  ddl: `
    CREATE TABLE calls (
      id uuid CONSTRAINT calls_pkey PRIMARY KEY,
      tenant_id uuid NOT NULL CONSTRAINT calls_tenant_id_fkey REFERENCES tenants(id) ON DELETE CASCADE,
      customer varchar(64),
      transcript text,
      status varchar(32),
      started_at timestamptz,
      duration_seconds integer,
      created_at timestamptz NOT NULL DEFAULT now());
    CREATE INDEX ix_calls_tenant_id ON calls (tenant_id)`,
  columns: {
    id: 'uuid',
    tenant_id: 'uuid',
    customer: 'text',
    transcript: 'text',
    status: 'text',
    started_at: time,
    duration_seconds: 'int4',
    created_at: time,
  },
  constraints: {
    calls_pkey: 'PRIMARY KEY (id)',
    calls_tenant_id_fkey: 'FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE',
  },
  indexes: ['ix_calls_tenant_id'],
};

const avaProfiles: EarlierTable = {
  name: 'ava_profiles',
  ddl: `
    CREATE TABLE ava_profiles (
      id uuid CONSTRAINT ava_profiles_pkey PRIMARY KEY,
      tenant_id uuid NOT NULL CONSTRAINT ava_profiles_tenant_id_key UNIQUE
        CONSTRAINT ava_profiles_tenant_id_fkey REFERENCES tenants(id) ON DELETE CASCADE,
      name varchar(255) NOT NULL,
      voice varchar(64) NOT NULL,
      tone varchar(64) NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now())`,
  columns: {
    id: 'uuid',
    tenant_id: 'uuid',
    name: 'text',
    voice: 'text',
    tone: 'text',
    created_at: time,
  },
  constraints: {
    ava_profiles_pkey: 'PRIMARY KEY (id)',
    ava_profiles_tenant_id_key: 'UNIQUE (tenant_id)',
    ava_profiles_tenant_id_fkey: 'FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE',
  },
  indexes: [],
};

const phoneNumbers: EarlierTable = {
  name: 'phone_numbers',
  ddl: `
    CREATE TABLE phone_numbers (
      id uuid CONSTRAINT phone_numbers_pkey PRIMARY KEY,
      org_id uuid NOT NULL,
      number varchar(32) NOT NULL,
      label varchar(255),
      created_at timestamptz NOT NULL DEFAULT now());
    CREATE INDEX ix_phone_numbers_org_id ON phone_numbers (org_id)`,
  columns: { id: 'uuid', org_id: 'uuid', number: 'text', label: 'text', created_at: time },
  constraints: { phone_numbers_pkey: 'PRIMARY KEY (id)' },
  indexes: ['ix_phone_numbers_org_id'],
};

/** In the order in which they refer to each other. */
export const earlierTables: readonly EarlierTable[] = [
  tenants,
  users,
  calls,
  avaProfiles,
  phoneNumbers,
];
