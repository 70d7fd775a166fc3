import { entry, type Entry } from './problem-entry';

/** About who works in a tenant, and how many tenants there are; part of the catalogue. */
export const teamProblems = {
  'member.owner_required': entry(
    403,
    ['Only an owner may do this', 'Ask an owner to change, remove or make an owner.'],
    [
      'Réservé aux propriétaires',
      'Demandez à un propriétaire de modifier, retirer ou nommer un propriétaire.',
    ],
  ),
  'member.not_found': entry(
    404,
    ['No such member', 'Check the id; list the members with GET /tenant/members.'],
    ['Membre introuvable', 'Vérifiez l’identifiant ; listez les membres par GET /tenant/members.'],
  ),
  'tenant.last_owner': entry(
    409,
    [
      'A shared tenant would lose its last owner',
      'Make one of the members listed in candidates an owner first, or delete the tenant.',
    ],
    [
      'Un tenant partagé perdrait son dernier propriétaire',
      'Nommez d’abord propriétaire un des membres listés dans candidates, ou supprimez le tenant.',
    ],
  ),
  'tenant.last_member': entry(
    409,
    [
      'You are the only member of this tenant',
      'Delete it with DELETE /tenant, or make somebody else an owner first.',
    ],
    [
      'Vous êtes le seul membre de ce tenant',
      'Supprimez-le par DELETE /tenant, ou nommez d’abord quelqu’un d’autre propriétaire.',
    ],
  ),
  'tenancy.solo': entry(
    409,
    [
      'This installation is in solo mode',
      'Here a person has one tenant; ask the operator for TENANCY_MODE=team.',
    ],
    [
      'Cette installation est en mode solo',
      'Ici une personne a un seul tenant ; demandez TENANCY_MODE=team à l’opérateur.',
    ],
  ),
  'tenant.too_many': entry(
    409,
    ['You own as many tenants as a person may', 'Delete one or hand one over, then try again.'],
    [
      'Vous possédez autant de tenants que permis',
      'Supprimez-en ou transmettez-en un, puis réessayez.',
    ],
  ),
  'call.import_busy': entry(
    429,
    ['Another import is running', 'Try again after the seconds in Retry-After.'],
    ['Un autre import est en cours', 'Réessayez après les secondes de Retry-After.'],
  ),
  'call.deletion_busy': entry(
    429,
    ['Another deletion is running', 'Try again after the seconds in Retry-After.'],
    ['Une autre suppression est en cours', 'Réessayez après les secondes de Retry-After.'],
  ),
  'call.selection_changed': entry(
    409,
    [
      'This is not what the preview told',
      'The calls have changed, or the preview is of another filter or 10 minutes old: ask for it again.',
    ],
    [
      'Ce n’est pas ce que montrait l’aperçu',
      'Les appels ont changé, ou l’aperçu est d’un autre filtre ou vieux de 10 minutes : demandez-le de nouveau.',
    ],
  ),
  'tenant.export_busy': entry(
    429,
    ['Other exports are running', 'Try again after the seconds in Retry-After.'],
    ['D’autres exports sont en cours', 'Réessayez après les secondes de Retry-After.'],
  ),
  'call.too_many_streams': entry(
    429,
    ['Too many streams are open', 'Close one, or try again after the seconds in Retry-After.'],
    ['Trop de flux sont ouverts', 'Fermez-en un, ou réessayez après les secondes de Retry-After.'],
  ),
} as const satisfies Record<string, Entry>;
