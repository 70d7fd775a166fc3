import { entry, type Entry } from './problem-entry';

/** About what a caller may ask for; part of the catalogue. */
export const callerProblems = {
  'erasure.not_confirmed': entry(
    409,
    [
      'The erasure is not confirmed',
      'Send confirm of POST /callers/erase-preview for this number; it holds for an hour.',
    ],
    [
      'L’effacement n’est pas confirmé',
      'Envoyez confirm de POST /callers/erase-preview pour ce numéro ; il vaut une heure.',
    ],
  ),
} as const satisfies Record<string, Entry>;
