import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { IsNull, MoreThan, type EntityManager } from 'typeorm';
import { AuditService } from '../audit/audit.service';
import { IdentityDb } from '../kernel/database/tenant-db';
import { Problem } from '../kernel/http/problem';
import type { Principal } from '../kernel/security/principal';
import { USER_VIEW } from '../users/users.service';
import type { UserView } from '../users/users.types';
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

type OpenedRow = UserView & { readonly tenantId: string };

/** A session that has just been opened or refreshed. */
export interface Opened {
  readonly userId: string;
  readonly tenantId: string;
  readonly sessionId: string;
  readonly refreshToken: string;
  readonly user: UserView;
}

const OPEN = `
  WITH place AS (
    SELECT t.id FROM ava.my_tenants() t WHERE $3::uuid IS NULL OR t.id = $3
     ORDER BY t.suspended, t.joined_at, t.id LIMIT 1),
  tidied AS (
    DELETE FROM sessions WHERE user_id = $1 AND (expires_at < now() OR id IN (
      SELECT id FROM sessions WHERE user_id = $1 ORDER BY created_at DESC OFFSET $8))),
  opened AS (
    INSERT INTO sessions (id, user_id, tenant_id, refresh_hash, last_seen_at, expires_at, ip, user_agent)
    SELECT $2, $1, place.id, $4, now(), now() + make_interval(days => $5), $6, $7 FROM place
    RETURNING tenant_id)
  SELECT opened.tenant_id AS "tenantId", person.* FROM opened, (${USER_VIEW}) person`;

@Injectable()
export class SessionsService {
  constructor(
    private readonly identity: IdentityDb,
    private readonly refreshTokens: RefreshTokens,
    private readonly audit: AuditService,
  ) {}

  /**
   * Opens a session and tidies up, dead ones go as do the oldest beyond fifty: all in one statement, as it is most of a login.
   * @param who in which tenant; null for the first that is not suspended
   * @returns null when the person belongs to no such tenant
   */
  async open(
    em: EntityManager,
    who: { userId: string; tenantId: string | null },
    device: Device,
  ): Promise<Opened | null> {
    const id = randomUUID();
    const refreshToken = this.refreshTokens.first(id);
    const [opened] = await em.query<OpenedRow[]>(OPEN, [
      who.userId,
      id,
      who.tenantId,
      hashOf(refreshToken),
      REFRESH_DAYS,
      device.ip,
      device.userAgent,
      MOST_SESSIONS - 1,
    ]);
    if (opened === undefined) return null;
    const { tenantId, ...user } = opened;
    return { userId: who.userId, tenantId, sessionId: id, refreshToken, user };
  }

  /**
   * Rotates by one atomic UPDATE: of two requests with the same token one rotates, the other is within the grace.
   * @throws Problem `auth.refresh_invalid`, or `auth.refresh_reused` after ending the session
   */
  async refresh(token: string): Promise<RefreshedRow & { refreshToken: string }> {
    const sessionId = this.refreshTokens.sessionOf(token);
    const owner = sessionId === null ? null : await this.ownerOf(sessionId);
    if (sessionId === null || owner === null) throw new Problem('auth.refresh_invalid');
    const refreshToken = this.refreshTokens.successor(token, sessionId);
    const hashes = { id: sessionId, current: hashOf(token), next: hashOf(refreshToken) };
    const { row, reused } = await this.identity.run(owner, async (em) => {
      const live = (await rotate(em, hashes)) ?? (await inGrace(em, hashes));
      return { row: live, reused: live === undefined && (await endReused(em, hashes)) };
    });
    if (row) return { ...row, refreshToken };
    throw new Problem(reused ? 'auth.refresh_reused' : 'auth.refresh_invalid');
  }

  list(who: Principal): Promise<Session[]> {
    return this.identity.read(who.userId, (em) =>
      em.find(Session, {
        where: { userId: who.userId, revokedAt: IsNull(), expiresAt: MoreThan(new Date()) },
        order: { createdAt: 'DESC' },
        take: MOST_SESSIONS,
      }),
    );
  }

  find(who: Principal, id: string): Promise<Session | null> {
    return this.identity.read(who.userId, (em) =>
      em.findOneBy(Session, { id, userId: who.userId, revokedAt: IsNull() }),
    );
  }

  /** In the identity plane: who is in a suspended tenant can log out as well. */
  async revoke(who: Principal, id: string): Promise<void> {
    await this.identity.run(who.userId, async (em) => {
      const [, ended] = await em.query<[unknown, number]>(
        'UPDATE sessions SET revoked_at = now() WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL',
        [id, who.userId],
      );
      if (ended === 0) return;
      await this.audit.record(em, who, { action: 'session.ended', target: id });
    });
  }

  /** All but the one that asks, in whatever tenant they are. */
  async revokeOthers(who: Principal): Promise<void> {
    await this.identity.run(who.userId, async (em) => {
      const sessionsEnded = await this.endAll(em, who.userId, who.sessionId);
      if (sessionsEnded === 0) return;
      const event = { action: 'session.ended', details: { sessionsEnded } } as const;
      await this.audit.record(em, { ...who, tenantId: null }, event);
    });
  }

  /** In the identity plane. @returns how many there were */
  async endAll(em: EntityManager, userId: string, keep: string | null): Promise<number> {
    const [, count] = await em.query<[unknown, number]>(
      `UPDATE sessions SET revoked_at = now()
        WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > now() AND id IS DISTINCT FROM $2`,
      [userId, keep],
    );
    return count;
  }

  private async ownerOf(sessionId: string): Promise<string | null> {
    const [row] = await this.identity.read(null, (em) =>
      em.query<{ owner: string | null }[]>('SELECT ava.session_owner($1) AS owner', [sessionId]),
    );
    return row?.owner ?? null;
  }
}

interface Hashes {
  readonly id: string;
  readonly current: Buffer;
  readonly next: Buffer;
}

function rotate(em: EntityManager, { id, current, next }: Hashes) {
  return first(
    em,
    `UPDATE sessions SET previous_hash = refresh_hash, refresh_hash = $3, rotated_at = now(), last_seen_at = now(),
       expires_at = now() + make_interval(days => $4)
     WHERE id = $1 AND refresh_hash = $2 AND revoked_at IS NULL AND expires_at > now()`,
    [id, current, next, REFRESH_DAYS],
  );
}

function inGrace(em: EntityManager, { id, current }: Hashes) {
  return first(
    em,
    `UPDATE sessions SET last_seen_at = now()
     WHERE id = $1 AND previous_hash = $2 AND revoked_at IS NULL AND expires_at > now()
       AND rotated_at > now() - make_interval(secs => $3)`,
    [id, current, GRACE_SECONDS],
  );
}

/** @returns whether there was a live session to end */
async function endReused(em: EntityManager, { id }: Hashes): Promise<boolean> {
  const ended = await first(
    em,
    'UPDATE sessions SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL AND expires_at > now()',
    [id],
  );
  return ended !== undefined;
}

/** TypeORM answers an UPDATE … RETURNING with [rows, count]. */
async function first(em: EntityManager, update: string, parameters: unknown[]) {
  const [rows] = await em.query<[RefreshedRow[], number]>(
    `${update} RETURNING id, user_id AS "userId", tenant_id AS "tenantId"`,
    parameters,
  );
  return rows[0];
}
