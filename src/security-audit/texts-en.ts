import { evidenceEn } from './texts-evidence-en';
import type { Texts } from './texts.types';

const MIGRATE = 'npm run migrate';

export const english: Texts = {
  items: {
    'isolation-user': {
      title: 'A user sees and changes only what is his',
      risk: 'Somebody reads or changes another person’s provider keys.',
      remedy: `${MIGRATE} (policies, rights and columns of users); src/credentials for the routes`,
    },
    'isolation-tenant': {
      title: 'A tenant sees only its own calls, numbers and profile',
      risk: 'A customer reads another one’s calls and transcripts.',
      remedy: `${MIGRATE}; npx jest --selectProjects e2e --testPathPatterns catalogue names what a table lacks`,
    },
    'one-profile': {
      title: 'One Ava profile a tenant',
      risk: 'Which assistant answers the phone is left to chance.',
      remedy: 'ALTER TABLE ava_profiles ADD UNIQUE (tenant_id)',
    },
    routes: {
      title: 'Every route is protected',
      risk: 'Anybody on the network reads or changes data.',
      remedy:
        'src/<module>/*.controller.ts: no @Public(), and @UseGuards() on every route with an id',
    },
    cascade: {
      title: 'Deleting a tenant deletes everything of it (CASCADE)',
      risk: 'Calls of a customer who has left stay behind.',
      remedy: `${MIGRATE}, or ALTER TABLE … ADD FOREIGN KEY (tenant_id) REFERENCES tenants(id) ON DELETE CASCADE`,
    },
    encryption: {
      title: 'Provider keys are encrypted',
      risk: 'Whoever gets the database, or a backup, has the keys.',
      remedy: `npm run -s key:generate, ENCRYPTION_KEY in .env, then ${MIGRATE}`,
    },
    'foreign-key': {
      title: 'phone_numbers.org_id has its foreign key',
      risk: 'Numbers are left behind when their user is deleted.',
      remedy: `${MIGRATE} (sets orphans aside and adds fk_phone_numbers_org)`,
    },
    'user-tenant': {
      title: 'Who works in which tenant is clear (solo and team)',
      risk: 'People without a tenant and tenants that nobody may decide about.',
      remedy: `${MIGRATE}; a user without tenant gets one at the next login; a tenant without owner: INSERT INTO memberships`,
    },
  },
  findings: {
    policies: {
      title: 'Row-level security forced, policies as meant',
      risk: 'One forgotten WHERE shows every tenant.',
      remedy: `${MIGRATE}; ALTER TABLE … ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY`,
    },
    grants: {
      title: 'Each plane has the declared rights and no other',
      risk: 'A plane reads columns it has no business with, or a route fails.',
      remedy: `${MIGRATE} (grants exactly src/kernel/database/planes.ts)`,
    },
    functions: {
      title: 'Functions with the owner’s rights are fenced in',
      risk: 'A caller slips his own table under such a function.',
      remedy:
        'ALTER FUNCTION … SET search_path = pg_catalog, pg_temp; OWNER TO ava_owner; REVOKE ALL … FROM PUBLIC',
    },
    'function-bodies': {
      title: 'The functions that policies ask are those of the migrations',
      risk: 'A replaced function shows every tenant, while every policy looks as it should.',
      remedy:
        'find out who may act as ava_owner; restore the function from migrations/, drop what is not ours',
    },
    login: {
      title: 'The server’s login has no power of its own',
      risk: 'Policies do not hold who may bypass them.',
      remedy: `a login of its own in DATABASE_URL, the owner in DATABASE_ADMIN_URL, then ${MIGRATE}`,
    },
    'column-type': {
      title: 'The columns refuse plain text',
      risk: 'The next program that writes may store a key in clear.',
      remedy: MIGRATE,
    },
    'sealing-keys': {
      title: 'Stored keys are sealed with today’s ENCRYPTION_KEY',
      risk: 'A retired key still opens values, or one that is lost does not.',
      remedy: 'npm run ava -- credentials:rotate, then take the old key out of ENCRYPTION_KEY',
    },
    'credential-age': {
      title: 'Provider keys are younger than a year',
      risk: 'An old key has been in more places than anybody remembers.',
      remedy: 'have Vapi and Twilio issue new ones; POST /vapi-settings, POST /twilio-settings',
    },
    operators: {
      title: 'Few operators, all of them seen lately',
      risk: 'A forgotten account sees all tenants.',
      remedy: 'npm run ava -- operator:revoke EMAIL',
    },
    backups: {
      title: 'A backup has been restored and checked',
      risk: 'A backup that was never restored is a hope.',
      remedy:
        'restore one into an empty database (docs/backups.md), then npm run ava -- backup:verify --restored URL',
    },
    orphans: {
      title: 'No orphans',
      risk: 'Rows that belong to nobody are shown to nobody and never deleted.',
      remedy:
        'DELETE or reassign them; ALTER TABLE … ENABLE TRIGGER ALL if triggers were switched off',
    },
    'users-without-tenant': {
      title: 'Everybody has a tenant',
      risk: 'Until the next login such an account can do nothing.',
      remedy: 'a login gives a tenant (POST /auth/login)',
    },
    'tenants-without-owner': {
      title: 'Every tenant has an owner',
      risk: 'Nobody may decide about its data.',
      remedy: `INSERT INTO memberships (tenant_id, user_id, role) VALUES (…, …, 'owner'), or DELETE FROM tenants`,
    },
    tls: {
      title: 'The way to the database is encrypted',
      risk: 'Who listens on the network reads along.',
      remedy: '?sslmode=verify-full in DATABASE_URL and DATABASE_ADMIN_URL',
    },
    'open-pages': {
      title: 'Documentation and metrics are not public',
      risk: 'Strangers learn what there is to attack.',
      remedy: 'DOCS=off in production',
    },
  },
  evidence: evidenceEn,
  powers: {},
  tests: {
    'user-isolation': 'Test 1: user isolation. Alice tries to read Bob’s key.',
    'tenant-isolation': 'Test 2: tenant isolation. Tenant 1 tries to read a call of tenant 2.',
    'cascade-delete': 'Test 3: cascade delete. A tenant is deleted.',
  },
  headings: {
    title: 'SECURITY SUMMARY - Multi-tenant database',
    score: 'Score:',
    after: 'after “{title}”',
    good: 'WHAT IS GOOD',
    missing: 'WHAT IS MISSING',
    hardening: 'HARDENING (worth no points)',
    tables: 'TABLES AND ISOLATION',
    tests: 'SECURITY TESTS',
    actions: 'ACTIONS',
    conclusion: 'CONCLUSION',
    risk: 'Risk:',
    remedy: 'Remedy:',
    ready: 'Everything the brief asks for holds.',
    notReady: 'Before production, do the actions above.',
    nothingMissing: 'Nothing.',
    nothingToDo: 'None.',
    holds: 'holds in this database',
    fails: 'is not given in this database',
    table: '{name}: belongs to {whose}; isolation: {how}; deleted with: {parents}',
    ownRow: 'itself',
    policiesForced: 'row-level security, forced',
    policiesOn: 'row-level security, not forced',
    routesOnly: 'routes only',
    nobody: 'nothing',
  },
};
