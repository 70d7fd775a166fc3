import { entry, type Entry } from './problem-entry';
import { invitationProblems } from './problem-catalogue-invitations';
import { callerProblems } from './problem-catalogue-callers';
import { accountProblems } from './problem-catalogue-account';
import { operatorProblems } from './problem-catalogue-operators';
import { teamProblems } from './problem-catalogue-team';

/**
 * Every error the API answers with, by its stable code.
 * Clients branch on the code; the texts may change.
 */
export const catalogue = {
  'request.malformed': entry(
    400,
    ['The request cannot be read', 'Send valid JSON in UTF-8 and a valid URL.'],
    ['La requête est illisible', 'Envoyez du JSON valide en UTF-8 et une URL valide.'],
  ),
  'request.too_deep': entry(
    400,
    ['The JSON is nested too deeply', 'Nest at most 32 levels.'],
    ['Le JSON est trop imbriqué', 'Imbriquez au plus 32 niveaux.'],
  ),
  'request.too_many_values': entry(
    400,
    ['The JSON holds too many values', 'Send at most 50,000 values in one request.'],
    ['Le JSON contient trop de valeurs', 'Envoyez au plus 50 000 valeurs par requête.'],
  ),
  'request.invalid': entry(
    400,
    [
      'Some fields are not valid',
      'Correct the fields listed in errors and send the request again.',
    ],
    [
      'Certains champs ne sont pas valides',
      'Corrigez les champs listés dans errors et renvoyez la requête.',
    ],
  ),
  'cursor.invalid': entry(
    400,
    ['The cursor is not valid', 'Pass nextCursor of the same list and filters unchanged, or none.'],
    [
      'Le curseur n’est pas valide',
      'Passez sans le modifier le nextCursor de la même liste avec les mêmes filtres, ou aucun.',
    ],
  ),
  'auth.token_missing': entry(
    401,
    ['No access token', 'Send Authorization: Bearer <accessToken>.'],
    ['Jeton d’accès absent', 'Envoyez Authorization: Bearer <accessToken>.'],
  ),
  'auth.token_invalid': entry(
    401,
    ['The access token is not valid', 'Log in again or refresh the session.'],
    ['Le jeton d’accès n’est pas valide', 'Reconnectez-vous ou rafraîchissez la session.'],
  ),
  'auth.token_expired': entry(
    401,
    ['The access token has expired', 'Refresh the session.'],
    ['Le jeton d’accès a expiré', 'Rafraîchissez la session.'],
  ),
  'auth.session_ended': entry(
    401,
    ['The session has ended', 'Log in again.'],
    ['La session est terminée', 'Reconnectez-vous.'],
  ),
  'auth.invalid_credentials': entry(
    401,
    ['Address or password is wrong', 'Check both and try again.'],
    ['Adresse ou mot de passe incorrect', 'Vérifiez les deux et réessayez.'],
  ),
  'auth.refresh_invalid': entry(
    401,
    ['The refresh token is not valid', 'Log in again.'],
    ['Le jeton de rafraîchissement n’est pas valide', 'Reconnectez-vous.'],
  ),
  'auth.refresh_reused': entry(
    401,
    [
      'The refresh token was used before',
      'The session has been ended for safety. Log in again, and change the password if this was not you.',
    ],
    [
      'Le jeton de rafraîchissement a déjà servi',
      'Par sécurité la session est terminée. Reconnectez-vous, et changez de mot de passe si ce n’était pas vous.',
    ],
  ),
  'auth.password_wrong': entry(
    403,
    ['The password is wrong', 'Send the current password of this account.'],
    ['Le mot de passe est incorrect', 'Envoyez le mot de passe actuel de ce compte.'],
  ),
  'auth.role_too_low': entry(
    403,
    [
      'Your role does not allow this',
      'It takes the role in requiredRole, or a higher one: ask a member of the tenant who has it.',
    ],
    [
      'Votre rôle ne le permet pas',
      'Il faut le rôle donné dans requiredRole, ou un rôle plus élevé : demandez à un membre du tenant qui l’a.',
    ],
  ),
  'route.not_found': entry(
    404,
    ['No such route', 'See /docs for the routes there are.'],
    ['Route inconnue', 'Voyez /docs pour les routes existantes.'],
  ),
  'call.not_found': entry(
    404,
    ['No such call', 'Check the id; list the calls with GET /calls.'],
    ['Appel introuvable', 'Vérifiez l’identifiant ; listez les appels par GET /calls.'],
  ),
  'phone_number.not_found': entry(
    404,
    ['No such phone number', 'Check the id; list the numbers with GET /phone-numbers.'],
    ['Numéro introuvable', 'Vérifiez l’identifiant ; listez les numéros par GET /phone-numbers.'],
  ),
  'session.not_found': entry(
    404,
    ['No such session', 'Check the id; list your sessions with GET /auth/sessions.'],
    ['Session introuvable', 'Vérifiez l’identifiant ; listez vos sessions par GET /auth/sessions.'],
  ),
  'tenant.not_found': entry(
    404,
    ['No such tenant', 'Check the id; list your tenants with GET /tenants.'],
    ['Tenant introuvable', 'Vérifiez l’identifiant ; listez vos tenants par GET /tenants.'],
  ),
  'ava_profile.not_found': entry(
    404,
    ['The tenant has no profile', 'Tell the operator: every tenant is made with one.'],
    ['Le tenant n’a pas de profil', 'Prévenez l’opérateur : chaque tenant en reçoit un.'],
  ),
  'method.not_allowed': entry(
    405,
    ['This route does not take this method', 'Use one of the methods in the Allow header.'],
    ['Cette route n’accepte pas cette méthode', 'Utilisez une des méthodes de l’en-tête Allow.'],
  ),
  'user.email_taken': entry(
    409,
    ['This address already has an account', 'Log in, or use another address.'],
    ['Cette adresse a déjà un compte', 'Connectez-vous ou utilisez une autre adresse.'],
  ),
  ...accountProblems,
  ...callerProblems,
  ...teamProblems,
  ...invitationProblems,
  ...operatorProblems,
  'phone_number.taken': entry(
    409,
    ['The tenant already has this number', 'Change the existing entry instead.'],
    ['Le tenant a déjà ce numéro', 'Modifiez plutôt l’entrée existante.'],
  ),
  'credential.missing': entry(
    409,
    ['No credential is stored', 'Save the credential first.'],
    ['Aucun identifiant n’est enregistré', 'Enregistrez d’abord l’identifiant.'],
  ),
  'credential.unreadable': entry(
    409,
    [
      'The stored credential cannot be opened',
      'Save it again; no configured encryption key opens the stored one.',
    ],
    [
      'L’identifiant enregistré ne s’ouvre pas',
      'Enregistrez-le de nouveau ; aucune clé de chiffrement configurée n’ouvre celui qui est enregistré.',
    ],
  ),
  'ava_profile.changed': entry(
    412,
    ['The profile has changed since it was read', 'Read it again and repeat the change.'],
    ['Le profil a changé depuis sa lecture', 'Relisez-le et refaites la modification.'],
  ),
  'request.too_large': entry(
    413,
    ['The request body is too large', 'Send at most 1 MiB (4 MiB to POST /calls).'],
    ['Le corps de la requête est trop grand', 'Envoyez au plus 1 Mio (4 Mio à POST /calls).'],
  ),
  'request.media_type': entry(
    415,
    [
      'This media type is not supported',
      'Send Content-Type: application/json (application/x-ndjson to POST /calls/import).',
    ],
    [
      'Ce type de média n’est pas accepté',
      'Envoyez Content-Type: application/json (application/x-ndjson à POST /calls/import).',
    ],
  ),
  'rate.limited': entry(
    429,
    ['Too many attempts', 'Try again after the seconds in Retry-After.'],
    ['Trop de tentatives', 'Réessayez après les secondes de Retry-After.'],
  ),
  'request.headers_too_large': entry(
    431,
    ['The request headers are too large', 'Send less than 16 KiB of headers.'],
    ['Les en-têtes de la requête sont trop grands', 'Envoyez moins de 16 Kio d’en-têtes.'],
  ),
  'request.timeout': entry(
    408,
    ['The request took too long to arrive', 'Send it again.'],
    ['La requête a mis trop de temps à arriver', 'Renvoyez-la.'],
  ),
  'request.refused': entry(
    400,
    ['The request was refused', 'Check the request against /docs.'],
    ['La requête a été refusée', 'Comparez la requête avec /docs.'],
  ),
  'server.error': entry(
    500,
    ['Something went wrong on our side', 'Try again; if it goes on, report the requestId.'],
    [
      'Une erreur est survenue de notre côté',
      'Réessayez ; si cela continue, signalez le requestId.',
    ],
  ),
  'provider.unavailable': entry(
    502,
    [
      'The provider cannot be asked right now',
      'Nothing was changed. Try again in a minute; if it goes on, look at the status page of the provider.',
    ],
    [
      'Le fournisseur ne peut pas être interrogé pour le moment',
      'Rien n’a changé. Réessayez dans une minute ; si cela continue, consultez la page d’état du fournisseur.',
    ],
  ),
  'server.unavailable': entry(
    503,
    ['The service is not available right now', 'Try again after the seconds in Retry-After.'],
    ['Le service est momentanément indisponible', 'Réessayez après les secondes de Retry-After.'],
  ),
} as const satisfies Record<string, Entry>;

export type ProblemCode = keyof typeof catalogue;
export type Locale = 'en' | 'fr';
