import { Injectable } from '@nestjs/common';
import { EntityNotFoundError, type EntityManager } from 'typeorm';
import { violatedConstraint } from '../kernel/database/database-errors';
import { IdentityDb } from '../kernel/database/tenant-db';
import type { Locale } from '../kernel/http/problem-catalogue';
import type { Principal } from '../kernel/security/principal';
import { User, type OnboardingFlags } from './user.entity';
import type { UserView } from './users.types';

export interface NewUser {
  id: string;
  email: string;
  passwordHash: string;
  name: string | null;
  locale: Locale;
}

/** A UserView of the user $1; also in the tenant plane. The tenants with the oldest membership first. */
export const USER_VIEW = `
  SELECT u.id, u.email, u.email_verified_at IS NOT NULL AS "emailVerified",
         (SELECT t.email FROM account_tokens t WHERE t.user_id = u.id AND t.purpose = 'email-change'
             AND t.used_at IS NULL AND t.expires_at > now()) AS "pendingEmail",
         u.name, u.locale, u.created_at AS "createdAt",
         (SELECT coalesce(jsonb_agg(jsonb_build_object('id', m.id, 'name', m.name, 'role', m.role)
                                    ORDER BY m.joined_at, m.id), '[]')
            FROM ava.my_tenants() m) AS tenants
    FROM users u WHERE u.id = $1`;

@Injectable()
export class UsersService {
  constructor(private readonly identity: IdentityDb) {}

  /** @throws QueryFailedError on `users_email_key` when the address is taken; the caller's transaction is then lost */
  async create(em: EntityManager, user: NewUser): Promise<void> {
    await em.query(
      'INSERT INTO users (id, email, password_hash, name, locale) VALUES ($1, $2, $3, $4, $5)',
      [user.id, user.email, user.passwordHash, user.name, user.locale],
    );
  }

  /** The token of a mail to it has come back. */
  async proveAddress(em: EntityManager, userId: string): Promise<void> {
    await em.query(
      'UPDATE users SET email_verified_at = coalesce(email_verified_at, now()) WHERE id = $1',
      [userId],
    );
  }

  /** In one statement: each login answers with it. @throws EntityNotFoundError when the account has gone */
  async view(em: EntityManager, userId: string): Promise<UserView> {
    const [user] = await em.query<UserView[]>(USER_VIEW, [userId]);
    if (user === undefined) throw new EntityNotFoundError(User, { id: userId });
    return user;
  }

  /** In the identity plane, as `me`: who is in a suspended tenant still has the account. */
  find({ userId }: Principal): Promise<User | null> {
    return this.identity.read(userId, (em) => em.findOneBy(User, { id: userId }));
  }

  me({ userId }: Principal): Promise<UserView> {
    return this.identity.read(userId, (em) => this.view(em, userId));
  }

  async flags(em: EntityManager, who: Principal): Promise<OnboardingFlags> {
    const { onboardingFlags } = await em.findOneByOrFail(User, { id: who.userId });
    // The earlier system's column took any JSON.
    return isFlags(onboardingFlags) ? onboardingFlags : {};
  }

  /** Merges key by key in one statement, so that two tabs do not erase each other's flags; null removes a flag. */
  async mergeFlags(em: EntityManager, who: Principal, flags: OnboardingFlags): Promise<void> {
    await em.query(
      `UPDATE users SET updated_at = now(), onboarding_flags =
         (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(
            CASE jsonb_typeof(onboarding_flags) WHEN 'object' THEN onboarding_flags ELSE '{}' END || $2::jsonb)
          WHERE value <> 'null' OR NOT $2::jsonb ? key)
       WHERE id = $1`,
      [who.userId, JSON.stringify(flags)],
    );
  }
}

function isFlags(value: unknown): value is OnboardingFlags {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

export function isEmailTaken(error: unknown): boolean {
  return violatedConstraint(error) === 'users_email_key';
}
