import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { TenantDb } from '../kernel/database/tenant-db';
import { Problem } from '../kernel/http/problem';
import type { Principal } from '../kernel/security/principal';
import { AvaProfile } from './ava-profile.entity';
import type { ChangeProfile, ReplaceProfile } from './ava-profiles.dto';

const defaults = { language: 'en', firstMessage: '', instructions: '' } as const;

@Injectable()
export class AvaProfilesService {
  constructor(private readonly db: TenantDb) {}

  /** The profile every tenant starts with, in the transaction that makes the tenant. */
  async createDefault(em: EntityManager, tenantId: string, language: string): Promise<void> {
    // By hand: the plane in which accounts are made may write a profile, not read it back.
    await em.query(
      `INSERT INTO ava_profiles (tenant_id, name, voice, tone, language) VALUES ($1, 'Ava', 'alloy', 'calm', $2)`,
      [tenantId, language],
    );
  }

  find(who: Principal): Promise<AvaProfile | null> {
    return this.db.read(who, (em) => em.findOneBy(AvaProfile, { tenantId: who.tenantId }));
  }

  /** Whether somebody has made the profile the tenant's own. */
  async customised(em: EntityManager, who: Principal): Promise<boolean> {
    const profile = await em.findOneBy(AvaProfile, { tenantId: who.tenantId });
    const { version = 1, name, voice, tone } = profile ?? {};
    return version > 1 || [name, voice, tone].join() !== 'Ava,alloy,calm';
  }

  replace(who: Principal, values: ReplaceProfile, ifMatch?: string): Promise<AvaProfile> {
    return this.change(who, { ...defaults, ...values }, ifMatch);
  }

  /** @throws Problem 412 when `ifMatch` names another version than the stored one */
  change(who: Principal, values: ChangeProfile, ifMatch?: string): Promise<AvaProfile> {
    return this.db.run(who, async (em) => {
      const profile = await em.findOneOrFail(AvaProfile, {
        where: { tenantId: who.tenantId },
        lock: { mode: 'pessimistic_write' },
      });
      if (!matches(ifMatch, etagOf(profile))) throw new Problem('ava_profile.changed');
      return em.save(Object.assign(profile, values, { version: profile.version + 1 }));
    });
  }
}

export function etagOf({ version }: Pick<AvaProfile, 'version'>): string {
  return `"${version}"`;
}

/** RFC 9110 §13.1.1: `*` or a list of strong tags; a weak tag never matches. */
function matches(ifMatch: string | undefined, etag: string): boolean {
  if (ifMatch === undefined || ifMatch.trim() === '*') return true;
  return ifMatch.split(',').some((tag) => tag.trim() === etag);
}
