import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { OperatorDb } from '../kernel/database/tenant-db';
import { Keyset, type Page, type Position } from '../kernel/http/keyset';
import { Problem } from '../kernel/http/problem';
import type { Principal } from '../kernel/security/principal';
import { OperatorTrail } from './operator-trail.service';
import { UserOverview, type SearchUsers } from './users.dto';

/** Sessions and memberships are those of the people found, who are a page at most. */
export const USERS_FOUND = `
  SELECT u.id, u.email, u.name, u.locale, u.operator, u.created_at AS "createdAt",
         u.vapi AS "vapiConfigured", u.twilio AS "twilioConfigured",
         (SELECT max(s.last_seen_at) FROM sessions s WHERE s.user_id = u.id) AS "lastSeenAt",
         (SELECT coalesce(json_agg(json_build_object('id', m.id, 'name', m.name, 'role', m.role)), '[]') FROM (
            SELECT t.id, t.name, m.role FROM memberships m JOIN tenants t ON t.id = m.tenant_id
             WHERE m.user_id = u.id ORDER BY m.created_at, t.id LIMIT 100) m) AS tenants,
         (extract(epoch FROM u.created_at) * 1000000)::bigint::text AS at
    FROM ava.find_users($1, $2, timestamptz 'epoch' + $3::bigint * interval '1 microsecond', $4, $5) u
   ORDER BY u.created_at DESC, u.id DESC`;

/** The people as operators see them: of a credential whether there is one. */
@Injectable()
export class UsersOverview {
  constructor(
    private readonly db: OperatorDb,
    private readonly keyset: Keyset,
    private readonly trail: OperatorTrail,
  ) {}

  async search(who: Principal, query: SearchUsers): Promise<Page<UserOverview>> {
    const { id, email, limit, cursor } = query;
    const scope = ['operator', 'users', id ?? '', email ?? ''];
    const after = cursor === undefined ? null : this.keyset.read(scope, cursor);
    const terms = [id ?? null, email ?? null, after?.at ?? null, after?.id ?? null, limit + 1];
    const rows = await this.db.read(who, (em) =>
      em.query<(UserOverview & Position)[]>(USERS_FOUND, terms),
    );
    return this.keyset.page(rows, limit, { scope, view: (row) => UserOverview.of(row) });
  }

  /** Leaves a trace in each tenant of the person. @throws Problem 404 `user.not_found` */
  get(who: Principal, id: string): Promise<UserOverview> {
    return this.db.run(who, async (em) => {
      const user = await find(em, id);
      const tenants = user.tenants.map((tenant) => tenant.id);
      const event = { action: 'operator.user_viewed', target: id, subjectId: id } as const;
      for (const tenantId of orNone(tenants)) {
        await this.trail.record(em, who, { ...event, tenantId });
      }
      return user;
    });
  }

  /** All of them; of the operator's own, all but the one he acts from. @throws Problem 404 `user.not_found` */
  async endSessions(who: Principal, id: string): Promise<void> {
    await this.db.run(who, async (em) => {
      await find(em, id);
      const ended = await em.query<{ tenant: string }[]>(
        'SELECT tenant FROM ava.end_sessions($1)',
        [id],
      );
      const event = { action: 'operator.sessions_ended', target: id, subjectId: id } as const;
      for (const tenantId of orNone(ended.map(({ tenant }) => tenant))) {
        await this.trail.record(em, who, { ...event, tenantId });
      }
    });
  }
}

/** Once for each tenant that it concerns; where there is none, for operators alone. */
const orNone = (tenants: readonly string[]) => (tenants.length > 0 ? tenants : [null]);

async function find(em: EntityManager, id: string): Promise<UserOverview> {
  const [row] = await em.query<UserOverview[]>(USERS_FOUND, [id, null, null, null, 1]);
  if (!row) throw new Problem('user.not_found');
  return UserOverview.of(row);
}
