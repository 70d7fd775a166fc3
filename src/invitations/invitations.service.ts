import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { TenantDb } from '../kernel/database/tenant-db';
import { Keyset, type Page, type Position } from '../kernel/http/keyset';
import type { Principal } from '../kernel/security/principal';
import { InvitationView, type ListInvitations } from './invitations.dto';

/** Never the token, nor what it is made of. */
const columns = `i.id, i.email, i.role, ava.invitation_state(i) AS state, i.delivery, i.invited_by AS "invitedBy",
  i.accepted_by AS "acceptedBy", i.created_at AS "createdAt", i.sent_at AS "sentAt", i.expires_at AS "expiresAt",
  coalesce(i.accepted_at, i.declined_at, i.revoked_at, i.replaced_at) AS "closedAt"`;

/** Whom the tenant has invited. */
@Injectable()
export class InvitationsService {
  constructor(
    private readonly db: TenantDb,
    private readonly keyset: Keyset,
  ) {}

  async list(who: Principal, query: ListInvitations): Promise<Page<InvitationView>> {
    const { limit, cursor, state } = query;
    const scope = [who.tenantId, 'invitations', state ?? ''];
    const after = cursor === undefined ? null : this.keyset.read(scope, cursor);
    const rows = await this.db.read(who, (em) =>
      em.query<(InvitationView & Position)[]>(
        `SELECT ${columns}, (extract(epoch FROM i.created_at) * 1000000)::bigint::text AS at
           FROM invitations i
          WHERE i.tenant_id = $1 AND ($5::text IS NULL OR ava.invitation_state(i) = $5)
            AND ($2::bigint IS NULL OR (i.created_at, i.id) <
                (timestamptz 'epoch' + $2::bigint * interval '1 microsecond', $3::uuid))
          ORDER BY i.created_at DESC, i.id DESC LIMIT $4`,
        [who.tenantId, after?.at, after?.id, limit + 1, state],
      ),
    );
    return this.keyset.page(rows, limit, { scope, view: (row) => InvitationView.of(row) });
  }

  find(who: Principal, id: string): Promise<InvitationView | null> {
    return this.db.read(who, (em) => invitationIn(em, who, id));
  }
}

/** In the caller's transaction. */
export async function invitationIn(
  em: EntityManager,
  who: Principal,
  id: string,
): Promise<InvitationView | null> {
  const [row] = await em.query<InvitationView[]>(
    `SELECT ${columns} FROM invitations i WHERE i.tenant_id = $1 AND i.id = $2`,
    [who.tenantId, id],
  );
  return row ? InvitationView.of(row) : null;
}
