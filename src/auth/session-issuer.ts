import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { IdentityDb } from '../kernel/database/tenant-db';
import { Problem } from '../kernel/http/problem';
import type { TenantOfUser } from '../tenants/tenants.types';
import { UsersService } from '../users/users.service';
import { ACCESS_TOKEN_SECONDS, AccessTokens } from './access-tokens';
import type { SessionView } from './auth.dto';
import { SessionsService, type Device } from './sessions.service';

/** Opens and refreshes sessions and answers with their tokens. */
@Injectable()
export class SessionIssuer {
  constructor(
    private readonly db: IdentityDb,
    private readonly sessions: SessionsService,
    private readonly tokens: AccessTokens,
    private readonly users: UsersService,
  ) {}

  /** @param tenantFor which tenant the session is for, decided in the transaction that opens it */
  open(
    userId: string,
    device: Device,
    tenantFor: (em: EntityManager) => Promise<TenantOfUser>,
  ): Promise<SessionView> {
    return this.db.run(userId, async (em) => {
      const ids = { userId, tenantId: (await tenantFor(em)).id };
      const { sessionId, refreshToken } = await this.sessions.open(em, ids, device);
      return this.answer(em, { sessionId, refreshToken, ...ids });
    });
  }

  /** @throws Problem 401 `auth.refresh_invalid` or `auth.refresh_reused` */
  async refresh(token: string): Promise<SessionView> {
    const { id, ...rest } = await this.sessions.refresh(token);
    return this.db.read(rest.userId, (em) => this.answer(em, { sessionId: id, ...rest }));
  }

  private async answer(
    em: EntityManager,
    ids: { sessionId: string; userId: string; tenantId: string; refreshToken: string },
  ): Promise<SessionView> {
    const user = await this.users.view(em, ids.userId);
    const tenant = user.tenants.find(({ id }) => id === ids.tenantId);
    if (!tenant) throw new Problem('auth.refresh_invalid');
    const accessToken = this.tokens.sign({
      sub: ids.userId,
      tid: ids.tenantId,
      sid: ids.sessionId,
    });
    const { refreshToken } = ids;
    return {
      accessToken,
      tokenType: 'Bearer',
      expiresIn: ACCESS_TOKEN_SECONDS,
      refreshToken,
      user,
      tenant,
    };
  }
}
