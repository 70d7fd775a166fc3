import { Injectable } from '@nestjs/common';
import { TenantDb } from '../kernel/database/tenant-db';
import type { Principal } from '../kernel/security/principal';
import type { CredentialUsageView } from './credential-usage.dto';

/** What the trail knows of the caller's own credentials, in all tenants. */
@Injectable()
export class CredentialUsageService {
  constructor(private readonly db: TenantDb) {}

  list(who: Principal): Promise<CredentialUsageView[]> {
    return this.db.read(who, (em) =>
      em.query<CredentialUsageView[]>(
        `SELECT target AS provider, action, last_at AS "lastAt", times::integer AS times
           FROM ava.my_credential_usage() ORDER BY last_at DESC, target, action`,
      ),
    );
  }
}
