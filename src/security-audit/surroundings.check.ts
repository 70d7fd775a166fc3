import { IDLE_DAYS } from './counts';
import type { Evidence } from './check.types';
import { bad, good, unseen } from './evidence';
import type { Facts } from './facts.types';

const MOST_OPERATORS = 3;

/** What the server logs in as can do nothing that policies would not hold. */
export function login({ catalogue: { login: found } }: Facts): Evidence[] {
  const { name, exists, powers } = found;
  if (name === null) return [unseen('login.unknown')];
  if (!exists) return [unseen('login.absent', { name })];
  if (powers.length === 0) return [good('login.plain', { name })];
  return powers.map((power) => bad('login.power', { name, power }));
}

/** Operators see all tenants: few of them, and none that nobody has seen for a long time. */
export function operators({ counts }: Facts): Evidence[] {
  const all = counts?.operators ?? null;
  if (!counts || all === null) return [unseen('count.hidden')];
  if (all === 0) return [good('operators.none')];
  const idle = counts.operators_idle ?? 0;
  return [
    (all > MOST_OPERATORS ? bad : good)('operators.count', { all, most: MOST_OPERATORS }),
    (idle > 0 ? bad : good)('operators.idle', { idle, days: IDLE_DAYS }),
  ];
}

/** Nothing in a database tells that a backup of it can be restored, unless somebody who tried has written it down. */
export function backups({ counts }: Facts): Evidence[] {
  const at = counts?.backup_verified ?? null;
  return [at === null ? unseen('backup.unknown') : good('backup.verified', { at })];
}

export function tls({ catalogue: { connection } }: Facts): Evidence[] {
  if (connection.tls === true) return [good('tls.on')];
  if (connection.local) return [good('tls.local')];
  return [connection.tls === null ? unseen('tls.unknown') : bad('tls.off')];
}

/** Pages beside the API that anybody may read. */
export function openPages({ routes: { routes }, deployment: { docs } }: Facts): Evidence[] {
  const metrics = routes.some(({ path, token }) => path.startsWith('/metrics') && !token);
  const open = [...(docs ? ['/docs', '/openapi.json'] : []), ...(metrics ? ['/metrics'] : [])];
  return [open.length > 0 ? bad('pages.open', { pages: open.join(', ') }) : good('pages.closed')];
}
