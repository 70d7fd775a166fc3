import { entry, type Entry } from './problem-entry';

/** About tokens that were sent by mail; part of the catalogue. Unknown, used and expired ones are told alike. */
export const accountProblems = {
  'reset.invalid': entry(
    400,
    [
      'This link to set a new password is not valid',
      'It works once, for 30 minutes, and only the newest one does. Ask for another one.',
    ],
    [
      'Ce lien de nouveau mot de passe n’est pas valide',
      'Il sert une fois, pendant 30 minutes, et seul le dernier fonctionne. Demandez-en un autre.',
    ],
  ),
  'verification.invalid': entry(
    400,
    [
      'This link to confirm an address is not valid',
      'It works once, for a limited time, and only the newest one does. Ask for another one.',
    ],
    [
      'Ce lien de confirmation d’adresse n’est pas valide',
      'Il sert une fois, pour un temps limité, et seul le dernier fonctionne. Demandez-en un autre.',
    ],
  ),
} as const satisfies Record<string, Entry>;
