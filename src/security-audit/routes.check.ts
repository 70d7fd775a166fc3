import type { Evidence, EvidenceCode } from './check.types';
import { bad, good } from './evidence';
import type { Facts, Route } from './facts.types';
import { publicRoutes } from './routes';

const named = ({ method, path }: Route) => `${method} ${path}`;
const list = (routes: readonly Route[]) => routes.map(named).join(', ');

const faults = {
  'route.public': (route) => !route.token && !publicRoutes.includes(named(route)),
  'route.unguarded': ({ path, guards }) => path.includes(':') && guards.length === 0,
  'route.operator': ({ path, permission, guards }) =>
    (path.startsWith('/admin') || permission === 'operator') && !guards.includes('OperatorGuard'),
  'route.no_permission': ({ token, permission }) => token && permission === null,
} as const satisfies Partial<Record<EvidenceCode, (route: Route) => boolean>>;

/** Every route asks for a token and a permission, but for a fixed list; whoever takes an id has a guard that looks whose it is. */
export function routesAreGuarded({
  routes: { routes, closedByDefault, rolesChecked },
}: Facts): Evidence[] {
  const found = Object.entries(faults).flatMap(([code, isFault]) => {
    const faulty = routes.filter(isFault);
    return faulty.length > 0 ? [bad(code as keyof typeof faults, { routes: list(faulty) })] : [];
  });
  return [
    closedByDefault ? good('route.default') : bad('route.no_default'),
    ...(rolesChecked ? [] : [bad('route.no_roles')]),
    ...found,
    good('route.closed', {
      closed: routes.filter(({ token }) => token).length,
      open: list(routes.filter((route) => publicRoutes.includes(named(route)))),
      guarded: routes.filter(({ path, guards }) => path.includes(':') && guards.length > 0).length,
    }),
  ];
}
