import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { AuditService } from '../audit/audit.service';
import { TenantDb } from '../kernel/database/tenant-db';
import { Problem } from '../kernel/http/problem';
import type { ProblemCode } from '../kernel/http/problem-catalogue';
import { roleTooLow } from '../kernel/security/permissions';
import type { Principal } from '../kernel/security/principal';
import { InvitationLetters } from './invitation-letters';
import { InvitationLimits } from './invitation-limits';
import type { InvitationView, Invite } from './invitations.dto';
import { invitationIn } from './invitations.service';

interface Refusal {
  readonly refused: ProblemCode | null;
}

/** Making, renewing and taking back. The rules are the database's own: see `migrations/support/invitation-functions.ts`. */
@Injectable()
export class InvitingService {
  constructor(
    private readonly db: TenantDb,
    private readonly limits: InvitationLimits,
    private readonly letters: InvitationLetters,
    private readonly audit: AuditService,
  ) {}

  /**
   * An open invitation is not sent again by the way: that would end the link that is on its way.
   * @throws Problem 409 `tenancy.solo`, `invitation.exists` (with its id), `invitation.already_member`,
   *   `invitation.too_many`; 403 when the role is too low for it; 429
   */
  async invite(who: Principal, { email, role }: Invite): Promise<InvitationView> {
    await this.limits.invite(who);
    const id = randomUUID();
    const { hash, nonce } = this.letters.newToken(id);
    return this.db.run(who, async (em) => {
      const [row] = await em.query<[Refusal & { openId: string | null }]>(
        'SELECT refused, open_id AS "openId" FROM ava.invite($1, $2, $3, $4, $5)',
        [id, email, role, hash, nonce],
      );
      refuse([row], row.openId === null ? {} : { invitationId: row.openId });
      await this.letters.post(em, id);
      await this.audit.record(em, who, { action: 'member.invited', target: id, details: { role } });
      return made(em, who, id);
    });
  }

  /** A new link, seven days from now, from whoever asks for it; the earlier one is dead at once. @throws as `invite` */
  async resend(who: Principal, id: string): Promise<InvitationView> {
    await this.limits.resend(id);
    const { hash, nonce } = this.letters.newToken(id);
    return this.db.run(who, async (em) => {
      refuse(
        await em.query<[Refusal]>('SELECT ava.resend_invitation($1, $2, $3) AS refused', [
          id,
          hash,
          nonce,
        ]),
      );
      await this.letters.post(em, id);
      await this.audit.record(em, who, { action: 'invitation.resent', target: id });
      return made(em, who, id);
    });
  }

  /** @throws Problem 409 `invitation.closed` when it was answered or taken back before */
  async revoke(who: Principal, id: string): Promise<void> {
    await this.db.run(who, async (em) => {
      refuse(await em.query<[Refusal]>('SELECT ava.revoke_invitation($1) AS refused', [id]));
      await this.audit.record(em, who, { action: 'invitation.revoked', target: id });
    });
  }
}

function refuse([{ refused }]: [Refusal], members = {}): void {
  if (refused === 'auth.role_too_low') throw roleTooLow('invitation.send');
  if (refused !== null) throw new Problem(refused, { members });
}

async function made(em: EntityManager, who: Principal, id: string): Promise<InvitationView> {
  const invitation = await invitationIn(em, who, id);
  if (invitation === null) throw new Problem('invitation.not_found');
  return invitation;
}
