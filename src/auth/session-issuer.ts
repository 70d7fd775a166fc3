import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { IdentityDb } from '../kernel/database/tenant-db';
import { Problem } from '../kernel/http/problem';
import type { TenantOfUser } from '../tenants/tenants.types';
import { UsersService } from '../users/users.service';
import { ACCESS_TOKEN_SECONDS, AccessTokens } from './access-tokens';
import type { SessionView } from './auth.dto';
import { SessionsService, type Device, type Opened } from './sessions.service';

/** Opens and refreshes sessions and answers with their tokens. */
@Injectable()
export class SessionIssuer {
  constructor(
    private readonly db: IdentityDb,
    private readonly sessions: SessionsService,
    private readonly tokens: AccessTokens,
    private readonly users: UsersService,
  ) {}

  /**
   * For who has an account, in one round trip. @param tenantId null for the first that is not suspended
   * @returns null when the person belongs to no such tenant
   */
  async enter(
    who: { userId: string; tenantId: string | null },
    device: Device,
  ): Promise<SessionView | null> {
    const opened = await this.db.read(who.userId, (em) => this.sessions.open(em, who, device));
    return opened && this.answer(opened);
  }

  /** @param tenantFor makes what the person needs to be in, in the transaction that opens the session */
  open(
    userId: string,
    device: Device,
    tenantFor: (em: EntityManager) => Promise<TenantOfUser>,
  ): Promise<SessionView> {
    return this.db.run(userId, async (em) => {
      const { id } = await tenantFor(em);
      const opened = await this.sessions.open(em, { userId, tenantId: id }, device);
      if (opened === null) throw new Error('The tenant that was just made is not there.');
      return this.answer(opened);
    });
  }

  /** @throws Problem 401 `auth.refresh_invalid` or `auth.refresh_reused` */
  async refresh(token: string): Promise<SessionView> {
    const { id, ...rest } = await this.sessions.refresh(token);
    const user = await this.db.read(rest.userId, (em) => this.users.view(em, rest.userId));
    return this.answer({ sessionId: id, ...rest, user });
  }

  private answer({ userId, tenantId, sessionId, refreshToken, user }: Opened): SessionView {
    const tenant = user.tenants.find(({ id }) => id === tenantId);
    if (!tenant) throw new Problem('auth.refresh_invalid');
    const accessToken = this.tokens.sign({ sub: userId, tid: tenantId, sid: sessionId });
    const expiresIn = ACCESS_TOKEN_SECONDS;
    return { accessToken, tokenType: 'Bearer', expiresIn, refreshToken, user, tenant };
  }
}
