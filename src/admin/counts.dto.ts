import { Out } from '../kernel/http/fields';

const whole = { type: 'integer' } as const;

export class InstallationCounts {
  @Out('Tenants.', 12, whole)
  tenants!: number;

  @Out('Of these, suspended.', 1, whole)
  suspendedTenants!: number;

  @Out('Accounts.', 20, whole)
  users!: number;

  @Out('Sessions that are alive.', 31, whole)
  liveSessions!: number;

  @Out('Background jobs that wait or run.', 0, whole)
  openJobs!: number;

  @Out('Calls of all tenants.', 4200, whole)
  calls!: number;

  @Out('Whether calls is an estimate of the database, as it is beyond 10,000.', false)
  callsEstimated!: boolean;
}
