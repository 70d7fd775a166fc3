import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { IdentityDb } from '../kernel/database/tenant-db';
import { Problem } from '../kernel/http/problem';
import type { ProblemCode } from '../kernel/http/problem-catalogue';
import { MailTokens } from '../kernel/security/mail-tokens';
import type { Principal, Role } from '../kernel/security/principal';
import type { TenantOfUser } from '../tenants/tenants.types';
import { InvitationLimits } from './invitation-limits';
import type { InvitationPreview } from './invited.dto';

/** Where an answer comes from, for limits and trail. */
export type Asking = Pick<Principal, 'requestId' | 'ip'>;

/** An open invitation whose token somebody holds. */
export interface Invited {
  readonly id: string;
  readonly hash: Buffer;
  readonly nonce: Buffer;
  readonly email: string;
  readonly role: Role;
  readonly expiresAt: Date;
  readonly tenant: string;
  readonly inviter: string;
  readonly hasAccount: boolean;
}

interface Answer {
  readonly refused: ProblemCode | null;
}

/** For whoever comes with the token of a mail: there is no tenant yet, and the token is all there is to go by. */
@Injectable()
export class InvitedService {
  constructor(
    private readonly identity: IdentityDb,
    private readonly tokens: MailTokens,
    private readonly limits: InvitationLimits,
  ) {}

  /**
   * A hash that SQL has put into the table opens nothing: the token must be one that this server makes for that row.
   * @throws Problem 404 `invitation.invalid`; 410 when it is over, by the way in which it ended; 403, 409, 429
   */
  async find(token: string, asking: Asking): Promise<Invited> {
    const { refused, ...invited } = await this.look(token, asking);
    if (refused !== null) throw new Problem(refused);
    return invited;
  }

  async preview(token: string, asking: Asking): Promise<InvitationPreview> {
    const { tenant, inviter, role, email, hasAccount, expiresAt } = await this.find(token, asking);
    return { tenant, inviter, role, email: masked(email), hasAccount, expiresAt };
  }

  /** Also of a suspended tenant. @throws as `find` otherwise */
  async decline(token: string, asking: Asking): Promise<void> {
    const { hash } = await this.look(token, asking);
    const [{ refused }] = await this.identity.run(null, (em) =>
      em.query<[Answer]>('SELECT ava.decline_invitation($1, $2, $3) AS refused', [
        hash,
        asking.requestId,
        asking.ip,
      ]),
    );
    if (refused !== null) throw new Problem(refused);
  }

  /**
   * Makes the person of the caller's transaction a member, once; who is one already keeps the role.
   * @throws Problem 403 `invitation.other_address`, and as `find` when it has ended meanwhile
   */
  async accept(em: EntityManager, { hash, email }: Invited, asking: Asking): Promise<TenantOfUser> {
    const [{ refused, ...tenant }] = await em.query<[Answer & TenantOfUser]>(
      'SELECT refused, id, name, role FROM ava.accept_invitation($1, $2, $3)',
      [hash, asking.requestId, asking.ip],
    );
    if (refused === null) return tenant;
    const members = refused === 'invitation.other_address' ? { invited: masked(email) } : {};
    throw new Problem(refused, { members });
  }

  private async look(token: string, { ip }: Asking): Promise<Invited & Answer> {
    await this.limits.answer(token, ip);
    const hash = this.tokens.hashOf(token);
    if (hash === null) throw new Problem('invitation.invalid');
    const [row] = await this.identity.read(null, (em) =>
      em.query<(Omit<Invited, 'hash'> & Answer)[]>(
        `SELECT id, nonce, email, role, expires_at AS "expiresAt", tenant, inviter, has_account AS "hasAccount", refused
           FROM ava.find_invitation($1)`,
        [hash],
      ),
    );
    if (!row || this.tokens.tokenFor('invitation', { ...row, hash }) !== token) {
      throw new Problem('invitation.invalid');
    }
    return { ...row, hash };
  }
}

/** Enough to know which of one's own mailboxes it is. */
function masked(email: string): string {
  const at = email.lastIndexOf('@');
  return `${[...email][0] ?? ''}•••${email.slice(at)}`;
}
