import { entry, type Entry } from './problem-entry';

/** About operators, and what they may do to a tenant; part of the catalogue. */
export const operatorProblems = {
  'tenant.suspended': entry(
    403,
    [
      'The tenant is suspended',
      'See reason and suspendedAt, and contact the operator of this installation. What is about you alone still works: account, export, sessions, password, and switching to another tenant.',
    ],
    [
      'Le tenant est suspendu',
      'Voyez reason et suspendedAt, et contactez l’opérateur de cette installation. Ce qui ne concerne que vous fonctionne encore : compte, export, sessions, mot de passe, et le passage à un autre tenant.',
    ],
  ),
  'operator.required': entry(
    403,
    ['Only operators may do this', 'Ask whoever runs this installation for `operator:grant`.'],
    ['Réservé aux opérateurs', 'Demandez `operator:grant` à qui exploite cette installation.'],
  ),
  'job.not_found': entry(
    404,
    ['No such failed job', 'Check the id; list the failed jobs with GET /admin/jobs.'],
    ['Tâche en échec introuvable', 'Vérifiez l’identifiant ; listez-les par GET /admin/jobs.'],
  ),
  'user.not_found': entry(
    404,
    ['No such user', 'Check the id; search with GET /admin/users.'],
    ['Utilisateur introuvable', 'Vérifiez l’identifiant ; cherchez par GET /admin/users.'],
  ),
  'operator.own_tenant': entry(
    409,
    [
      'You act from this tenant',
      'Suspending it would lock you out. Switch to another of your tenants, or ask another operator.',
    ],
    [
      'Vous agissez depuis ce tenant',
      'Le suspendre vous enfermerait dehors. Changez de tenant, ou demandez à un autre opérateur.',
    ],
  ),
} as const satisfies Record<string, Entry>;
