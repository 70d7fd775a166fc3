// Who may import whom: own folder, the kernel, and, looking only down the tiers, another module's
// module, service, client or types file. ARCHITECTURE.md says why.
const tiers = [
  ['kernel'],
  ['audit', 'jobs', 'mail', 'providers', 'security-audit'],
  ['tenants', 'invitations', 'credentials'],
  ['ava-profiles', 'phone-numbers', 'calls', 'callers', 'retention'],
  ['users'],
  ['auth'],
  ['onboarding', 'personal-data', 'webhooks', 'admin', 'health'],
  ['commands'],
];
const dirs = (names) => `^src/(${names.join('|')})/`;
const rule = (name, from, to) => ({ name, severity: 'error', from, to });

module.exports = {
  forbidden: [
    rule('no-circular', {}, { circular: true }),
    ...tiers
      .slice(0, -1)
      .map((tier, i) =>
        rule(
          `${tier[0]}-tier-looks-down`,
          { path: dirs(tier) },
          { path: dirs(tiers.slice(i + 1).flat()) },
        ),
      ),
    rule(
      'front-door-only',
      { path: '^src/([^/]+)/', pathNot: '^src/commands/' },
      {
        path: '^src/[^/]+/',
        pathNot: ['^src/$1/', '^src/kernel/', '\\.(module|service|client|types)\\.ts$'],
      },
    ),
    rule('known-modules-only', { path: '^src/[^/]+/', pathNot: dirs(tiers.flat()) }, {}),
    rule(
      'sdk-in-providers-only',
      { path: '^src/', pathNot: '^src/providers/' },
      { path: 'node_modules/(twilio|@vapi-ai)/' },
    ),
    rule(
      'queue-library-in-jobs-only',
      { path: '^src/', pathNot: '^src/jobs/' },
      { path: 'node_modules/pg-boss/' },
    ),
    rule(
      'no-sql-in-controllers',
      { path: '\\.controller\\.ts$' },
      { path: 'node_modules/(typeorm|pg)/' },
    ),
    rule(
      'src-never-imports-test-or-bench',
      { path: '^src/', pathNot: '^src/kernel/database/' },
      { path: '^(test|bench|migrations)/' },
    ),
  ],
  options: {
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
  },
};
