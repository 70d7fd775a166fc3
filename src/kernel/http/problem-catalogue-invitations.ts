import { entry, type Entry } from './problem-entry';

/** About asking somebody to join a tenant, and about answering; part of the catalogue. */
export const invitationProblems = {
  'invitation.other_address': entry(
    403,
    [
      'The invitation is for another address',
      'Log in with the account of the address in invited, or ask for an invitation to yours.',
    ],
    [
      'L’invitation est pour une autre adresse',
      'Connectez-vous au compte de l’adresse donnée dans invited, ou demandez une invitation à la vôtre.',
    ],
  ),
  'invitation.tenant_suspended': entry(
    403,
    [
      'The tenant that invites you is suspended',
      'It cannot be joined for now. Try again later, ask who invited you, or decline.',
    ],
    [
      'Le tenant qui vous invite est suspendu',
      'On ne peut pas le rejoindre pour le moment. Réessayez plus tard, demandez à qui vous a invité, ou déclinez.',
    ],
  ),
  'invitation.not_found': entry(
    404,
    ['No such invitation', 'Check the id; list them with GET /tenant/invitations.'],
    ['Invitation introuvable', 'Vérifiez l’identifiant ; listez-les par GET /tenant/invitations.'],
  ),
  'invitation.invalid': entry(
    404,
    [
      'This link is not valid',
      'Use the link of the newest mail, whole; or ask who invited you to send it again.',
    ],
    [
      'Ce lien n’est pas valide',
      'Utilisez en entier le lien du mail le plus récent, ou demandez à qui vous a invité de le renvoyer.',
    ],
  ),
  'invitation.exists': entry(
    409,
    [
      'An invitation to this address is open',
      'Send the one in invitationId again with POST /tenant/invitations/{id}/resend, or revoke it.',
    ],
    [
      'Une invitation à cette adresse est ouverte',
      'Renvoyez celle de invitationId par POST /tenant/invitations/{id}/resend, ou révoquez-la.',
    ],
  ),
  'invitation.already_member': entry(
    409,
    [
      'This address belongs to a member already',
      'Change the role with PATCH /tenant/members/{userId}.',
    ],
    [
      'Cette adresse est déjà celle d’un membre',
      'Changez le rôle par PATCH /tenant/members/{userId}.',
    ],
  ),
  'invitation.closed': entry(
    409,
    ['The invitation is closed', 'It was answered, revoked or replaced. Make a new one.'],
    ['L’invitation est close', 'Elle a été répondue, révoquée ou remplacée. Faites-en une autre.'],
  ),
  'invitation.too_many': entry(
    409,
    ['Too many invitations are open', 'At most 200 are; revoke some first.'],
    ['Trop d’invitations sont ouvertes', 'Au plus 200 le sont ; révoquez-en d’abord.'],
  ),
  'invitation.login_needed': entry(
    409,
    ['The invited address has an account', 'Log in, then accept with the access token.'],
    ['L’adresse invitée a un compte', 'Connectez-vous, puis acceptez avec le jeton d’accès.'],
  ),
  'invitation.expired': entry(
    410,
    ['The invitation has expired', 'Ask the tenant for a new one.'],
    ['L’invitation a expiré', 'Demandez-en une nouvelle au tenant.'],
  ),
  'invitation.revoked': entry(
    410,
    ['The invitation was taken back', 'Ask who invited you.'],
    ['L’invitation a été retirée', 'Demandez à qui vous a invité.'],
  ),
  'invitation.declined': entry(
    410,
    ['The invitation was declined', 'If you changed your mind, ask for a new one.'],
    ['L’invitation a été déclinée', 'Si vous avez changé d’avis, demandez-en une nouvelle.'],
  ),
  'invitation.used': entry(
    410,
    ['The invitation was accepted before', 'Log in; the tenant is among yours.'],
    ['L’invitation a déjà été acceptée', 'Connectez-vous ; le tenant est parmi les vôtres.'],
  ),
} as const satisfies Record<string, Entry>;
