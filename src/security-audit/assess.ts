import { credentialAge, columnTypes, encryption, sealingKeys } from './credentials.check';
import { hardening, points, type Evidence, type FindingId, type ItemId } from './check.types';
import type { Facts } from './facts.types';
import { isolationOfTenants, isolationOfUsers, oneProfile } from './isolation.check';
import {
  cascade,
  foreignKeyOfNumbers,
  orphans,
  tenantsWithoutOwner,
  userAndTenant,
  usersWithoutTenant,
} from './keys.check';
import { functionBodies, functions, grants, policies } from './planes.check';
import { routesAreGuarded } from './routes.check';
import { backups, login, openPages, operators, tls } from './surroundings.check';

type Check = (facts: Facts) => Evidence[];

const items: Readonly<Record<ItemId, Check>> = {
  'isolation-user': isolationOfUsers,
  'isolation-tenant': isolationOfTenants,
  'one-profile': oneProfile,
  routes: routesAreGuarded,
  cascade,
  encryption,
  'foreign-key': foreignKeyOfNumbers,
  'user-tenant': userAndTenant,
};

const findings: Readonly<Record<FindingId, Check>> = {
  policies,
  grants,
  functions,
  'function-bodies': functionBodies,
  login,
  'column-type': columnTypes,
  'sealing-keys': sealingKeys,
  'credential-age': credentialAge,
  operators,
  backups,
  orphans,
  'users-without-tenant': usersWithoutTenant,
  'tenants-without-owner': tenantsWithoutOwner,
  tls,
  'open-pages': openPages,
};

export interface Item {
  readonly id: ItemId;
  readonly points: number;
  readonly max: number;
  readonly evidence: readonly Evidence[];
}

export interface Finding {
  readonly id: FindingId;
  readonly status: 'good' | 'open' | 'unknown';
  readonly evidence: readonly Evidence[];
}

export interface Assessment {
  readonly score: number;
  readonly items: readonly Item[];
  readonly findings: readonly Finding[];
}

/** The facts, judged. An item has its points when everything it asks for was seen, and none of them otherwise. */
export function assess(facts: Facts): Assessment {
  const judged = (Object.keys(points) as ItemId[]).map((id): Item => {
    const evidence = items[id](facts);
    const holds = evidence.length > 0 && evidence.every((one) => one.holds === true);
    return { id, points: holds ? points[id] : 0, max: points[id], evidence };
  });
  return {
    score: judged.reduce((sum, item) => sum + item.points, 0),
    items: judged,
    findings: hardening.map((id) => {
      const evidence = findings[id](facts);
      return { id, status: statusOf(evidence), evidence };
    }),
  };
}

function statusOf(evidence: readonly Evidence[]): Finding['status'] {
  if (evidence.some(({ holds }) => holds === false)) return 'open';
  return evidence.some(({ holds }) => holds === null) ? 'unknown' : 'good';
}
