import { Inject, Injectable } from '@nestjs/common';
import { SETTINGS, type Settings } from '../kernel/config/settings';
import { networkOf } from '../kernel/http/client-address';
import { Problem } from '../kernel/http/problem';
import type { Principal } from '../kernel/security/principal';
import { RateLimits } from '../kernel/security/rate-limits';

/** Whether this installation has invitations at all, and how often something may be tried. */
@Injectable()
export class InvitationLimits {
  constructor(
    private readonly limits: RateLimits,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** @throws Problem 409 `tenancy.solo`, 429 `rate.limited` */
  async invite({ userId, tenantId }: Principal): Promise<void> {
    this.refuseSolo();
    await this.limits.take('invitation.user', userId);
    await this.limits.take('invitation.tenant', tenantId);
  }

  /** @throws as `invite` */
  async resend(id: string): Promise<void> {
    this.refuseSolo();
    await this.limits.take('invitation.resend', id);
  }

  /** Whoever comes with a token, good or not. @throws as `invite` */
  async answer(token: string, ip: string | null): Promise<void> {
    this.refuseSolo();
    const network = networkOf(ip);
    await this.limits.take('invitation.network', network);
    await this.limits.take('invitation.token_from_network', `${token} ${network}`);
  }

  private refuseSolo(): void {
    if (this.settings.tenancyMode === 'solo') throw new Problem('tenancy.solo');
  }
}
