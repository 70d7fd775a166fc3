import { Baseline1764000000000 } from './1764000000000-baseline';
import { FkPhoneNumbersOrg1764000001000 } from './1764000001000-fk-phone-numbers-org';
import { CredentialColumns1764000002000 } from './1764000002000-credential-columns';
import { Accounts1764000003000 } from './1764000003000-accounts';
import { Memberships1764000004000 } from './1764000004000-memberships';
import { Sessions1764000005000 } from './1764000005000-sessions';
import { TenantTables1764000006000 } from './1764000006000-tenant-tables';
import { RowLevelSecurity1764000007000 } from './1764000007000-row-level-security';
import { AuditEvents1764000008000 } from './1764000008000-audit-events';
import { RateLimits1764000009000 } from './1764000009000-rate-limits';
import { OperatorPlane1764000010000 } from './1764000010000-operator-plane';
import { AuditActor1764000011000 } from './1764000011000-audit-actor';
import { Jobs1764000012000 } from './1764000012000-jobs';
import { Members1764000013000 } from './1764000013000-members';
import { Invitations1764000014000 } from './1764000014000-invitations';
import { AccountTokens1764000015000 } from './1764000015000-account-tokens';
import { OperatorsSide1764000016000 } from './1764000016000-operators-side';
import { PersonalInvitations1764000017000 } from './1764000017000-personal-invitations';
import { TeamsAndAccounts1764000018000 } from './1764000018000-teams-and-accounts';
import { FewerRoundTrips1764000019000 } from './1764000019000-fewer-round-trips';
import { CallSearch1764000020000 } from './1764000020000-call-search';
import { CallStatistics1764000022000 } from './1764000022000-call-statistics';
import { CallEvents1764000024000 } from './1764000024000-call-events';
import { Retention1764000026000 } from './1764000026000-retention';
import { FasterSearch1764000028000 } from './1764000028000-faster-search';
import { AcceptAtOnce1764000029000 } from './1764000029000-accept-at-once';

/** In order. A list and not a folder pattern: the same from the sources, from dist and under Jest. */
export const allMigrations = [
  Baseline1764000000000,
  FkPhoneNumbersOrg1764000001000,
  CredentialColumns1764000002000,
  Accounts1764000003000,
  Memberships1764000004000,
  Sessions1764000005000,
  TenantTables1764000006000,
  RowLevelSecurity1764000007000,
  AuditEvents1764000008000,
  RateLimits1764000009000,
  OperatorPlane1764000010000,
  AuditActor1764000011000,
  Jobs1764000012000,
  Members1764000013000,
  Invitations1764000014000,
  AccountTokens1764000015000,
  OperatorsSide1764000016000,
  PersonalInvitations1764000017000,
  TeamsAndAccounts1764000018000,
  FewerRoundTrips1764000019000,
  CallSearch1764000020000,
  CallStatistics1764000022000,
  CallEvents1764000024000,
  Retention1764000026000,
  FasterSearch1764000028000,
  AcceptAtOnce1764000029000,
];
