import { Injectable } from '@nestjs/common';
import { OperatorDb } from '../kernel/database/tenant-db';
import type { Principal } from '../kernel/security/principal';
import type { InstallationCounts } from './counts.dto';

const COUNTS = `
  SELECT tenants::int, suspended::int AS "suspendedTenants", users::int, sessions::int AS "liveSessions", jobs::int AS "openJobs",
         calls::float8, estimated AS "callsEstimated" FROM ava.installation_counts()`;

@Injectable()
export class CountsService {
  constructor(private readonly db: OperatorDb) {}

  async counts(who: Principal): Promise<InstallationCounts> {
    const rows = await this.db.read(who, (em) => em.query<[InstallationCounts]>(COUNTS));
    return rows[0];
  }
}
