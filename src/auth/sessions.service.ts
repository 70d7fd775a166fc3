import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { IsNull, MoreThan, Not, type EntityManager } from 'typeorm';
import { IdentityDb } from '../kernel/database/tenant-db';
import { Problem } from '../kernel/http/problem';
import type { Principal, Role } from '../kernel/security/principal';
import type { Claims } from './access-tokens';
import { hashOf, RefreshTokens } from './refresh-tokens';
import { Session } from './session.entity';

/** Where a login comes from. */
export interface Device {
  readonly ip: string | null;
  readonly userAgent: string | null;
}

const REFRESH_DAYS = 30;
/** Seconds in which a token that was just rotated still answers, for a client whose answer was lost. */
const GRACE_SECONDS = 10;
const MOST_SESSIONS = 50;

interface RefreshedRow {
  id: string;
  userId: string;
  tenantId: string;
}

@Injectable()
export class SessionsService {
  constructor(
    private readonly db: IdentityDb,
    private readonly refreshTokens: RefreshTokens,
  ) {}

  /** Opens a session in the caller's transaction and tidies up: dead ones go, as do the oldest beyond fifty. */
  async open(em: EntityManager, who: { userId: string; tenantId: string }, device: Device) {
    const id = randomUUID();
    const refreshToken = this.refreshTokens.first(id);
    await em.query(
      `DELETE FROM sessions WHERE user_id = $1 AND (expires_at < now() OR id IN (
         SELECT id FROM sessions WHERE user_id = $1 ORDER BY created_at DESC OFFSET $2))`,
      [who.userId, MOST_SESSIONS - 1],
    );
    await em.query(
      `INSERT INTO sessions (id, user_id, tenant_id, refresh_hash, last_seen_at, expires_at, ip, user_agent)
       VALUES ($1, $2, $3, $4, now(), now() + make_interval(days => $5), $6, $7)`,
      [
        id,
        who.userId,
        who.tenantId,
        hashOf(refreshToken),
        REFRESH_DAYS,
        device.ip,
        device.userAgent,
      ],
    );
    return { sessionId: id, refreshToken };
  }

  /** The caller as the database knows it now: a removed member, ended session or suspended tenant loses access at once. */
  async principal({ sub, tid, sid }: Claims): Promise<Principal> {
    const [row] = await this.db.query<{ role: Role; suspended: boolean }>(
      `SELECT m.role, t.suspended_at IS NOT NULL AS suspended
       FROM sessions s
       JOIN memberships m ON m.tenant_id = s.tenant_id AND m.user_id = s.user_id
       JOIN tenants t ON t.id = s.tenant_id
       WHERE s.id = $1 AND s.user_id = $2 AND s.tenant_id = $3
         AND s.revoked_at IS NULL AND s.expires_at > now()`,
      [sid, sub, tid],
    );
    if (!row) throw new Problem('auth.session_ended');
    if (row.suspended) throw new Problem('tenant.suspended');
    return { userId: sub, tenantId: tid, sessionId: sid, role: row.role };
  }

  /**
   * Rotates by one atomic UPDATE: of two requests with the same token one rotates, the other is within the grace.
   * @throws Problem `auth.refresh_invalid`, or `auth.refresh_reused` after ending the session
   */
  async refresh(token: string): Promise<RefreshedRow & { refreshToken: string }> {
    const sessionId = this.refreshTokens.sessionOf(token);
    if (sessionId === null) throw new Problem('auth.refresh_invalid');
    const refreshToken = this.refreshTokens.successor(token, sessionId);
    const row =
      (await this.rotate(sessionId, token, refreshToken)) ?? (await this.inGrace(sessionId, token));
    if (row) return { ...row, refreshToken };
    throw new Problem(
      (await this.endReused(sessionId)) ? 'auth.refresh_reused' : 'auth.refresh_invalid',
    );
  }

  list(who: Principal): Promise<Session[]> {
    return this.db.run((em) =>
      em.find(Session, {
        where: { userId: who.userId, revokedAt: IsNull(), expiresAt: MoreThan(new Date()) },
        order: { createdAt: 'DESC' },
        take: MOST_SESSIONS,
      }),
    );
  }

  find({ userId }: Principal, id: string): Promise<Session | null> {
    return this.db.run((em) => em.findOneBy(Session, { id, userId, revokedAt: IsNull() }));
  }

  async revoke(userId: string, id: string): Promise<void> {
    const dead = { revokedAt: new Date() };
    await this.db.run((em) => em.update(Session, { id, userId, revokedAt: IsNull() }, dead));
  }

  async revokeOthers(em: EntityManager, { userId, sessionId }: Principal): Promise<void> {
    await em.update(
      Session,
      { userId, id: Not(sessionId), revokedAt: IsNull() },
      { revokedAt: new Date() },
    );
  }

  private async rotate(id: string, token: string, next: string) {
    return this.first(
      `UPDATE sessions SET previous_hash = refresh_hash, refresh_hash = $3, rotated_at = now(), last_seen_at = now(),
         expires_at = now() + make_interval(days => $4)
       WHERE id = $1 AND refresh_hash = $2 AND revoked_at IS NULL AND expires_at > now()
       RETURNING id, user_id AS "userId", tenant_id AS "tenantId"`,
      [id, hashOf(token), hashOf(next), REFRESH_DAYS],
    );
  }

  private async inGrace(id: string, token: string) {
    return this.first(
      `UPDATE sessions SET last_seen_at = now()
       WHERE id = $1 AND previous_hash = $2 AND revoked_at IS NULL AND expires_at > now()
         AND rotated_at > now() - make_interval(secs => $3)
       RETURNING id, user_id AS "userId", tenant_id AS "tenantId"`,
      [id, hashOf(token), GRACE_SECONDS],
    );
  }

  private async endReused(id: string): Promise<boolean> {
    const ended = await this.first(
      `UPDATE sessions SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL AND expires_at > now()
       RETURNING id, user_id AS "userId", tenant_id AS "tenantId"`,
      [id],
    );
    return ended !== undefined;
  }

  /** TypeORM answers an UPDATE … RETURNING with [rows, count]. */
  private async first(sql: string, parameters: unknown[]): Promise<RefreshedRow | undefined> {
    const [rows] = (await this.db.query(sql, parameters)) as unknown as [RefreshedRow[], number];
    return rows[0];
  }
}
