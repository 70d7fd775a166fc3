import { Injectable } from '@nestjs/common';
import { AuditService } from '../audit/audit.service';
import { sqlstateOf, violatedConstraint } from '../kernel/database/database-errors';
import type { Work } from '../kernel/database/context-runner';
import { TenantDb } from '../kernel/database/tenant-db';
import { Keyset, type Page, type Position } from '../kernel/http/keyset';
import { Problem } from '../kernel/http/problem';
import type { ProblemCode } from '../kernel/http/problem-catalogue';
import { PasswordConfirmation } from '../kernel/security/password-confirmation';
import { roleTooLow, type Permission } from '../kernel/security/permissions';
import type { Principal, Role } from '../kernel/security/principal';
import { lastOwner, type Candidate } from './last-owner';
import { MemberView, type ListMembers, type TransferTenant } from './members.dto';
import { Tenant } from './tenant.entity';

const columns = `id AS "userId", name, email, role, joined_at AS "joinedAt",
  (extract(epoch FROM joined_at) * 1000000)::bigint::text AS at, id`;

/** What the functions of the database refuse. */
const refusals: Readonly<Record<string, ProblemCode>> = {
  AVA06: 'member.owner_required',
  AVA08: 'member.not_found',
};
const ROLE_TOO_LOW = 'AVA05';
const LAST_OWNER = 'AVA07';

/** Who works in a tenant. The rules are the database's own: see `migrations/support/member-functions.ts`. */
@Injectable()
export class MembersService {
  constructor(
    private readonly db: TenantDb,
    private readonly keyset: Keyset,
    private readonly audit: AuditService,
    private readonly confirmation: PasswordConfirmation,
  ) {}

  async list(who: Principal, { limit, cursor }: ListMembers): Promise<Page<MemberView>> {
    const scope = [who.tenantId, 'members'];
    const after = cursor === undefined ? null : this.keyset.read(scope, cursor);
    const rows = await this.db.read(who, (em) =>
      em.query<(MemberView & Position)[]>(
        `SELECT ${columns} FROM ava.members(timestamptz 'epoch' + $1::bigint * interval '1 microsecond', $2, $3)`,
        [after?.at, after?.id, limit + 1],
      ),
    );
    return this.keyset.page(rows, limit, { scope, view: (row) => MemberView.of(row) });
  }

  async find(who: Principal, userId: string): Promise<MemberView | null> {
    const [row] = await this.db.read(who, (em) =>
      em.query<MemberView[]>(`SELECT ${columns} FROM ava.member($1)`, [userId]),
    );
    return row ? MemberView.of(row) : null;
  }

  /** @throws Problem 403 when the caller's role is too low for it, 409 `tenant.last_owner` */
  async changeRole(who: Principal, member: MemberView, role: Role): Promise<MemberView> {
    await this.change(who, member.userId, 'member.change_role', async (em) => {
      const [before] = await em.query<[{ role: Role }]>(
        'SELECT ava.set_member_role($1, $2) AS role',
        [member.userId, role],
      );
      if (before.role === role) return;
      await this.audit.record(em, who, {
        action: 'member.role_changed',
        target: member.userId,
        subjectId: member.userId,
        details: { from: before.role, to: role },
      });
    });
    return { ...member, role };
  }

  /** Also oneself: to leave is open to every role. @throws as `changeRole` */
  async remove(who: Principal, { userId, role }: MemberView): Promise<void> {
    const action = userId === who.userId ? 'member.left' : 'member.removed';
    await this.change(who, userId, 'member.remove', async (em) => {
      // First, as whoever has left can write nothing more.
      await this.audit.record(em, who, {
        action,
        target: userId,
        subjectId: userId,
        details: { role },
      });
      await em.query('SELECT ava.remove_member($1)', [userId]);
    });
  }

  /** @throws Problem 403 on a wrong password, 404 for who is no member, 400 for oneself */
  async transfer(who: Principal, body: TransferTenant): Promise<void> {
    const userId = body.userId.toLowerCase();
    if (userId === who.userId) throw Problem.invalid({ field: 'userId', code: 'member.self' });
    await this.confirmation.require(who, body.password);
    await this.change(who, userId, 'tenant.transfer', async (em) => {
      await em.query('SELECT ava.transfer_tenant($1)', [userId]);
      await this.audit.record(em, who, {
        action: 'tenant.transferred',
        target: userId,
        subjectId: userId,
      });
    });
  }

  private async change(
    who: Principal,
    userId: string,
    permission: Permission,
    work: Work<void>,
  ): Promise<void> {
    try {
      await this.db.run(who, work);
    } catch (error) {
      const state = sqlstateOf(error);
      if (state === ROLE_TOO_LOW) throw roleTooLow(permission);
      const refused = refusals[state];
      if (refused !== undefined) throw new Problem(refused);
      // The trigger says the same to whatever comes past the functions.
      const last = state === LAST_OWNER || violatedConstraint(error) === 'tenants_keep_an_owner';
      throw last ? await this.lastOwner(who, userId) : error;
    }
  }

  private async lastOwner(who: Principal, userId: string): Promise<Problem> {
    return this.db.read(who, async (em) => {
      const tenant = await em.findOneByOrFail(Tenant, { id: who.tenantId });
      const members = await em.query<Candidate[]>('SELECT * FROM ava.members(NULL, NULL, 101)');
      return lastOwner(
        tenant,
        members.filter(({ id }) => id !== userId),
      );
    });
  }
}
