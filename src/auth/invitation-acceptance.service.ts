import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { InvitedService, type Asking, type Invited } from '../invitations/invited.service';
import { Problem } from '../kernel/http/problem';
import type { Locale } from '../kernel/http/problem-catalogue';
import { Passwords } from '../kernel/security/passwords';
import type { Principal } from '../kernel/security/principal';
import type { TenantOfUser } from '../tenants/tenants.types';
import { isEmailTaken, UsersService } from '../users/users.service';
import type { SessionView } from './auth.dto';
import type { AcceptInvitation } from './invitation-acceptance.dto';
import { SessionIssuer } from './session-issuer';
import type { Device } from './sessions.service';

interface From extends Asking {
  readonly device: Device;
  readonly locale: Locale;
}

/** From an invitation to a session in its tenant, for who has an account and for who makes one. */
@Injectable()
export class InvitationAcceptanceService {
  constructor(
    private readonly invited: InvitedService,
    private readonly issuer: SessionIssuer,
    private readonly users: UsersService,
    private readonly passwords: Passwords,
  ) {}

  /**
   * @param who whoever sent an access token: the invited address must be theirs
   * @throws Problem 403 `invitation.other_address`, 409 `invitation.login_needed`, 400 without a password where one is needed,
   *   and what `InvitedService.find` throws
   */
  async accept(
    who: Principal | undefined,
    body: AcceptInvitation,
    from: From,
  ): Promise<SessionView> {
    const invitation = await this.invited.find(body.token, from);
    if (who === undefined) return this.register(invitation, body, from);
    return this.issuer.open(who.userId, from.device, (em) =>
      this.join(em, who.userId, { invitation, from }),
    );
  }

  /** The link proves the address. No tenant of one's own is made: the invited one is the first. */
  private async register(
    invitation: Invited,
    { name = null, password, locale }: AcceptInvitation,
    from: From,
  ): Promise<SessionView> {
    const { email, hasAccount } = invitation;
    if (hasAccount) throw new Problem('invitation.login_needed');
    if (password === undefined) {
      throw Problem.invalid({ field: 'password', code: 'field.required' });
    }
    const passwordHash = await this.passwords.hash(password);
    const user = { id: randomUUID(), email, passwordHash, name, locale: locale ?? from.locale };
    try {
      return await this.issuer.open(user.id, from.device, async (em) => {
        await this.users.create(em, user);
        return this.join(em, user.id, { invitation, from });
      });
    } catch (error) {
      throw isEmailTaken(error) ? new Problem('invitation.login_needed') : error;
    }
  }

  private async join(
    em: EntityManager,
    userId: string,
    { invitation, from }: { invitation: Invited; from: From },
  ): Promise<TenantOfUser> {
    const tenant = await this.invited.accept(em, invitation, from);
    await this.users.proveAddress(em, userId);
    return tenant;
  }
}
