import type { Evidence } from './check.types';
import { bad, good } from './evidence';
import type { Facts, Route } from './facts.types';
import { publicRoutes } from './routes';

const named = ({ method, path }: Route) => `${method} ${path}`;

/** Every route asks for a token, but for a fixed list; whoever takes an id has a guard that looks whose it is. */
export function routesAreGuarded({
  routes: { routes, closedByDefault, rolesChecked },
}: Facts): Evidence[] {
  const open = routes.filter((route) => !route.token && !publicRoutes.includes(named(route)));
  const unguarded = routes.filter(({ path, guards }) => path.includes(':') && guards.length === 0);
  const admin = routes.filter(({ path }) => path.startsWith('/admin'));
  const withoutOperator = admin.filter(({ guards }) => !guards.includes('OperatorGuard'));
  return [
    closedByDefault ? good('route.default') : bad('route.no_default'),
    ...(rolesChecked ? [] : [bad('route.no_roles')]),
    ...(open.length > 0 ? [bad('route.public', { routes: open.map(named).join(', ') })] : []),
    ...(unguarded.length > 0
      ? [bad('route.unguarded', { routes: unguarded.map(named).join(', ') })]
      : []),
    ...(withoutOperator.length > 0
      ? [bad('route.operator', { routes: withoutOperator.map(named).join(', ') })]
      : []),
    good('route.closed', {
      closed: routes.filter(({ token }) => token).length,
      open: routes
        .filter((route) => publicRoutes.includes(named(route)))
        .map(named)
        .join(', '),
      guarded: routes.filter(({ path, guards }) => path.includes(':') && guards.length > 0).length,
    }),
  ];
}
