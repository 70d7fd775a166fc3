import type { ProblemCode } from '../kernel/http/problem-catalogue';

/** What a token can be answered with. */
export const TOKEN_PROBLEMS: readonly ProblemCode[] = [
  'invitation.invalid',
  'invitation.expired',
  'invitation.revoked',
  'invitation.declined',
  'invitation.used',
  'invitation.tenant_suspended',
  'tenancy.solo',
  'rate.limited',
];
